"""`python -m hebbdsl` is `hebbdsl`."""

from hebbdsl.cli.main import main

if __name__ == "__main__":
    main()
