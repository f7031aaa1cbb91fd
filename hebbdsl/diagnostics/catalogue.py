"""Pages of problems, found by code: each is loaded when it is asked for."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module

from hebbdsl.diagnostics.codes import CODES, stage_of
from hebbdsl.diagnostics.diagnostic import Problem

STAGES: Mapping[str, str] = {
    "1": "Reading the file",
    "2": "Names",
    "3": "Values",
    "4": "Plan",
    "5": "Data and runs",
    "6": "Comparison",
    "7": "Lint",
}
"""What the first digit of a code says."""


TAB = "⇥"
"""What stands for a tab in a docstring, where compilers since Python 3.13 turn tabs into blanks."""


def problem_of(code: str) -> type[Problem] | None:
    """The class of a code, or None where there is no such code.

    Raises: BrokenError, where the package whose prefix it has can't say.
    """
    if code in CODES:
        module, _, name = CODES[code].partition(":")
        own: type[Problem] = getattr(import_module(module), name)
        return own
    from hebbdsl.entry_points import BrokenError, added, codes_of

    for one in added("codes"):
        if not code.removeprefix(one.name).isdigit() or code not in (found := codes_of(one)):
            continue
        problem = replace(one, value=found[code]).load()
        if not isinstance(problem, type) or not issubclass(problem, Problem):
            raise BrokenError(one, f"{found[code]!r} is not derived from `Problem`")
        return problem
    return None


def _added_codes() -> Mapping[str, str]:
    from hebbdsl.entry_points import added_codes  # which sound specs do without

    return added_codes()


@cache
def problems() -> tuple[type[Problem], ...]:
    """Every problem there is, by code; those of packages behind."""
    codes = [*sorted(CODES), *sorted(_added_codes())]
    return tuple(problem for code in codes if (problem := problem_of(code)) is not None)


def heading(code: str) -> str:
    """What a list of codes has above it: its stage, or the prefix of a package."""
    if code in CODES:
        return f"{STAGES[stage_of(code)]}, {stage_of(code)}xx"
    return f"Of packages, {code.rstrip('0123456789')}"


def page(problem: type[Problem]) -> str:
    """The docstring: a sentence, what to do, *Wrong* and *Right*."""
    return inspect.cleandoc(problem.__doc__ or "").replace(TAB, "\t")


def has_safe_fixes(problem: type[Problem]) -> bool:
    """Whether `validate --fix` corrects some of these problems, those whose fix is safe."""
    return problem.fix_is_safe is not Problem.fix_is_safe


def first_sentence(cls: type) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((cls.__doc__ or "").partition("\n\n")[0].split())


def examples(problem: type[Problem]) -> tuple[str, str]:
    """What stands under *Wrong* and under *Right*, without indentation."""
    wrong, _, right = page(problem).partition("\nWrong:\n")[2].partition("\nRight:\n")
    return textwrap.dedent(wrong).strip() + "\n", textwrap.dedent(right).strip() + "\n"
