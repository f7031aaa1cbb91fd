"""Prints the warnings of a spec before a command does something with it: a line each, on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hebbdsl.cli.terminal import echo_stderr

if TYPE_CHECKING:
    from hebbdsl.plan.plan import Plan

MOST = 5
"""Warnings that are said; the others are counted."""


def print_warnings(plan: Plan) -> None:
    """Say them once, before work begins: `validate` shows each with its place and a way out."""
    warnings = plan.checked.warnings
    if not warnings:
        return
    from hebbdsl.diagnostics.render import render_lines

    echo_stderr(render_lines(warnings[:MOST]))
    more = len(warnings) - MOST
    rest = f"and {more} more; " if more > 0 else ""
    echo_stderr(f"{rest}`hebbdsl validate` says more of them")
