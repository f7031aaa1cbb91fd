"""New specs: sound in either surface, whatever they are made of."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from hebbdsl.pipeline import inspect_source, load_plan
from hebbdsl.source import Source
from hebbdsl.spec.printing import Surface
from hebbdsl.spec.scaffold import asked, scaffold
from hebbdsl.spec.types import fields_of
from hebbdsl.vocabulary import FIRST, VOCABULARY

KINDS = asked()
COMBINATIONS = [
    dict(zip(KINDS, words, strict=True))
    for words in product(*(VOCABULARY[kind] for kind in KINDS.values()))
]
DEFAULT = {name: FIRST[kind] for name, kind in KINDS.items()}


def codes(text: str, surface: Surface) -> list[str]:
    return [problem.code for problem in inspect_source(Source(f"new.{surface}", text))]


@pytest.mark.parametrize("surface", ["yaml", "hebb"])
def test_every_combination_of_words_is_sound(surface: Surface) -> None:
    """Not even a warning; compared with a second variant, at most one about what that costs."""
    compared = 0
    for words in COMBINATIONS:
        assert codes(scaffold("new", words, surface, compared=False), surface) == [], words
        found = codes(scaffold("new", words, surface, compared=True), surface)
        assert set(found) <= {"HEB703"}, words
        compared += not found
    assert compared >= len(COMBINATIONS) // 3


@pytest.mark.parametrize("surface", ["yaml", "hebb"])
def test_fields_are_told_of_in_their_own_words(surface: Surface, tmp_path: Path) -> None:
    text = scaffold("new", DEFAULT, surface, compared=True)
    assert max(map(len, text.splitlines())) <= 110
    said = " ".join(text.replace("#", " ").split())
    for name, kind in KINDS.items():
        for info in fields_of(VOCABULARY[kind][DEFAULT[name]]).values():
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
    assert all(word in VOCABULARY[kind] for kind, word in FIRST.items())
