"""New specs: sound in either surface, whatever they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated

import pytest

from hebbdsl.parts.part import Dataset, Model, Output
from hebbdsl.pipeline import inspect_source, load_plan
from hebbdsl.source import Source
from hebbdsl.spec.printing import Surface
from hebbdsl.spec.scaffold import asked, first_words, offered, scaffold
from hebbdsl.spec.types import fields_of
from hebbdsl.tasks import LANGUAGE
from hebbdsl.vocabulary import FIRST, VOCABULARY, words_of
from tests.sampling import sample

KINDS = asked()
HOLDS = {word: part.task for word, part in words_of(Dataset).items()}  # type: ignore[attr-defined]
READS = {word: part.task for word, part in words_of(Model).items()}  # type: ignore[attr-defined]
COMBINATIONS = [
    {name: word for name, word in zip(KINDS, words, strict=True) if word is not None}
    for words in product(*((*offered(kind), None) for kind in KINDS.values()))
    if None not in words[:3] and words[-1] is not None
    if HOLDS[words[0]] == READS[words[1]]
    if (words[3] is None) == (HOLDS[words[0]] == LANGUAGE)
]
DEFAULT = first_words({})


def codes(text: str, surface: Surface) -> list[str]:
    return [problem.code for problem in inspect_source(Source(f"new.{surface}", text))]


@pytest.mark.parametrize("surface", ["yaml", "hebb"])
def test_every_combination_of_words_is_sound(surface: Surface) -> None:
    """Not even a warning; compared with a second variant, at most one about what that costs."""
    compared = 0
    combinations = sample(COMBINATIONS, 150, surface)
    for words in combinations:
        assert codes(scaffold("new", words, surface, compared=False), surface) == [], words
        found = codes(scaffold("new", words, surface, compared=True), surface)
        assert set(found) <= {"HEB703"}, words
        compared += not found
    assert compared >= len(combinations) // 4


@pytest.mark.parametrize("surface", ["yaml", "hebb"])
def test_fields_are_told_of_in_their_own_words(surface: Surface, tmp_path: Path) -> None:
    text = scaffold("new", DEFAULT, surface, compared=True)
    assert max(map(len, text.splitlines())) <= 110
    said = " ".join(text.replace("#", " ").split())
    for name, kind in KINDS.items():
        for info in fields_of(words_of(kind)[DEFAULT[name]]).values():
            assert info.name in text or name == "optimizer"
            if info.required:
                assert info.about in said
    path = tmp_path / f"new.{surface}"
    path.write_text(text, encoding="utf-8")
    plan = load_plan(path)
    assert plan.checked.experiment.experiment == "new"
    assert len(plan.variants) == 2


def test_both_surfaces_say_the_same(tmp_path: Path) -> None:
    plans = []
    for surface in ("yaml", "hebb"):
        path = tmp_path / f"new.{surface}"
        path.write_text(scaffold("new", DEFAULT, surface, compared=True), encoding="utf-8")
        plans.append({name: plan.setup for name, plan in load_plan(path).variants.items()})
    assert plans[0] == plans[1]


def test_every_kind_that_is_asked_for_has_a_first_word() -> None:
    assert set(FIRST) == set(KINDS.values())
    assert all(word in words_of(kind) for kind, word in FIRST.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapping(Output):
    """An output around another."""

    inside: Annotated[Output, "The output that is wrapped."]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized(Output):
    """An output of a size that must be said."""

    size: Annotated[int, "How large it is."]


@pytest.fixture
def _new_words(monkeypatch: pytest.MonkeyPatch) -> None:
    new = {"wrapping": f"{__name__}:Wrapping", "sized": f"{__name__}:Sized"}
    monkeypatch.setitem(VOCABULARY, Output, {**VOCABULARY[Output], **new})  # type: ignore[arg-type]


@pytest.mark.usefixtures("_new_words")
def test_a_new_word_that_takes_a_part_begins_with_one_that_needs_nothing() -> None:
    text = scaffold("new", {**DEFAULT, "output": "wrapping"}, "hebb", compared=False)
    assert "output = wrapping( inside=softmax, # The output that is wrapped. )" in " ".join(
        text.split()
    )
    assert "wrapping: An output around another." in text
    after = text[text.index("wrapping: An output") :]
    assert "left at their defaults" not in after[: after.index("output = ")], "it has none"


@pytest.mark.usefixtures("_new_words")
def test_a_new_word_must_suggest_what_it_does_not_default() -> None:
    with pytest.raises(TypeError, match="NumberOf without a default suggests none"):
        scaffold("new", {**DEFAULT, "output": "sized"}, "hebb", compared=False)


def test_first_words_fit_the_data() -> None:
    pictures, text = first_words({"data": "glyphs"}), first_words({"data": "text"})
    assert (pictures["model"], "curriculum" in pictures) == ("convnet", True)
    assert (text["model"], "curriculum" in text) == ("lstm", False)
    assert first_words({"data": "text", "model": "gru"})["model"] == "gru"
