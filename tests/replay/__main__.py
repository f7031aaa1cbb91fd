"""The replay as a command: what a refactoring must not change, exactly.

    python -m tests.replay store FILE     before it
    python -m tests.replay check FILE     after each step, on the same machine

`check` names every value that is not what it was, and exits 1 where there is one. Without FILE it
is `stored.json`, whose losses another machine may miss by rounding (test_replay.py allows for it).
"""

from __future__ import annotations

import json
import operator
import sys
from pathlib import Path

from tests.replay.values import HERE, differences, everything

STORED = HERE / "stored.json"


def main(verb: str, file: Path = STORED) -> int:
    found = json.loads(json.dumps(everything()))
    if verb == "store":
        file.write_text(json.dumps(found, separators=(",", ":")).replace('},"', '},\n"') + "\n")
        return 0
    lines = differences(json.loads(file.read_text()), found, operator.eq)
    print("\n".join(lines) or "nothing differs")
    return 1 if lines else 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["store" | "check" as verb, *rest] if len(rest) <= 1:
            sys.exit(main(verb, *map(Path, rest)))
        case _:
            sys.exit((__doc__ or "") + "\nstore or check, and at most one file")
