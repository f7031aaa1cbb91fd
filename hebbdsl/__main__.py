"""The program `hebbdsl`, and `python -m hebbdsl`."""

import gc

from hebbdsl import interrupts


def main() -> None:
    """Load the command line, and run it. Signals are answered from here on, while it loads too."""
    interrupts.handle_signals()
    # What is loaded stays: to look for garbage among it would take a tenth of the start.
    gc.set_threshold(50_000)
    try:
        from hebbdsl.cli.main import main as program

        program()
    except Exception:
        interrupts.check()  # what a signal broke is no fault of the program
        raise


if __name__ == "__main__":
    main()
