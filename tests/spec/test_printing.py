"""Laws of the printer: what is printed says the same, keeps every comment, and prints as itself."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.source import Source
from hebbdsl.spec.canonical import plain
from hebbdsl.spec.checked import Draft
from hebbdsl.spec.checker import Drafted, examine
from hebbdsl.spec.printing import Surface, print_spec
from hebbdsl.syntax.attaching import lay_out
from hebbdsl.syntax.layout import Group, Member
from hebbdsl.syntax.scalars import needs_quotes
from hebbdsl.syntax.surfaces import parse_tree
from hebbdsl.syntax.tree import Mapping, Node, Scalar, Sequence, Tree
from tests.sampling import examples
from tests.strategies import ROOTS, Path, Value, Word, Written, specs, written

SURFACES: tuple[Surface, ...] = ("yaml", "hebb")
# Shrinking takes minutes where every choice of a spelling is drawn: what failed is shown as found.
MANY = settings(
    max_examples=int(os.environ.get("HEBBDSL_EXAMPLES", examples(60))),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
ENDINGS = {"yaml": "t.yaml", "hebb": "t.hebb"}


def parsed(text: str, surface: str) -> Tree:
    tree = parse_tree(Source(ENDINGS[surface], text))
    assert tree.problems == ()
    return tree


def said(node: Node) -> Any:
    """What a node says, and of a scalar whether it can be anything but a text."""
    match node:
        case Mapping(entries):
            return [(entry.key.text, said(entry.value)) for entry in entries]
        case Sequence(items):
            return [said(item) for item in items]
        case Scalar(text, quoted):
            return (text, not quoted and needs_quotes(text))
    raise AssertionError(node)


def meant(value: Value) -> Any:
    """The same of a value of the strategies."""
    match value:
        case Word(text, bare):
            return (text, bare and needs_quotes(text))
        case dict():
            return [(key, meant(inner)) for key, inner in value.items()]
    return [meant(item) for item in value]


def owners(tree: Tree) -> list[tuple[str, Path]]:
    """Every comment with the entry that it belongs to, in order."""
    found: list[tuple[str, Path]] = []

    def group(laid: Group, path: Path) -> None:
        for at, member in enumerate(laid.members):
            one(member, (*path, at if member.key is None else member.key.text))
        found.extend((comment.text, path) for comment in laid.end)

    def one(member: Member, path: Path) -> None:
        found.extend((comment.text, path) for comment in member.above)
        found.extend((text, path) for text in member.beside)
        if isinstance(member.value, Group):
            group(member.value, path)
        found.extend((text, path) for text in member.closing)

    group(lay_out(tree), ())
    return found


def settled(found: list[tuple[str, Path]], value: dict[str, Value]) -> list[tuple[str, Path]]:
    """With one name for places that a surface cannot tell apart: `- a: 1` is the item and its first
    entry, `word(…)` the word and what holds it."""
    return [(text, _settled(path, value)) for text, path in found]


def _settled(path: Path, value: dict[str, Value]) -> Path:
    while path:
        holder = value
        for step in path[:-1]:
            holder = holder[step]
        if isinstance(holder, dict):
            first_of_item = (
                len(path) > 1 and isinstance(path[-2], int) and next(iter(holder)) == path[-1]
            )
            word = len(path) > 1 and len(holder) == 1 and isinstance(holder[path[-1]], dict)
            if not (first_of_item or word):
                return path
        elif not (len(path) > 1 and isinstance(path[-2], int) and path[-1] == 0):
            return path
        path = path[:-1]
    return path


def check(value: dict[str, Value], source: Written, surface: Surface) -> None:
    tree = parsed(source.text, surface)
    expected = settled(source.owners, value)
    assert said(tree.root) == meant(value)
    assert settled(owners(tree), value) == expected
    for target in SURFACES:
        text = print_spec(tree, target)
        again = parsed(text, target)
        assert said(again.root) == meant(value)
        assert settled(owners(again), value) == expected
        assert print_spec(again, target) == text
        assert "\n\n\n" not in text or "\\n\\n" in repr(value)


@pytest.mark.parametrize("surface", SURFACES)
@MANY
@given(st.data())
def test_any_tree(surface: Surface, data: st.DataObject) -> None:
    value = data.draw(ROOTS)
    check(value, data.draw(written(value, surface)), surface)


@pytest.mark.parametrize("surface", SURFACES)
@MANY
@given(st.data())
def test_any_spec(surface: Surface, data: st.DataObject) -> None:
    value = data.draw(specs())
    check(value, data.draw(written(value, surface)), surface)


@MANY
@given(st.data())
def test_a_converted_spec_means_the_same(data: st.DataObject) -> None:
    """The same problems, and the same setup of every variant that could be built."""
    value = data.draw(specs())
    tree = parsed(data.draw(written(value, "yaml")).text, "yaml")
    ours = examine(tree)
    for surface in SURFACES:
        theirs = examine(parsed(print_spec(tree, surface), surface))
        assert [p.code for p in _by_title(theirs)] == [p.code for p in _by_title(ours)]
        assert [_sections(draft) for draft in theirs.drafts] == list(map(_sections, ours.drafts))


def _by_title(drafted: Drafted) -> list[Problem]:
    return sorted(drafted.problems, key=lambda problem: (problem.code, problem.title))


def _sections(draft: Draft) -> Any:
    return draft.name, plain(draft.sections, deciding_only=True)
