"""Sketches of whole texts are the trees of the parsers; of any other text they are something.

Of the offsets of a shipped spec a sample is tried, and in `.ci/long` every one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.editor.completion import completion_at
from hebbdsl.editor.definition import definition_at
from hebbdsl.editor.document import Document, examined
from hebbdsl.editor.hover import hover_at
from hebbdsl.editor.partial_tree import partial_tree
from hebbdsl.editor.symbols import symbols_of
from hebbdsl.source import Source
from hebbdsl.spec.extending import from_disk
from hebbdsl.spec.printing import print_spec
from hebbdsl.syntax.surfaces import parse_tree
from hebbdsl.syntax.tree import Broken, Mapping, Node, Scalar, Sequence
from tests.sampling import sample
from tests.specs import GOOD

ROOT = Path(__file__).parents[2]


def _texts() -> Iterator[tuple[str, str]]:
    for path in sorted([*ROOT.glob("specs/*.yaml"), *ROOT.glob("tests/golden/*.yaml")]):
        text = path.read_text(encoding="utf-8")
        yield path.name, text
        try:
            yield f"{path.stem}.hebb", print_spec(parse_tree(Source(path.name, text)), "hebb")
        except Rejected:
            continue


TEXTS = dict(_texts())
SHIPPED = [name for name in TEXTS if (ROOT / "specs" / name).with_suffix(".yaml").exists()]


def shape(node: Node) -> object:
    """What a tree says, and where its keys and scalars stand."""
    match node:
        case Mapping(entries):
            return {e.key.text: (e.key.span.start, shape(e.value)) for e in reversed(entries)}
        case Sequence(items):
            return [shape(item) for item in items]
        case Scalar() if node.missing:
            return None
        case Scalar():
            return node.span.start, node.span.end
        case Broken():
            return "broken"


@pytest.mark.parametrize("name", TEXTS)
def test_a_sketch_of_a_whole_text_is_its_tree(name: str) -> None:
    source = Source(name, TEXTS[name])
    try:
        tree = parse_tree(source)
    except Rejected:
        assert isinstance(partial_tree(source), Mapping)
        return
    if not any(problem.code.startswith("HEB1") for problem in tree.problems):
        assert shape(partial_tree(source)) == shape(tree.root)


@pytest.mark.parametrize("name", SHIPPED)
def test_something_is_known_at_every_offset(name: str) -> None:
    """Nothing raises, and hover answers at every letter of a key."""
    source = Source(str(ROOT / "specs" / name), TEXTS[name])
    document = examined(source, from_disk)
    offsets = sample(range(len(source.text) + 1), 100, name)
    answered = sum(_asked(document, offset) for offset in offsets)
    assert answered > len(offsets) / 4
    for entry in partial_tree(source).entries:
        key = entry.key.span
        if key.text == entry.key.text:
            assert hover_at(document, key.start) is not None, key.text


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_raises_in_a_text_that_breaks_off(name: str) -> None:
    text = TEXTS[name]
    for end in sample(range(len(text)), 40, name):
        document = Document(Source(name, text[:end]))
        for offset in (end, end // 2, end // 3):
            _asked(document, offset)
        symbols_of(document.source)


def _asked(document: Document, offset: int) -> bool:
    found = completion_at(document.source, offset, document.drafts)
    if found is not None:
        assert found.start <= offset <= found.end
        assert "\n" not in document.source.text[found.start : found.end]
    hover = hover_at(document, offset)
    if hover is not None:
        assert hover.start <= offset <= hover.end
    definition_at(document, offset)
    return found is not None or hover is not None


WORDS = ["output", "hebbian", "variants", "claims", "extends", "0..9", "output.gamma", "- ", "  "]
ODD = ["\r\n", "steps_to_finish(", "𝔘", "\ue000", "\u2028", "\\"]
PIECES = st.sampled_from([*"{}[]()=:,.-#\"'\n \t|>&*!%@a", *WORDS, *ODD])


@given(st.lists(PIECES, max_size=40), st.sampled_from([".yaml", ".hebb"]), st.data())
def test_no_text_is_too_odd(pieces: list[str], ending: str, data: st.DataObject) -> None:
    source = Source(f"odd{ending}", "".join(pieces))
    document = examined(source, from_disk)
    assert document.source is source
    _asked(document, data.draw(st.integers(0, len(source.text))))
    symbols_of(source)


@given(st.data())
def test_a_spec_with_a_piece_of_it_gone(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(start + 20, len(GOOD))))
    piece = "".join(data.draw(st.lists(PIECES, max_size=3)))
    source = Source("mutant.yaml", GOOD[:start] + piece + GOOD[end:])
    document = examined(source, from_disk)
    _asked(document, min(start + len(piece), len(source.text)))


@pytest.mark.parametrize("opening", ["[", "{", "(", "- ", "a(", "a: {b", "a: [", "a=[", "a={"])
@pytest.mark.parametrize("ending", [".yaml", ".hebb"])
def test_deep_brackets_are_read_flat(opening: str, ending: str) -> None:
    source = Source(f"deep{ending}", opening * 3_000)
    assert partial_tree(source).span.end == len(source.text)
    completion_at(source, len(source.text))


def test_a_text_larger_than_any_spec_is_not_sketched() -> None:
    source = Source("large.yaml", "a: 1\n" * 50_000)
    assert partial_tree(source).entries == ()
    assert completion_at(source, 3) is None
