"""What every problem says: short, on lines of its own, whatever it is made of."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from hebbdsl.diagnostics.catalogue import examples, problems
from hebbdsl.diagnostics.diagnostic import At, Problem, Related
from hebbdsl.diagnostics.render import render_json, render_lines, render_text
from hebbdsl.run.problems import Busy
from hebbdsl.source import Source, Span
from hebbdsl.spec.value_problems import NoValue
from tests.diagnostics.test_catalogue import FRAGMENTS
from tests.specs import is_of_text, problems_of, with_example

LONG = "xy" * 40
SPAN = Span(Source("f.yaml", "a: 1\nb: 2\n"), 5, 6)
LONGEST = 1_000
"""Characters of a sentence that someone still reads."""


@pytest.mark.parametrize("problem", FRAGMENTS, ids=lambda p: p.code)
def test_the_example_of_a_page_is_shown_well(problem: type[Problem], tmp_path: Path) -> None:
    wrong = with_example(problem, examples(problem)[0])
    said = problems_of(wrong, tmp_path, "hebb" if is_of_text(problem) else "yaml")
    assert len(render_lines(said).splitlines()) == len(said)
    for one, block in zip(said, render_text(said).split("\n\n"), strict=True):
        assert isinstance(one.place, Span)
        assert one.code in block
        assert len(block.splitlines()) <= 12
        for sentence in (one.title, one.label, one.hint or ""):
            assert not sentence.endswith(".") or sentence.endswith("…")
            assert "\n" not in sentence
            assert len(sentence) <= LONGEST


def samples(hint: Any) -> Iterator[Any]:
    """Values of a type that test a message: long ones and short ones, none, one, several."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        for option in arguments:
            yield from samples(option)
    elif origin is Literal:
        yield from arguments
    elif origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        items = list(samples(arguments[0]))
        yield from ((items[0],), tuple(items * 3))
    elif origin is tuple:
        yield tuple(next(samples(argument)) for argument in arguments)
    elif hint is str:
        yield from ("x", LONG, "X")
    elif hint is bool:
        yield from (False, True)
    elif hint is int:
        yield from (0, 1, 10**9)
    elif hint is float:
        yield from (0.5, 1.0)
    elif hint is type(None):
        yield None
    elif hint is Span:
        yield SPAN
    elif hint is At:
        yield At.field("a")
    elif hint is Related:
        yield Related(SPAN, "there")
    elif isinstance(hint, type) and issubclass(hint, Problem):
        yield NoValue(place=SPAN, field=LONG, advice=LONG)
    elif hint is type(Problem) or origin is type:
        yield NoValue
    else:
        raise TypeError(f"no sample of {hint}")


def made(problem: type[Problem]) -> Iterator[Problem]:
    """The problem with each field at each of its samples, the others at their first ones."""
    wanted = {
        name: ["\0"] if name == "character" else list(samples(hint))
        for name, hint in get_type_hints(problem).items()
        if get_origin(hint) is not ClassVar and name not in ("place", "resolved")
    }
    first = {name: values[0] for name, values in wanted.items()}
    yield problem(place=SPAN, **first)
    for name, values in wanted.items():
        for value in values[1:]:
            yield problem(place=SPAN, **{**first, name: value})


@pytest.mark.parametrize("problem", problems(), ids=lambda p: p.code)
def test_whatever_it_is_made_of_it_can_be_said(problem: type[Problem]) -> None:
    count = 0
    for one in made(problem):
        text, lines = render_text([one]), render_lines([one])
        assert json.dumps(render_json([one]))
        assert lines.count("\n") == 0
        assert len(text.splitlines()) <= 12
        assert one.code in lines
        assert isinstance(one.title, str)
        assert isinstance(one.label, str)
        count += 1
    assert count


def test_who_holds_a_run_decides_what_to_do() -> None:
    def hint(holder: str, left: str | None = None) -> str:
        return Busy(place="runs/a", holder=holder, left=left).hint

    assert hint("process 7").startswith("wait until it ends, or stop it")
    assert hint("this process itself") == hint("another thread of this process (a)")
    assert "finds the run done" in hint("this process itself")
    assert "remove `runs/a/lock`" in hint("process 7 of another machine", "runs/a/lock")
