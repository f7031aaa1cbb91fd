"""Problems as people, editors and programs see them."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.diagnostics.columns import WINDOW, width
from hebbdsl.diagnostics.diagnostic import Place, Problem, Related, Severity
from hebbdsl.diagnostics.escaping import TAB, visible
from hebbdsl.diagnostics.render import COLOUR, render_json, render_lines, render_text
from hebbdsl.diagnostics.wording import summary
from hebbdsl.pipeline import inspect
from hebbdsl.source import Source, Span
from hebbdsl.spec.mismatches import UnknownField

GOLDEN = Path(__file__).parents[1] / "golden"


@dataclass(frozen=True, kw_only=True)
class Odd(Problem):
    """A problem for these tests."""

    code: ClassVar[str] = "HEB199"
    other: Span | None = None
    words: str = "this is odd"

    @property
    def title(self) -> str:
        return self.words

    @property
    def label(self) -> str:
        return "here"

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(self.other, "there"),) if self.other else ()


@dataclass(frozen=True, kw_only=True)
class Mild(Odd):
    """A warning for these tests."""

    severity: ClassVar[Severity] = Severity.WARNING


def odd(text: str, start: int, end: int, other: tuple[int, int] | None = None) -> Odd:
    source = Source("f.yaml", text)
    return Odd(
        place=Span(source, start, end), other=Span(source, *other) if other is not None else None
    )


def test_the_format_of_the_design() -> None:
    text = "\n" * 11 + "  hebbian: {gama: 0.05, T: 500}\n"
    source = Source("specs/omniglot_curriculum.yaml", text)
    start = text.index("gama")
    known = ("gamma", "T", "count_timing", "center")
    problem = UnknownField(
        place=Span(source, start, start + 4), owner="hebbian", written="gama", known=known
    )
    assert render_text([problem]) == (
        "error[HEB201]: `hebbian` has no field `gama`\n"
        "  --> specs/omniglot_curriculum.yaml:12:13\n"
        "   |\n"
        "12 |   hebbian: {gama: 0.05, T: 500}\n"
        "   |             ^^^^ unknown field\n"
        "   |\n"
        "   = hint: did you mean `gamma`? `hebbian` takes: center, count_timing, gamma, T\n"
        "   = more: hebbdsl explain HEB201"
    )


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (None, "error[HEB199]: this is odd\n  = more: hebbdsl explain HEB199"),
        ("a/b", "error[HEB199]: this is odd\n --> a/b\n  = more: hebbdsl explain HEB199"),
    ],
)
def test_places_without_text(place: Place, expected: str) -> None:
    assert render_text([Odd(place=place)]) == expected


def lines_of(problem: Problem) -> list[str]:
    return render_text([problem]).splitlines()


def test_related_places_on_other_lines() -> None:
    said = lines_of(odd("ab\n\n\ncd\n", 5, 7, other=(0, 2)))
    assert said[3:8] == [" 1 | ab", "   | -- there", "...", " 4 | cd", "   | ^^ here"]


def test_a_span_over_lines_is_marked_on_its_first() -> None:
    said = lines_of(odd("a: {b:\n  1}\n", 3, 11))
    assert said[3:5] == [" 1 | a: {b:", "   |    ^^^ here"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings(ending: str) -> None:
    text = ending.join(["one", "two", "three"])
    start = text.index("three")
    said = lines_of(odd(text, start, start + 5))
    assert said[1] == "  --> f.yaml:3:1"
    assert said[3:5] == [" 3 | three", "   | ^^^^^ here"]


def test_the_end_of_the_text_can_be_marked() -> None:
    assert lines_of(odd("ab", 2, 2))[3:5] == [" 1 | ab", "   |   ^ here"]
    assert lines_of(odd("ab\n", 3, 3))[3:5] == [" 2 |", "   | ^ here"]


def test_nothing_a_terminal_obeys_gets_through() -> None:
    said = render_text(
        [Odd(place=odd("x\x1b[31m\u202e\x9by", 0, 8).place, words="a\x1bb\nc\u2066")]
    )
    assert said.isprintable() or all(c == "\n" or c.isprintable() for c in said)
    assert "a<U+001B>b<U+000A>c<U+2066>" in said


LINES = st.text(
    st.one_of(
        st.sampled_from("ab :\t{}二全é\u0301\u200d\x1b\u202e😀"),
        st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]),
    ),
    max_size=260,
)


@given(LINES, st.data())
def test_carets_stand_below_what_they_mean(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line)))
    shown, marks = lines_of(odd(line, start, end))[3:5]
    shown, marks = shown[5:], marks[5:]
    caret = marks.index("^")
    before = caret_prefix(shown, caret)
    assert before is not None, "a caret never splits a wide character"
    inside = visible(line[start:end])
    count = marks.count("^")
    assert count == max(1, min(width(inside), count))
    if len(line) <= WINDOW:
        expected = visible(line[:start]).rstrip()
        # Signs without width may stand on either side of the place where a caret begins.
        assert before.startswith(expected) or width(expected) == width(before)
        assert caret == width(visible(line[:start]))
        assert count == max(1, width(inside))


def caret_prefix(shown: str, columns: int) -> str | None:
    """The text that takes exactly `columns`; trailing blanks of `shown` may have been cut."""
    taken = 0
    for index, character in enumerate(shown):
        if taken == columns:
            return shown[:index]
        taken += width(character)
    return shown if taken <= columns else None


def test_widths() -> None:
    assert width("ab") == 2
    assert width("二") == 2
    assert width(unicodedata.normalize("NFD", "é")) == 1
    assert visible("\t") == TAB


def test_long_lines_are_cut_around_the_mark() -> None:
    text = "x" * 500 + "bad" + "y" * 500
    shown, marks = lines_of(odd(text, 500, 503))[3:5]
    assert len(shown) < WINDOW + 10
    assert shown[marks.index("^") :].startswith("bad")
    assert shown[5] == "…"
    assert shown[-1] == "…"


def test_a_related_place_outside_the_window_is_marked_at_its_edge() -> None:
    shown, near, far = lines_of(odd("x" * 1_000, 10, 13, other=(900, 910)))[3:6]
    assert near.index("^") == 15
    assert far.index("-") == len(shown) - 1


def test_concise_lines() -> None:
    problem = odd("a\nbcd", 3, 4)
    assert render_lines([problem]) == "f.yaml:2:2: error[HEB199]: this is odd"
    assert render_lines([Odd(place="p")]) == "p: error[HEB199]: this is odd"
    assert render_lines([Mild(place=None)]) == "warning[HEB199]: this is odd"


def test_colour_is_only_colour() -> None:
    problem = odd("ab\ncd", 3, 5, other=(0, 1))
    coloured = render_text([problem], COLOUR)
    assert "\x1b[" in coloured
    for sequence in (COLOUR.error, COLOUR.quiet, COLOUR.strong, COLOUR.off):
        coloured = coloured.replace(sequence, "")
    assert coloured == render_text([problem])


def test_summary() -> None:
    assert summary([], 1) == "no problems in 1 file"
    assert summary([odd("a", 0, 1), Mild(place=None)], 2) == "1 error and 1 warning in 2 files"


def test_json_follows_its_schema() -> None:
    schema = json.loads(
        files("hebbdsl.diagnostics").joinpath("problems.schema.json").read_text(encoding="utf-8")
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    entries = [e for spec in sorted(GOLDEN.glob("*.yaml")) for e in render_json(inspect(spec))]
    entries += render_json([Odd(place="p"), Mild(place=None)])
    assert len(entries) > 60
    validator.validate(json.loads(json.dumps(entries)))
    assert any(entry["fix"] for entry in entries)
    assert any(entry["related"] for entry in entries)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate([{**entries[0], "line": 0}])


def test_a_fix_mends_its_problem(tmp_path: Path) -> None:
    """Where a fix is offered, writing it leaves the problem behind."""
    mended = 0
    for spec in sorted(GOLDEN.glob("*.yaml")):
        text = spec.read_text(encoding="utf-8")
        for problem in inspect(spec):
            if problem.fix is None or not isinstance(problem.place, Span):
                continue
            place = problem.place
            path = tmp_path / "mended.yaml"
            path.write_text(text[: place.start] + problem.fix + text[place.end :], encoding="utf-8")
            assert problem.title not in [other.title for other in inspect(path)]
            mended += 1
    assert mended >= 10
