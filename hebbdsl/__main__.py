"""The program `hebbdsl`, and `python -m hebbdsl`."""

import sys


def main() -> None:
    """Load the command line, and run it. Ctrl-C while it loads is answered as it is later."""
    try:
        from hebbdsl.cli.main import main as program
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    program()


if __name__ == "__main__":
    main()
