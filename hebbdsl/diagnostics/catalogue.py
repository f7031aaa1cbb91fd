"""Every problem there is, by code. Loaded by `explain` and by tests, never by a stage."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator, Mapping
from types import ModuleType

from hebbdsl.diagnostics.codes import (
    across,
    at_test,
    changes,
    comparison,
    corpora,
    corpora_files,
    corpora_kept,
    corpora_readers,
    data,
    dataset,
    editor,
    evaluating,
    expressions,
    extending,
    files,
    here,
    lint_at_test,
    lint_claims,
    lint_comments,
    lint_course,
    lint_fields,
    lint_splits,
    lint_variants,
    many,
    metrics,
    names,
    numbers,
    parts,
    plan,
    printing,
    reading,
    renaming,
    run,
    run_folder,
    searching,
    splits,
    syntax,
    text,
    text_brackets,
    values,
    word_models,
    words,
    yaml,
)
from hebbdsl.diagnostics.diagnostic import Problem

MODULES = (
    reading,
    printing,
    many,
    files,
    syntax,
    yaml,
    text,
    text_brackets,
    expressions,
    names,
    renaming,
    changes,
    extending,
    metrics,
    values,
    numbers,
    parts,
    plan,
    across,
    at_test,
    words,
    word_models,
    dataset,
    splits,
    data,
    corpora,
    corpora_files,
    corpora_kept,
    corpora_readers,
    here,
    run,
    run_folder,
    editor,
    evaluating,
    searching,
    comparison,
    lint_variants,
    lint_claims,
    lint_at_test,
    lint_course,
    lint_fields,
    lint_splits,
    lint_comments,
)

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


def _problems(module: ModuleType) -> Iterator[type[Problem]]:
    for found in vars(module).values():
        defined_here = isinstance(found, type) and found.__module__ == module.__name__
        if defined_here and issubclass(found, Problem) and not inspect.isabstract(found):
            yield found


PROBLEMS: tuple[type[Problem], ...] = tuple(
    sorted((p for module in MODULES for p in _problems(module)), key=lambda p: p.code)
)

BY_CODE: Mapping[str, type[Problem]] = {problem.code: problem for problem in PROBLEMS}


def page(problem: type[Problem]) -> str:
    """The docstring: a sentence, what to do, *Wrong* and *Right*."""
    return inspect.cleandoc(problem.__doc__ or "").replace(TAB, "\t")


def is_mendable(problem: type[Problem]) -> bool:
    """Whether `validate --fix` corrects some of these problems, those whose fix is safe."""
    return problem.fix_is_safe is not Problem.fix_is_safe


def first_sentence(cls: type) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((cls.__doc__ or "").partition("\n\n")[0].split())


def examples(problem: type[Problem]) -> tuple[str, str]:
    """What stands under *Wrong* and under *Right*, without indentation."""
    wrong, _, right = page(problem).partition("\nWrong:\n")[2].partition("\nRight:\n")
    return textwrap.dedent(wrong).strip() + "\n", textwrap.dedent(right).strip() + "\n"
