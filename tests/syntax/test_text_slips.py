"""What slips of the text surface are called, where they are, and that reading goes on."""

from __future__ import annotations

import pytest

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.source import Source, Span
from hebbdsl.spec.checker import examine
from hebbdsl.spec.reader import as_written
from hebbdsl.syntax.text_surface import parse_text
from tests.specs import GOOD_TEXT, with_sections


def problems(text: str) -> tuple[Problem, ...]:
    try:
        return parse_text(Source("t.hebb", text)).problems
    except Rejected as rejected:
        return rejected.problems


def found(text: str) -> list[tuple[str, str]]:
    places = [(problem.code, problem.place) for problem in problems(text)]
    return [(code, place.text) for code, place in places if isinstance(place, Span)]


REST = {"z": 9}
"""Behind each slip stands `z = 9`, which must still be read."""

SLIPS: list[tuple[str, str, str, object]] = [
    # text, code, the characters pointed at, what is still read
    ("a = [1, 2", "HEB141", "[", {"a": [1, 2], **REST}),
    ("a = f(b=1, c=g(d=2)", "HEB141", "(", {"a": {"f": {"b": 1, "c": {"g": {"d": 2}}}}, **REST}),
    ("a = [{ b = 1\n]", "HEB141", "{", {"a": [{"b": 1}], **REST}),
    ("a = f(c=[1, 2, d=3)", "HEB141", "[", {"a": {"f": {"c": [1, 2], "d": 3}}, **REST}),
    ("t {\n  a = f(b=1\n  c = 2\n}", "HEB141", "(", {"t": {"a": {"f": {"b": 1}}, "c": 2}, **REST}),
    ("t {\n  a = 1\n", "HEB141", "{", {"t": {"a": 1}, **REST}),
    (
        "t {\n  a { b = 1\n  c { d = 2 }\n}",
        "HEB141",
        "{",
        {"t": {"a": {"b": 1}, "c": {"d": 2}}, **REST},
    ),
    ("a = 1)", "HEB142", ")", {"a": 1, **REST}),
    ("a = [f(]b=1)]", "HEB142", "]", {"a": [{"f": {"b": 1}}], **REST}),
    ("y = 1\na = 2)", "HEB142", ")", {"y": 1, "a": 2, **REST}),
    ("a = f(c=[1]])", "HEB142", "]", {"a": {"f": {"c": [1]}}, **REST}),
    ("a = f b=1, c=2)", "HEB142", ")", {"a": {"f": {"b": 1, "c": 2}}, **REST}),
    ("a = f(b= 1, 2], c=3)", "HEB142", "]", {"a": {"f": {"b": [1, 2], "c": 3}}, **REST}),
    ("t\n  a = 1\n}", "HEB142", "}", {"t": {"a": 1}, **REST}),
    ("t = a = 1, b = 2 }", "HEB142", "}", {"t": {"a": 1, "b": 2}, **REST}),
    ("t {\n  a b = 1 }\n  c {}\n}", "HEB142", "}", {"t": {"a": {"b": 1}, "c": {}}, **REST}),
    ("a = f(c=[1, 2), d=3)", "HEB143", ")", {"a": {"f": {"c": [1, 2], "d": 3}}, **REST}),
    ("t {\na = 1", "HEB141", "{", {"t": {"a": 1, **REST}}),
    ("a = (1 +", "HEB141", "(", {"a": None, **REST}),
    ("a = f(b=1]", "HEB143", "]", {"a": {"f": {"b": 1}}, **REST}),
    ("a: 1", "HEB144", ":", {"a": 1, **REST}),
    ("a = f(b: 1)", "HEB144", ":", {"a": {"f": {"b": 1}}, **REST}),
    ('a = "x', "HEB145", '"', {"a": None, **REST}),
    ('a = "x)', "HEB145", '"', {"a": None, **REST}),
    ('a = f(b="x, c=1)', "HEB145", '"', {"a": {"f": {"b": None}}, **REST}),
    ('t { a = "x }', "HEB145", '"', {"t": {"a": None}, **REST}),
    ('a = "\\q"', "HEB146", "\\q", {"a": None, **REST}),
    ('a = "\\u12"', "HEB146", "\\u12", {"a": None, **REST}),
    ('a = "\\ud800"', "HEB146", "\\ud800", {"a": None, **REST}),
    ("a = 'it''s'", "HEB147", "'it''s'", {"a": "it's", **REST}),
    ('a = "x\ty"', "HEB148", "\t", {"a": "x\ty", **REST}),
    ("a = f(b=1,, c=2)", "HEB149", ",", {"a": {"f": {"b": 1, "c": 2}}, **REST}),
    (", a = 1", "HEB149", ",", {"a": 1, **REST}),
    ("a = [,]", "HEB149", ",", {"a": [], **REST}),
    ("a 1", "HEB150", "1", {"a": 1, **REST}),
    ("a = f(b 1)", "HEB150", "1", {"a": {"f": {"b": 1}}, **REST}),
    ("a [1]", "HEB150", "[", {"a": [1], **REST}),
    ("a", "HEB150", "a", REST),
    ("a =", "HEB151", "=", {"a": None, **REST}),
    ("a = f(c=(b=), d=1)", "HEB151", "=", {"a": {"f": {"c": None, "d": 1}}, **REST}),
    ("a = f(b=, c=1)", "HEB151", "=", {"a": {"f": {"b": None, "c": 1}}, **REST}),
    ("a =\n  f(b=1)", "HEB151", "=", {"a": {"f": {"b": 1}}, **REST}),
    ("experiment", "HEB151", "experiment", {"experiment": None, **REST}),
    ("a = 1 b = 2", "HEB152", "", {"a": 1, "b": 2, **REST}),
    ("a = f(\n b=1\n c=2\n)", "HEB152", "", {"a": {"f": {"b": 1, "c": 2}}, **REST}),
    ("a = [1 2]", "HEB152", "", {"a": [1, 2], **REST}),
    ("a = [f(x) < 1\n f(y) < 2]", "HEB152", "", {"a": ["f(x) < 1", "f(y) < 2"], **REST}),
    ("a = Do rows bind?", "HEB153", "Do rows bind?", {"a": None, **REST}),
    ("a = Do rows, or not?, b = 1", "HEB153", "Do rows, or not?", {"a": None, "b": 1, **REST}),
    ("a = f(b=x y, c=1)", "HEB153", "x y", {"a": {"f": {"b": None, "c": 1}}, **REST}),
    ("a = x y,", "HEB153", "x y", {"a": None, **REST}),
    ("a = /data/x # why", "HEB153", "/data/x", {"a": None, **REST}),
    ("a = ~/x", "HEB153", "~/x", {"a": None, **REST}),
    ("a = 12:30", "HEB153", "12:30", {"a": None, **REST}),
    ("a = [base.yaml, 1]", "HEB153", "base.yaml", {"a": [None, 1], **REST}),
    ("a = “x y”", "HEB153", "“x y”", {"a": None, **REST}),
    ("a = don't", "HEB153", "don't", {"a": None, **REST}),
    ("a = é", "HEB153", "é", {"a": None, **REST}),
    ("extends base.hebb", "HEB153", "base.hebb", {"extends": None, **REST}),
    ("experiment my curriculum", "HEB153", "my curriculum", {"experiment": None, **REST}),
    ("Do rows bind faster?", "HEB153", "Do rows bind faster?", REST),
    ("or = 1", "HEB153", "or", REST),
    ("1 = a", "HEB153", "1", REST),
    ("a = b 0.6", "HEB153", "b 0.6", {"a": None, **REST}),
    ("t:\n  b:\n    - c", "HEB154", "t:", {"t": None, **REST}),
    ("- a\n- b", "HEB154", "-", REST),
    ("a = f(0.05)", "HEB155", "0.05", {"a": None, **REST}),
    ("a = f(b, c=1)", "HEB155", "b", {"a": None, **REST}),
    ("a = f(b, c) > 1", "HEB155", "b", {"a": None, **REST}),
    ("a = f { b = 1\n c = 2 }", "HEB156", "{", {"a": {"f": {"b": 1, "c": 2}}, **REST}),
    ("a = 1\na = 2", "HEB125", "a", {"a": 1, **REST}),
    ('"x"\nabout = "y"', "HEB125", "about", {"about": "x", **REST}),
    ("a = b >", "HEB140", ">", {"a": None, **REST}),
    ("a = > 0.6", "HEB140", ">", {"a": None, **REST}),
    ("a = b > 1\nand c < 2", "HEB140", "and", {"a": "b > 1", **REST}),
    ("a = b > 0.6 && c > 1", "HEB140", "&", {"a": None, **REST}),
    ("a = b > 5%", "HEB140", "%", {"a": None, **REST}),
    ("a = 1; b = 2", "HEB140", ";", {"a": None, **REST}),
    ("-1", "HEB140", "-", REST),
    ("= 3", "HEB140", "=", REST),
    ("a == 1", "HEB140", "==", REST),
    ("a = (1, 2)", "HEB140", ",", {"a": None, **REST}),
    ("a = ([1])", "HEB140", "[", {"a": None, **REST}),
    ("a = (+: 1)", "HEB140", ":", {"a": None, **REST}),
    ("a = f(x - 3)", "HEB140", "-", {"a": None, **REST}),
    ("a = [x(y) 0.6, 1]", "HEB140", "0.6", {"a": [None, 1], **REST}),
    ("t\n{\n a = 1 }", "HEB140", "t", {"t": {"a": 1}, **REST}),
    ("{ a = 1 }", "HEB140", "{", REST),
    ("[a]", "HEB140", "[", REST),
    ("@", "HEB153", "@", REST),
]


@pytest.mark.parametrize(("text", "code", "where", "read"), SLIPS, ids=[s[0] for s in SLIPS])
def test_one_slip_is_one_problem(text: str, code: str, where: str, read: object) -> None:
    source = Source("t.hebb", f"{text}\nz = 9\n")
    assert found(source.text) == [(code, where)]
    assert as_written(parse_text(source).root) == read


FIXED = [
    "HEB143",
    "HEB144",
    "HEB146",
    "HEB147",
    "HEB148",
    "HEB149",
    "HEB152",
    "HEB153",
]


@pytest.mark.parametrize("text", [slip[0] for slip in SLIPS])
def test_a_fix_mends_the_slip(text: str) -> None:
    """What is written at the place instead leaves nothing to say of it."""
    (problem,) = problems(text)
    if problem.fix is None:
        assert not problem.fix_is_safe
        return
    assert isinstance(problem.place, Span)
    start, end = problem.place.start, problem.place.end
    assert problems(text[:start] + problem.fix + text[end:]) == ()


def test_fixes_are_offered() -> None:
    offered = {p.code for text, *_ in SLIPS for p in problems(text) if p.fix is not None}
    assert offered >= set(FIXED)


def test_every_slip_is_told_at_once() -> None:
    text = "".join(f"{text}\n" for text in ("a: 1", "b = [1, 2)", "c d", "e = 'f'", "g = h i"))
    codes = sorted(code for code, _ in found(text))
    assert codes == ["HEB143", "HEB144", "HEB147", "HEB150", "HEB153"]


def test_what_is_broken_is_neither_missing_nor_judged() -> None:
    """Stage 3 says what it has to say of the rest, and nothing of what could not be read."""
    broken = with_sections(
        "output = hebbian(gamma=, gama=1)\nmodel = a b\ntraining {\n optimizer = adam\n = 100\n}\n",
        GOOD_TEXT,
    )
    problems = examine(parse_text(Source("t.hebb", broken))).problems
    assert [problem.code for problem in problems] == ["HEB153", "HEB151", "HEB201", "HEB140"]


def test_nothing_is_missing_where_an_entry_was_lost() -> None:
    text = GOOD_TEXT.replace("hebbdsl 1", "? 1").replace("output =", "=")
    problems = examine(parse_text(Source("t.hebb", text))).problems
    assert {problem.code for problem in problems} <= {"HEB140", "HEB153"}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("hebbdsl: 1\nexperiment: x\ndata: glyphs\n", 1),
        ("a:\n  b: 1\n  c:\n    - d\n    - e\n", 1),
        ("hebbdsl 1\na: 1\nb: 2\nc = 3\nd = 4\n", 2),
    ],
)
def test_yaml_is_told_once(text: str, count: int) -> None:
    assert len(problems(text)) == count


def test_a_bracket_that_closes_what_no_entry_opens() -> None:
    assert found("1\n)\nz = 9\n") == [("HEB142", ")"), ("HEB153", "1")]


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n  ", "\n\n    # why\n  "])
def test_what_is_given_up_ends_before_the_line_end(end: str) -> None:
    tree = parse_text(Source("t.hebb", f"a = 1\nt:\n  b: 2{end}"))
    assert [problem.code for problem in tree.problems] == ["HEB154"]
    last = tree.root.entries[-1]
    assert (last.key.text, last.value.span.text) == ("t", ":\n  b: 2")


def test_brackets_around_one_that_is_closed_are_both_missed() -> None:
    assert found("a = f(b = {c = [1}") == [("HEB141", "["), ("HEB141", "(")]


def test_a_bracket_put_in_ends_with_the_one_around_it() -> None:
    """`]` at 23 closes what was opened inside `(`, which is closed before."""
    codes = [problem.code for problem in problems("]f(x=1)[{or(=,bf(x=1){)]]s")]
    assert codes.count("HEB142") == 2
    assert codes.count("HEB141") == 2


def test_nothing_can_follow_a_section_on_its_line() -> None:
    (problem,) = problems("training {} + 1\n")
    assert problem.label == "expected a new line"


def test_both_places_of_a_bracket_are_shown() -> None:
    (problem,) = problems("a = f(b=[1, 2), c=3)")
    (related,) = problem.related
    assert isinstance(related.place, Span)
    assert related.place.text == "["
    (problem,) = problems("a = f(b=1\nc = 2\n")
    (related,) = problem.related
    assert isinstance(related.place, Span)
    assert related.place.text == "c"


def test_what_must_follow_a_u_is_said() -> None:
    (problem,) = problems('a = "\\u12"')
    assert problem.hint is not None
    assert "four" in problem.hint


def test_too_many_brackets_end_the_reading() -> None:
    assert found("a = (]\n" * 50)[-1][0] == "HEB158"
