"""Types of fields as the language sees them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import pytest

from hebbdsl.diagnostics.wording import plural
from hebbdsl.expression.claim import Claim
from hebbdsl.parts.bounds import Bounds, Length, Pattern
from hebbdsl.parts.part import Model, Output, Part
from hebbdsl.spec.experiment import Experiment, Training
from hebbdsl.spec.types import (
    Boolean,
    Choice,
    ExpressionOf,
    ListOf,
    NamedChanges,
    NumberOf,
    OneOf,
    PartOf,
    SectionOf,
    Text,
    Type,
    WholeNumbers,
    fields_of,
    in_short,
    in_words,
)
from hebbdsl.vocabulary import KINDS, VOCABULARY, every_part, word_of, words_of


@pytest.mark.parametrize("cls", [Experiment, Training, *every_part()])
def test_every_field_has_a_type_and_a_sentence(cls: type) -> None:
    assert is_dataclass(cls)
    assert set(fields_of(cls)) == {field.name for field in fields(cls)}
    for field in fields_of(cls).values():
        assert field.about, f"{cls.__name__}.{field.name}"
        assert in_words(field.type)


def test_some_types() -> None:
    assert fields_of(Experiment)["hebbdsl"].type == Choice((1,))
    assert fields_of(Experiment)["output"].type == PartOf(Output)
    assert isinstance(fields_of(Experiment)["seeds"].type, WholeNumbers)
    assert fields_of(Training)["batch_size"].type == NumberOf(True, Bounds(1, 2**53))
    assert fields_of(Training)["optimizer"].required


FOLDERS = {kind: plural(kind.kind) for kind in KINDS}
"""Where the parts of a kind stand."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_word_is_the_class_the_kind_and_the_folder_that_it_says(kind: type[Part]) -> None:
    assert VOCABULARY[kind]
    for word, where in VOCABULARY[kind].items():
        cls = words_of(kind)[word]
        assert issubclass(cls, kind)
        assert where == f"{cls.__module__}:{cls.__qualname__}"
        assert cls.__name__.lower() == word.replace("_", "")
        home = f"hebbdsl.parts.{FOLDERS[kind]}.{word}"
        assert cls.__module__ in (home, f"{home}.spec")
        assert word_of(cls) == word


def test_no_word_stands_for_two_things() -> None:
    assert len(every_part()) == sum(len(words_of(kind)) for kind in KINDS)
    assert len({*every_part().values()}) == len(every_part())


def test_listing_words_imports_none_of_them() -> None:
    code = (
        "import sys; from hebbdsl.vocabulary import KINDS, words_of, word_of\n"
        "from hebbdsl.parts.part import Output\n"
        "assert all([*words_of(kind)] and len(words_of(kind)) for kind in KINDS)\n"
        "assert 'softmax' in words_of(Output) and 'sotfmax' not in words_of(Output)\n"
        "found = lambda: [m for m in sys.modules if m.startswith('hebbdsl.parts.outputs.')]\n"
        "assert found() == []; words_of(Output)['softmax']; print(*sorted(found()))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    home = "hebbdsl.parts.outputs.softmax"
    assert result.stdout.split() == [home, f"{home}.spec"]


@pytest.mark.parametrize(
    "hint", [bytes, tuple[int, int], dict[str, int], Mapping[int, int], object]
)
def test_unknown_types_are_an_internal_fault(hint: type) -> None:
    from dataclasses import make_dataclass

    cls = make_dataclass("Odd", [("field", hint)])
    with pytest.raises(TypeError):
        fields_of(cls)


def shape(type_: Type) -> str:
    """What of the tree a type is read from; words differ from numbers by their first letter."""
    lists, mappings = (ListOf, WholeNumbers), (SectionOf, NamedChanges)
    if isinstance(type_, NumberOf):
        return "number"
    return (
        "list" if isinstance(type_, lists) else "map" if isinstance(type_, mappings) else "scalar"
    )


@pytest.mark.parametrize("cls", [Experiment, Training, *every_part()])
def test_options_of_a_field_differ_in_shape(cls: type) -> None:
    """So that what is written shows which of them is meant."""
    for field in fields_of(cls).values():
        if isinstance(field.type, OneOf):
            shapes = [shape(option) for option in field.type.options]
            assert len(set(shapes)) == len(shapes), field.name


NUMBER = NumberOf(False, Bounds(0, 1))
WORDS_FOR = [
    (Boolean(), "`true` or `false`", "`true` or `false`"),
    (Text(), "a text", "a text"),
    (Text(Pattern("[a-z]+", "letters")), "a name (letters)", "a name"),
    (NumberOf(True), "a whole number", "a whole number"),
    (NumberOf(False), "a number", "a number"),
    (NUMBER, "a number, at least 0 and at most 1", "a number"),
    (Choice(("a", "b")), "`a` or `b`", "`a` or `b`"),
    (ListOf(Text()), "a list, each item a text", "a list"),
    (ListOf(Text(), Length(1)), "a list, each item a text; at least 1 items", "a list"),
    (ListOf(Text(), Length(0, 3)), "a list, each item a text; at most 3 items", "a list"),
    (ListOf(Text(), Length(2, 3)), "a list, each item a text; 2 to 3 items", "a list"),
    (
        WholeNumbers(NumberOf(True), 1_000),
        "whole numbers, such as `0..9` or `[0..3, 8]`, at most 1_000 of them",
        "whole numbers, such as `0..9` or `[0..3, 8]`, at most 1_000 of them",
    ),
    (PartOf(Output), "an output", "an output"),
    (PartOf(Model), "a model", "a model"),
    (SectionOf(Training), "a section of fields", "a section of fields"),
    (ExpressionOf(Claim), "a claim", "a claim"),
    (
        NamedChanges(Text(), Length(maximum=7)),
        "names, each with the fields it changes; at most 7 items",
        "names, each with the fields it changes",
    ),
    (OneOf((Text(), NUMBER), True), f"a text, or {in_words(NUMBER)}, or `null`", None),
    (OneOf((Text(), NUMBER), False), f"a text, or {in_words(NUMBER)}", "a text or a number"),
    (OneOf((NUMBER,), True), f"{in_words(NUMBER)}, or `null`", "a number or `null`"),
]


@pytest.mark.parametrize(("type_", "long", "short"), WORDS_FOR, ids=lambda value: str(value)[:40])
def test_types_in_words(type_: Type, long: str, short: str | None) -> None:
    assert in_words(type_) == long
    assert short is None or in_short(type_) == short
