"""What the compiler answers to a mutant, held against the laws of an answer.

No exception but `Rejected`; exit code 0 or 1; every format can be rendered; what is accepted has a
plan, and no answer calls too many functions. Places and memory are counted, and judged over many
mutants; time is only told.
"""

from __future__ import annotations

import json
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from hebbdsl.diagnostics.diagnostic import Problem, Problems
from hebbdsl.diagnostics.github import render_github
from hebbdsl.diagnostics.junit import render_junit
from hebbdsl.diagnostics.render import render_json, render_lines, render_text
from hebbdsl.diagnostics.sarif import render_sarif
from hebbdsl.diagnostics.wording import summary
from hebbdsl.pipeline import inspect, load_plan
from tests.effort import calls_of
from tests.fuzz.mutator import Mutant

LONGEST_LINE = 4_000
MOST_CALLS = 1_000_000
"""Functions that one answer may call."""
SUSPICIOUS = 0.05
"""Seconds of processor time in which no machine calls so many: what takes less is not counted."""


@dataclass(frozen=True)
class Verdict:
    """One answer.

    Attributes:
        exit_code: what `validate` would end with; None when the compiler broke.
        placed: every problem has a line and a column.
        seconds: processor time of the whole answer, rendering included.
        costly: it called more than `MOST_CALLS` functions.
        fault: the traceback, or the law that was broken; None when all is well.
    """

    exit_code: int | None
    placed: bool
    seconds: float
    codes: tuple[str, ...]
    fault: str | None
    costly: bool = False


def judge(mutant: Mutant, folder: Path) -> Verdict:
    """Write the mutant as a file, and ask for everything that `validate` gives."""
    path = folder / f"mutant{mutant.ending}"
    path.write_bytes(mutant.content)
    began = time.process_time()
    try:
        problems = inspect(path)
        exit_code = max((problem.exit_code for problem in problems.errors), default=0)
        placed, broken = _rendered(problems, folder)
        if exit_code == 0:
            load_plan(path)
        elif exit_code != 1:
            broken = f"exit code {exit_code}"
    except Exception:
        took = time.process_time() - began
        return Verdict(None, False, took, (), traceback.format_exc())
    took = time.process_time() - began
    calls = calls_of(lambda: _rendered(inspect(path), folder)) if took > SUSPICIOUS else 0
    if costly := calls > MOST_CALLS:
        broken = broken or f"{calls:,} calls"
    return Verdict(exit_code, placed, took, tuple(p.code for p in problems), broken, costly)


def _rendered(problems: Problems, folder: Path) -> tuple[bool, str | None]:
    """Whether all have a place, and which law of rendering is broken."""
    found: tuple[Problem, ...] = tuple(problems)
    text, lines = render_text(found), render_lines(found)
    entries = json.loads(json.dumps(render_json(found)))
    summary(found, 1)
    render_github(found)
    render_junit(problems, ("mutant",), False)
    json.dumps(render_sarif(found, "0", folder))
    broken = None
    if len(lines.splitlines()) != len(found):
        broken = "a problem is not one line of the concise format"
    elif not all(c == "\n" or c.isprintable() for c in text):
        broken = "the text holds what a terminal obeys"
    elif any(len(block.splitlines()) > 12 for block in text.split("\n\n")):
        broken = "a problem takes more than 12 lines"
    elif any(len(line) > LONGEST_LINE for line in text.splitlines()):
        broken = "a line of a message is longer than anyone reads"
    for entry in entries:
        if entry["line"] is not None and (entry["end_line"], entry["end_column"]) < (
            entry["line"],
            entry["column"],
        ):
            broken = "a place ends before it begins"
    return all(entry["line"] is not None for entry in entries), broken
