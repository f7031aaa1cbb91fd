"""The command line: arguments in, pipeline, text and exit code out."""

from __future__ import annotations

import errno
import gc
import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hebbdsl import __version__, interrupts
from hebbdsl.cli.terminal import echo, echo_stderr, show_problems
from hebbdsl.diagnostics.diagnostic import Rejected

COMMANDS = {
    "validate": "Check specs: all problems, each with its place.",
    "plan": "Show layers, parameters, memory and levels.",
    "show": "Show the resolved spec, and where each value comes from.",
    "diff": "Compare what two specs mean.",
    "run": "Train one run of a spec.",
    "compare": "Train what is missing, and compare variants.",
    "evaluate": "Test a trained run with memories or adaptations.",
    "explain": "Explain a code or a word.",
    "init": "Write a new spec, with comments.",
    "fmt": "Format specs.",
    "convert": "Write a spec in the other surface.",
    "lsp": "Serve an editor: problems, hover, completion.",
    "schema": "Print the JSON Schema of a spec.",
}
"""The commands, each the function of that name in the module of that name, with what it does."""

_LASTING = {"run", "compare", "evaluate", "lsp"}
"""Those that go on for long, and make garbage meanwhile."""


class _Commands(TyperGroup):
    """Commands, loaded when they are called. What a stage rejects becomes text and an exit code."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]  # names, to suggest

    def get_command(self, ctx: typer.Context, name: str) -> Any:  # type: ignore[override]
        if name not in COMMANDS:
            return None
        if name in _LASTING:
            gc.set_threshold(700)  # as Python begins
        function = getattr(import_module(f"hebbdsl.cli.{name}"), name)
        alone = typer.Typer(
            add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
        )
        alone.command(name, short_help=COMMANDS[name])(function)
        return typer.main.get_command(alone)

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        try:
            return super().invoke(ctx)
        except Rejected as rejected:
            interrupts.check()  # what a signal broke is nobody's problem
            show_problems(rejected.problems, sys.stderr)
            raise typer.Exit(rejected.exit_code) from None
        except Exception as error:
            if hasattr(error, "exit_code"):  # the command line's own: usage, or an early end
                raise
            interrupts.check()
            from hebbdsl.spec.packages import broken_by

            if (problem := broken_by(error)) is None:
                raise
            show_problems([problem], sys.stderr)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            echo_stderr("interrupted")
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=_Commands,
    name="hebbdsl",
    no_args_is_help=True,
    # Plain help: rich takes longer to load than all else that `--help` needs.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 110},
)


def _version(asked: bool) -> None:
    if asked:
        echo(f"hebbdsl {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """The declarative language for output-layer experiments.

    A spec says what is trained, which variants, and what is claimed of them. `validate` checks it,
    `plan` shows what it costs, `run` trains, `compare` sets the variants side by side.
    """


def main() -> None:
    """The program `hebbdsl`."""
    _open_streams()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except OSError as error:
        # Files have names; what has none here is a stream that could not be written.
        if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EIO, errno.EPIPE):
            raise
        # What is left in the buffer must not fail once more when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if error.errno != errno.EPIPE:
            echo_stderr(f"the output can't be written: {error.strerror}")
        sys.exit(4)


def _open_streams() -> None:
    """Standard streams that were closed swallow what is written to them."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(nowhere, mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that cannot show `…` or `θ` gets an escape, never an exception.
            stream.reconfigure(errors="backslashreplace")
