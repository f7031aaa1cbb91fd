"""Every model, output and adaptation of the language, made by the types of their fields.

A new word, and a new field of an old one, is here without an edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from hebbdsl import Experiment, Mixture, Rejected, Trained, check_spec, make_plan
from hebbdsl.parts.part import Model, Output, Part
from hebbdsl.spec.experiment import Evaluation, Setup
from hebbdsl.spec.types import (
    Boolean,
    Choice,
    ListOf,
    NumberOf,
    OneOf,
    PartOf,
    Type,
    fields_of,
)
from hebbdsl.tasks import LANGUAGE
from hebbdsl.vocabulary import FIRST, words_of
from tests import tiny, words

P = TypeVar("P", bound=Part)

SOME = 8
"""A number, where a field asks for one."""


def parts(kind: type[P]) -> Mapping[str, P]:
    """Every word of a kind, with defaults."""
    return {word: made(cls) for word, cls in words_of(kind).items()}  # type: ignore[type-abstract]


def made(cls: type[P]) -> P:
    """With defaults, and with something in every field that has none."""
    needed = {name: field.type for name, field in fields_of(cls).items() if field.required}
    return cls(**{name: _some(type_) for name, type_ in needed.items()})


def variations(part: P) -> Iterator[tuple[str, P]]:
    """The part with one field changed, for every other value that a field of a few has."""
    for name, field in fields_of(type(part)).items():
        for value in _others(field.type, getattr(part, name)):
            changed = replace(part, **{name: value})
            if not any(changed.errors()):
                yield f"{name}={value}", changed


def all_changed(part: P) -> P:
    """The part with as many fields changed as go together."""
    for name, _ in variations(part):
        field, _, _ = name.partition("=")
        for other, changed in variations(part):
            if other.startswith(f"{field}="):
                part = changed
                break
    return part


def _some(type_: Type) -> Any:
    match type_:
        case NumberOf(whole, bounds):
            if bounds.allow(SOME):
                return SOME if whole else float(SOME)
            return 0.5
        case Choice(values):
            return values[0]
        case ListOf(PartOf(kind), _):
            # One that learns, and one that remembers.
            return made(words_of(kind)[FIRST[kind]]), made(words_of(kind)["cache"])
        case ListOf(item, _):
            return (_some(item),)
        case OneOf(options):
            return _some(options[0])
    raise TypeError(f"what a part can need and this can't make: {type_}")


def _others(type_: Type, value: Any) -> Iterator[Any]:
    match type_:
        case Boolean():
            yield not value
        case Choice(values):
            yield from (one for one in values if one != value)
        case NumberOf(whole, bounds) if value in (0, 1):
            # Nothing of something, all of it, or one: what often is done in another way.
            yield from (one for one in ([2] if whole else [0.5]) if bounds.allow(one))
        case ListOf(item, length) if value and not isinstance(item, PartOf):
            if length.maximum is None or 2 * len(value) <= length.maximum:
                yield (*value, *value)
        case OneOf(options, optional):
            if value is None:
                yield _some(options[0])
                return
            for option in options:
                yield from _others(option, value)
            if optional:
                yield None


def on(
    model: Model, output: Output, evaluation: Evaluation | None = None, **training: Any
) -> Setup | None:
    """A short training of these; None: the language refuses it."""
    training = {"steps": 4, "evaluate_every": 2, **training}
    if model.task == LANGUAGE:
        short = {"batch_size": 5, "sequence_length": 3, "evaluation_streams": 2}
        training = {**short, "epochs": None, **training}
        setup = words.setup(model=model, output=output, **training)
    else:
        setup = replace(tiny.setup(output, **training), model=model)
        setup = replace(setup, data=replace(setup.data, image_size=16, validation_drawings=2))
    setup = replace(setup, evaluation=evaluation or Evaluation())
    spec = {name: getattr(setup, name) for name in fields_of(Setup)}
    try:
        make_plan(check_spec(Experiment(hebbdsl=1, experiment="pretend", seeds=(0,), **spec)))
    except Rejected:
        return None
    return setup


def added() -> Iterator[tuple[str, Output]]:
    """What may be added to a trained output at test time, alone and mixed with it."""
    for word, output in parts(Output).items():
        if output.learns or output.is_trained or isinstance(output, Mixture):
            continue
        for name, memory in (("", output), *variations(output)):
            yield f"{word} {name}".strip(), memory
            mixed = Mixture(experts=(Trained(), memory), weights="tuned")
            yield f"trained and {word} {name}".strip(), mixed
        mixed = Mixture(experts=(Trained(), output), weights="entropy")
        yield f"trained and {word}, by entropy", mixed
        yield f"trained and {word}, by entropy tuned", replace(mixed, temperature="tuned")
        inner = Mixture(experts=(output, output), weights="tuned")
        yield f"trained and two {word}", Mixture(experts=(Trained(), inner), weights="tuned")
