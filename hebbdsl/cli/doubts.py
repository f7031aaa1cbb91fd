"""What commands that do something with a spec say of its warnings: a line each, on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hebbdsl.plan.plan import Plan

MOST = 5
"""Warnings that are said; the others are counted."""


def tell_warnings(plan: Plan) -> None:
    """Say them once, before work begins: `validate` shows each with its place and a way out."""
    warnings = plan.checked.warnings
    if not warnings:
        return
    from hebbdsl.diagnostics.render import render_lines

    print(render_lines(warnings[:MOST]), file=sys.stderr)
    more = len(warnings) - MOST
    rest = f"and {more} more; " if more > 0 else ""
    print(f"{rest}`hebbdsl validate` says more of them", file=sys.stderr)
