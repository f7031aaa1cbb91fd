"""Safe fixes, and that they are kept only where they are a gain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.diagnostics.catalogue import examples, has_safe_fixes, problems
from hebbdsl.diagnostics.codes import stage_of
from hebbdsl.diagnostics.diagnostic import Problem, Severity
from hebbdsl.diagnostics.safe_fixes import MOST_TRIED, apply_safe_fixes
from hebbdsl.pipeline import inspect_source
from hebbdsl.source import Source, Span
from tests.diagnostics.odd import Odd
from tests.specs import GOOD, GOOD_TEXT, is_of_text, with_example, with_sections

GOLDEN = Path(__file__).parents[1] / "golden"


@dataclass(frozen=True, kw_only=True)
class Safe(Odd):
    """A problem with a safe fix."""

    @property
    def fix_is_safe(self) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class Style(Safe):
    """A warning with one."""

    code: ClassVar[str] = "HEB198"
    severity: ClassVar[Severity] = Severity.WARNING


def found(source: Source, pattern: str, instead: str, kind: type[Safe] = Safe) -> Iterator[Safe]:
    for match in re.finditer(pattern, source.text):
        place = Span(source, match.start(), match.end())
        yield kind(place=place, words=f"{match.group()!r}", instead=instead)


def test_fixes_are_made_together() -> None:
    mended = apply_safe_fixes(Source("a", "x.x.y"), lambda source: [*found(source, "x", "longer")])
    assert mended.source.text == "longer.longer.y"
    assert (len(mended.made), mended.problems, mended.left) == (2, (), ())


def test_what_a_fix_brings_to_light_is_fixed_too() -> None:
    def check(source: Source) -> list[Safe]:
        return [*found(source, "a", "b")] or [*found(source, "b", "c")]

    mended = apply_safe_fixes(Source("a", "aab"), check)
    assert (mended.source.text, len(mended.made), mended.problems) == ("ccc", 5, ())


def test_a_fix_that_brings_up_something_worse_is_left() -> None:
    def check(source: Source) -> list[Problem]:
        worse = [Odd(place="a", words="worse")] if "2" in source.text else []
        return [*found(source, "one", "1"), *found(source, "two", "2"), *worse]

    mended = apply_safe_fixes(Source("a", "one two one"), check)
    assert mended.source.text == "1 two 1"
    assert [problem.title for problem in mended.left] == ["'two'"]
    assert mended.problems == mended.left


def test_a_fix_that_only_changes_the_problem_is_left() -> None:
    mended = apply_safe_fixes(
        Source("a", "x"), lambda source: [*found(source, "x+", source.text + "x")]
    )
    assert (mended.source.text, mended.made, len(mended.left)) == ("x", (), 1)


def test_only_so_many_fixes_are_tried_by_themselves() -> None:
    """Each of these would bring up something worse; what is looked at stays in bounds."""
    looked = 0

    def check(source: Source) -> list[Problem]:
        nonlocal looked
        looked += 1
        worse = [Odd(place="a", words="worse")] if "!" in source.text else []
        return [*found(source, "x[0-9]*;", "!"), *worse]

    source = Source("a", "".join(f"x{number};" for number in range(2 * MOST_TRIED)))
    mended = apply_safe_fixes(source, check)
    assert mended.source is source
    assert len(mended.left) == MOST_TRIED
    assert len(mended.problems) == 2 * MOST_TRIED
    assert looked <= 2 + MOST_TRIED


def test_warnings() -> None:
    """Those that come up once there are no errors are no loss; those that a fix brings are."""

    def check(source: Source) -> list[Safe]:
        return [*found(source, "x", "y")] or [*found(source, "y", "xx", Style)]

    mended = apply_safe_fixes(Source("a", "x"), check)
    assert mended.source.text == "y"
    assert [problem.code for problem in mended.left] == ["HEB198"]


def test_fixes_elsewhere_and_unsafe_ones_are_not_made() -> None:
    other = Source("other", "x")

    def check(source: Source) -> list[Problem]:
        here = Span(source, 0, 1)
        return [
            *found(other, "x", "y"),
            Odd(place=here, instead="y"),
            Safe(place="a", instead="y"),
            Safe(place=None, instead="y"),
            Safe(place=here),
        ]

    mended = apply_safe_fixes(Source("a", "x"), check)
    assert (mended.source.text, mended.made, mended.left) == ("x", (), ())
    assert len(mended.problems) == 5


def test_of_two_fixes_on_the_same_characters_one_is_made() -> None:
    def check(source: Source) -> list[Safe]:
        return [*found(source, "ab", "c"), *found(source, "b", "d")]

    assert apply_safe_fixes(Source("a", "ab"), check).source.text == "c"


def test_a_fix_may_put_something_in_but_once_at_a_place() -> None:
    def check(source: Source) -> list[Safe]:
        lacking = "," not in source.text
        return [*found(source, "(?<=a)(?=b)", ",")] * 2 if lacking else []

    mended = apply_safe_fixes(Source("a", "ab ab"), check)
    assert mended.source.text == "a,b a,b"
    assert len(mended.made) == 2


def test_endless_work_is_bounded() -> None:
    asked = 0

    def check(source: Source) -> list[Safe]:
        nonlocal asked
        asked += 1
        return [*found(source, "x[0-9]*", f"x{asked}")]

    mended = apply_safe_fixes(Source("a", "x " * 500), check)
    assert mended.made == ()
    assert asked <= 2 + 10 * (MOST_TRIED + 1)


SAFE = {p.code: p for p in problems() if stage_of(p.code) in "12347" and has_safe_fixes(p)}
NOBODY_CAN_GUESS = {"HEB136", "HEB210", "HEB301", "HEB303"}
"""Their pages show slips that can mean more than one thing."""


@pytest.mark.parametrize("code", sorted({*SAFE} - NOBODY_CAN_GUESS))
def test_what_a_page_calls_wrong_is_mended(code: str) -> None:
    name = "spec.hebb" if is_of_text(SAFE[code]) else "spec.yaml"
    wrong = Source(name, with_example(SAFE[code], examples(SAFE[code])[0]))
    assert [problem.code for problem in inspect_source(wrong)] == [code]
    mended = apply_safe_fixes(wrong, inspect_source)
    assert [p for p in mended.problems if p.severity is Severity.ERROR] == []
    assert {problem.code for problem in mended.made} == {code}


def test_enough_codes_are_mended() -> None:
    assert {"HEB131", "HEB201", "HEB202", "HEB220", "HEB226", "HEB306", "HEB310"} <= {*SAFE}
    assert {*SAFE} >= NOBODY_CAN_GUESS


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("output: {hebbian: {bias: yes}}", "output: {hebbian: {bias: true}}"),
        ("output: {hebbian: {bias: Off}}", "output: {hebbian: {bias: false}}"),
        ("output: {hebbian: {gamma: .5}}", "output: {hebbian: {gamma: 0.5}}"),
        ('output: {hebbian: {gamma: "0.5"}}', "output: {hebbian: {gamma: 0.5}}"),
        ("output: {hebbian: {T: '500'}}", "output: {hebbian: {T: 500}}"),
        ("output: {hebbian: {T: 5e2}}", "output: {hebbian: {T: 500}}"),
        ("output: {hebbian: {T: 500.0}}", "output: {hebbian: {T: 500}}"),
        ("output: {hebbian: {rescale: mean-row}}", "output: {hebbian: {rescale: mean_row}}"),
        (
            "curriculum: {growing: {start: 20, add: 10, when: test_accuracy > .5}}",
            "curriculum: {growing: {start: 20, add: 10, when: test_accuracy > 0.5}}",
        ),
        ("variants: {a: {output.gama: .5}}", "variants: {a: {output.gamma: 0.5}}"),
        ("baseline: hebian\nvariants: {hebbian: {}}", "baseline: hebbian\nvariants: {hebbian: {}}"),
    ],
)
def test_what_is_safe(wrong: str, right: str) -> None:
    mended = apply_safe_fixes(Source("spec.yaml", with_sections(wrong)), inspect_source)
    assert mended.source.text == with_sections(right)


@pytest.mark.parametrize(
    "doubtful",
    [
        "output: {hebbian: {T: 10.000}}",
        "output: {hebbian: {T: 010}}",
        "output: {hebbian: {T: 1.000.0}}",
        "output: {hebbian: {gamma: 1,5}}",
        "output: {hebbian: {gama: 0.5, gamma: 0.1}}",
        "output: {hebbian: {gama: 7}}",
        "training: {optimizer: adm, steps: 100}",
        "experiment: Two Words",
        "seeds: 9..0",
    ],
)
def test_what_is_in_doubt_is_left(doubtful: str) -> None:
    source = Source("spec.yaml", with_sections(doubtful))
    mended = apply_safe_fixes(source, inspect_source)
    assert mended.source is source
    assert mended.problems != ()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("output = hebbian(gama=.5, bias=yes)", "output = hebbian(gamma=0.5, bias=true)"),
        ("output = hebbian(T=5e2)", "output = hebbian(T=500)"),
        ("about = 012", 'about = "012"'),
        ("variants { a { output.gama = 0.5 } }", "variants { a { output.gamma = 0.5 } }"),
        (
            "curriculum = growing(start=20, add=10, when=tset_accuracy > 0.5)",
            "curriculum = growing(start=20, add=10, when=test_accuracy > 0.5)",
        ),
    ],
)
def test_the_same_in_the_text_surface(wrong: str, right: str) -> None:
    mended = apply_safe_fixes(Source("spec.hebb", with_sections(wrong, GOOD_TEXT)), inspect_source)
    assert mended.source.text == with_sections(right, GOOD_TEXT)


@given(st.lists(st.sampled_from(sorted(GOLDEN.glob("*.yaml"))), min_size=1, max_size=1), st.data())
def test_no_fix_makes_a_spec_worse(paths: list[Path], data: st.DataObject) -> None:
    """Golden specs with a letter changed: fewer errors or the same text, and nothing new."""
    text = paths[0].read_text(encoding="utf-8")
    index = data.draw(st.integers(0, len(text)))
    text = text[:index] + data.draw(st.sampled_from(["", "x", ".", '"', "="])) + text[index + 1 :]
    source = Source("spec.yaml", text)
    before = {p.title for p in inspect_source(source) if p.severity is Severity.ERROR}
    mended = apply_safe_fixes(source, inspect_source)
    after = {p.title for p in inspect_source(mended.source) if p.severity is Severity.ERROR}
    assert after <= before
    if mended.made:
        assert mended.source.text != text
        again = apply_safe_fixes(mended.source, inspect_source)
        assert again.source is mended.source, "twice is once"
    else:
        assert mended.source is source


def test_the_minimal_spec_needs_no_fix() -> None:
    assert apply_safe_fixes(Source("spec.yaml", GOOD), inspect_source).made == ()
