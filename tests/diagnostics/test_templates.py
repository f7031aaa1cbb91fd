"""Sentences of problems as templates, and second places by the name of a field."""

from __future__ import annotations

import pytest

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Related, Template
from hebbdsl.diagnostics.wording import LONGEST_QUOTE


class Sample(Problem):
    code = "HEB000"
    word: str = "gamma"
    steps: int = 1
    known: tuple[str, ...] = ("b", "a")
    found: Problem | None = None
    first: At | None = None

    title = ""
    related = Also("first", "{word!q} here")


def said(template: str, **fields: object) -> str | None:
    problem = Sample(place=None, **fields)  # type: ignore[arg-type]
    return Template(template).__get__(problem, Sample)


@pytest.mark.parametrize(
    ("template", "fields", "sentence"),
    [
        ("{word} {{…}}", {}, "gamma {…}"),
        ("{word!q}", {}, "`gamma`"),
        ("{word!q}", {"word": "x" * 99}, f"`{'x' * (LONGEST_QUOTE - 1)}…`"),
        ("{word!p}", {"word": "x" * 99 + "y"}, f"`…{'x' * (LONGEST_QUOTE - 2)}y`"),
        ("{word!r}", {}, "'gamma'"),
        ("{word}", {"word": "{steps}"}, "{steps}"),
        ("{steps:_} {steps:g}", {"steps": 1_000}, "1_000 1000"),
        ("{steps:step}, {steps:curriculum}", {}, "1 step, 1 curriculum"),
        ("{steps:test drawing}", {"steps": 1_000}, "1_000 test drawings"),
        ("{known:or}; {known:and}; {known:,}", {}, "`b` or `a`; `b` and `a`; a, b"),
        ("{found.word}", {"found": Sample(place=None, word="T")}, "T"),
    ],
)
def test_what_a_template_may_hold(template: str, fields: dict[str, object], sentence: str) -> None:
    assert said(template, **fields) == sentence


def test_a_template_with_a_field_that_the_problem_lacks_cannot_be_said() -> None:
    with pytest.raises(AttributeError, match="wrd"):
        said("{wrd}")


def test_a_template_with_a_field_that_is_none_says_nothing() -> None:
    assert said("beside {first}") is None
    assert said("{found.hint}", found=Sample(place=None)) is None
    assert said("at {place}") == "at None"  # nowhere: a title is said for all that


def test_sentences_of_a_class_are_templates_and_those_of_a_problem_are_said() -> None:
    class Own(Sample):
        code = "HEB001"
        title = "no {word!q}"
        hint = "write it"

    assert Own(place=None).title == "no `gamma`"
    assert Own(place=None).hint == "write it"
    assert Own(place=None).label == ""
    assert vars(Own)["title"] == Own.title == Template("no {word!q}")


def test_a_second_place_is_shown_where_there_is_one() -> None:
    place = At.field("model")
    assert Sample(place=None).related == ()
    assert Sample(place=None, first=place).related == (Related(place, "`gamma` here"),)
    fixed = Also(place, "here").__get__(Sample(place=None), Sample)
    assert fixed == (Related(place, "here"),)
    assert isinstance(Sample.related, Also)
