"""Logs the stock ClearML SDK in with a clearml.conf and prints whom the server takes it for.

CLEARML_CONFIG_FILE names the file. Prints one line of JSON: {"name", "id", "workspace"} and exits with 0, or {"error"}
and exits with 3 when the server refuses the key. Any other failure is Python's own, with its trace and 1; a server
that does not answer at all is tried again for minutes, as the SDK does, so callers set a time limit.
"""

import json
import os
import sys

REFUSED = 3


def alone_with_the_file() -> None:
    """Settings of this process must not win over the file, and the only network is the server that it names."""
    path = os.environ.get("CLEARML_CONFIG_FILE", "")
    if not os.path.isfile(path):
        raise SystemExit("CLEARML_CONFIG_FILE must name a file")
    for name in list(os.environ):
        if name.startswith(("CLEARML_", "TRAINS_")) or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ["CLEARML_CONFIG_FILE"] = path
    os.environ["CLEARML_SUPPRESS_UPDATE_MESSAGE"] = "1"
    os.environ["NO_PROXY"] = "*"


def who_am_i() -> dict:
    """A session of the SDK, and the one call that names its user."""
    from clearml.backend_api.session import Session

    answer = Session().send_request("users", "get_current_user", json={})
    answer.raise_for_status()
    user = answer.json()["data"]["user"]
    return {"name": user["name"], "id": user["id"], "workspace": user["company"]["id"]}


def main() -> int:
    alone_with_the_file()
    # What the SDK raises when it cannot log in; 401 is the server's "no", all else is trouble on the way.
    from clearml.backend_api.session.session import LoginError

    try:
        print(json.dumps(who_am_i()))
    except LoginError as refused:
        if "(error 401 " not in str(refused):
            raise
        print(json.dumps({"error": str(refused)}))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
