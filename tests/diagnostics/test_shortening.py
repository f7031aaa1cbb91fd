"""No more problems of one file are said than anyone reads."""

from __future__ import annotations

from pathlib import Path

from hebbdsl.diagnostics.diagnostic import MOST_SHOWN, Problems, Severity
from hebbdsl.diagnostics.shortening import MoreProblems, shortened
from hebbdsl.pipeline import inspect
from hebbdsl.source import Source, Span
from tests.diagnostics.odd import Mild, Odd
from tests.specs import GOOD

SOURCE = Source("f.yaml", "x" * 3 * MOST_SHOWN)


def many(errors: int, warnings: int) -> Problems:
    """Warnings first, then errors, one at each character."""
    problems = Problems()
    for start in range(warnings + errors):
        place = Span(SOURCE, start, start + 1)
        problems.add(Mild(place=place) if start < warnings else Odd(place=place))
    return problems


def test_as_many_as_may_be_are_left_as_they_are() -> None:
    problems = many(MOST_SHOWN, 0)
    assert shortened(problems) is problems


def test_the_first_are_said_and_the_rest_is_counted() -> None:
    said = tuple(shortened(many(MOST_SHOWN + 3, 0)))
    assert len(said) == MOST_SHOWN + 1
    last = said[-1]
    assert isinstance(last, MoreProblems)
    assert last.count == 3
    assert last.place == Span(SOURCE, MOST_SHOWN, MOST_SHOWN + 1)


def test_no_warning_hides_an_error() -> None:
    said = shortened(many(2, MOST_SHOWN))
    assert len(said.errors) == 2
    assert len(said.warnings) == MOST_SHOWN - 2 + 1


def test_a_file_with_many_faults(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(GOOD + "".join(f"k{n}: 1\n" for n in range(MOST_SHOWN + 10)))
    problems = tuple(inspect(path))
    assert [problem.code for problem in problems] == ["HEB201"] * MOST_SHOWN + ["HEB139"]
    assert problems[-1].title == "10 more problems from here on, not shown"
    assert problems[-1].severity is Severity.WARNING


def test_one_more_is_one_problem() -> None:
    *_, last = shortened(many(MOST_SHOWN + 1, 0))
    assert last.title == "1 more problem from here on, not shown"
