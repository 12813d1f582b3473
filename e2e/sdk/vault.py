"""Starts one session of the stock ClearML SDK and prints the configuration that it has afterwards, key by key.

CLEARML_CONFIG_FILE names the file. The arguments are keys with dots; prints one line of JSON, {key: value}, where what is
not set is left out. Without arguments it is {"config", "file"}: everything that the session has, and what the file says of it.
The session reads the vaults when it starts, as every run of the SDK and every agent does.
"""

import json
import os
import sys

from whoami import alone_with_the_file


def main() -> int:
    alone_with_the_file()
    from clearml.backend_api.session import Session
    from clearml.utilities.pyhocon import ConfigFactory

    config = Session().config
    if len(sys.argv) == 1:
        file = ConfigFactory.parse_file(os.environ["CLEARML_CONFIG_FILE"])
        print(json.dumps({"config": config.to_dict(), "file": plain(file)}))
        return 0
    nothing = object()
    found = {key: config.get(key, nothing) for key in sys.argv[1:]}
    print(json.dumps({key: plain(value) for key, value in found.items() if value is not nothing}))
    return 0


def plain(value):
    """Trees of the SDK as objects of JSON."""
    if hasattr(value, "as_plain_ordered_dict"):
        return value.as_plain_ordered_dict()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main())
