"""Keeps one session of the stock ClearML SDK open, as a training run does, and calls again whenever it is told to.

CLEARML_CONFIG_FILE names the file. Prints one line of JSON for the call at the start and for each line that it reads:
{"name", "id", "workspace"}; it exits with 0 at the end of the input. As soon as the server refuses, it prints {"error"}
and exits with 3. Any other failure is Python's own, with its trace and 1.
"""

import json
import sys

from whoami import REFUSED, alone_with_the_file


def main() -> int:
    alone_with_the_file()
    from clearml.backend_api.session import Session
    from clearml.backend_api.session.session import LoginError

    session = Session()
    call(session)
    for _ in sys.stdin:
        try:
            call(session)
        except LoginError as refused:
            if "(error 401 " not in str(refused):
                raise
            print(json.dumps({"error": str(refused)}), flush=True)
            return REFUSED
    return 0


def call(session) -> None:
    answer = session.send_request("users", "get_current_user", json={})
    answer.raise_for_status()
    user = answer.json()["data"]["user"]
    print(json.dumps({"name": user["name"], "id": user["id"], "workspace": user["company"]["id"]}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
