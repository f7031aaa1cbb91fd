"""Types of fields as the language sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import pytest

from hebbdsl.parts.bounds import Bounds
from hebbdsl.parts.part import Output
from hebbdsl.spec.experiment import Experiment, Training
from hebbdsl.spec.types import (
    Choice,
    ListOf,
    NamedChanges,
    NumberOf,
    OneOf,
    PartOf,
    SectionOf,
    Type,
    WholeNumbers,
    fields_of,
    in_words,
)
from hebbdsl.vocabulary import VOCABULARY, WORDS


@pytest.mark.parametrize("cls", [Experiment, Training, *WORDS])
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


def test_words_are_spelt_as_their_classes() -> None:
    for words in VOCABULARY.values():
        for word, cls in words.items():
            assert cls.__name__.lower() == word.replace("_", "")


@pytest.mark.parametrize(
    "hint", [bytes, tuple[int, int], dict[str, int], Mapping[int, int], object]
)
def test_unknown_types_are_an_internal_fault(hint: type) -> None:
    from dataclasses import make_dataclass

    cls = make_dataclass("Odd", [("field", hint)])
    with pytest.raises(TypeError):
        fields_of(cls)


def shape(type_: Type) -> str:
    """What of the tree a type is read from."""
    lists, mappings = (ListOf, WholeNumbers), (SectionOf, NamedChanges)
    return (
        "list" if isinstance(type_, lists) else "map" if isinstance(type_, mappings) else "scalar"
    )


@pytest.mark.parametrize("cls", [Experiment, Training, *WORDS])
def test_options_of_a_field_differ_in_shape(cls: type) -> None:
    """So that what is written shows which of them is meant."""
    for field in fields_of(cls).values():
        if isinstance(field.type, OneOf):
            shapes = [shape(option) for option in field.type.options]
            assert len(set(shapes)) == len(shapes), field.name
