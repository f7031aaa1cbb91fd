"""The program `hebbdsl`, and `python -m hebbdsl`."""

from hebbdsl.run import interrupts


def main() -> None:
    """Load the command line, and run it. Signals are answered from here on, while it loads too."""
    interrupts.handle_signals()
    try:
        from hebbdsl.cli.main import main as program

        program()
    except Exception:
        interrupts.check()  # what a signal broke is no fault of the program
        raise


if __name__ == "__main__":
    main()
