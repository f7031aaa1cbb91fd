"""`hebbdsl explain`: codes, words, kinds, sections, fields and metrics."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from hebbdsl.cli.main import app
from hebbdsl.diagnostics.catalogue import first_sentence, page, problems
from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.expression.metrics import EVALUATION_METRICS, RUN_METRICS
from hebbdsl.spec.glossary import topics
from hebbdsl.spec.types import fields_of
from hebbdsl.vocabulary import KINDS, every_part, words_of


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["explain", *arguments])


def test_without_an_argument_everything_is_listed() -> None:
    result = explain()
    assert result.exit_code == 0
    for problem in problems():
        assert f"  {problem.code}  " in result.stdout
        assert first_sentence(problem) in result.stdout
    for kind in KINDS:
        assert ", ".join(words_of(kind)) in result.stdout
    for metric in (*EVALUATION_METRICS, *RUN_METRICS):
        assert metric in result.stdout


@pytest.mark.parametrize("columns", [40, 80, 132])
def test_on_a_terminal_no_line_is_wider_than_it(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hebbdsl.cli.explain._width", lambda: columns)
    lines = explain().stdout.splitlines()
    assert max(map(len, lines)) <= columns
    said = " ".join(lines)
    for topic in (*every_part().values(), *(p.code for p in problems())):
        assert topic in said


@pytest.mark.parametrize("problem", problems(), ids=lambda p: p.code)
def test_codes(problem: type[Problem]) -> None:
    result = explain(problem.code.lower())
    assert result.exit_code == 0
    assert result.stdout.rstrip("\n").endswith(page(problem))


@pytest.mark.parametrize("cls", every_part(), ids=lambda cls: every_part()[cls])
def test_words(cls: type) -> None:
    result = explain(every_part()[cls])
    assert result.exit_code == 0
    assert (cls.__doc__ or "").splitlines()[0] in result.stdout
    for field in fields_of(cls).values():
        assert f"\n  {field.name}\n" in result.stdout
        assert field.about.split()[0] in result.stdout


@pytest.mark.parametrize("topic", topics())
def test_every_topic_has_a_page(topic: str) -> None:
    result = explain(topic)
    assert result.exit_code == 0
    assert f"{topic.partition('@')[0]}" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_a_field_says_its_bounds_default_and_owners() -> None:
    said = explain("gamma").stdout
    assert "gamma: a field of hebbian" in said
    assert "a number, at least 0 and at most 1; default `0.01`" in said


def test_metrics() -> None:
    assert "steps_to_finish: a metric, in claims" in explain("steps_to_finish").stdout
    assert "newest_accuracy@k: a metric, in claims" in explain("newest_accuracy@10").stdout


@pytest.mark.parametrize(
    ("topic", "near"), [("hebian", "hebbian"), ("HEB2011", "HEB201"), ("gama", "gamma")]
)
def test_unknown_topics_get_a_suggestion(topic: str, near: str) -> None:
    result = explain(topic)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"did you mean `{near}`?" in result.stderr


@pytest.mark.parametrize("topic", ["HEB999", "\x1b[31m", "", "x" * 5_000])
def test_hopeless_topics(topic: str) -> None:
    result = explain(topic)
    assert result.exit_code == 1
    assert "\x1b" not in result.stderr
    assert "`hebbdsl explain` lists all there is" in result.stderr
    assert len(result.stderr) < 300
