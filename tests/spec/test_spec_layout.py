"""Plain values printed as a spec: what is read again is what was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from hebbdsl.pipeline import check_spec, parse_tree
from hebbdsl.source import Source
from hebbdsl.spec.canonical import plain
from hebbdsl.spec.printing import Surface, print_plain, print_spec
from tests.spec.test_printing import ENDINGS, SURFACES

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
SMALL = {
    "data": {"omniglot": {"classes": 3, "fallback": {"glyphs": {}}}},
    "training": {"optimizer": {"adam": {}}, "steps": 10_000},
    "experiment": "x",
    "about": "12",
    "seeds": [0, 1, 2, 3, 4],
    "curriculum": {"growing": {"when": "test_accuracy >= 0.6"}},
    "variants": {"a": {}, "b": {"output": {"softmax": {}}, "training.steps": 5}},
    "claims": ["steps_to_finish(a) < steps_to_finish(b)"],
}
NOTES = {
    "above": {("training",): "How long.\nAnd how.", ("data", "fallback"): "if need be"},
    "beside": {("training", "steps"): "many", ("claims", 0): "sure", ("variants", "a"): "as is"},
}
YAML = """\
experiment: x
about: "12"
seeds: 0..4

data:
  omniglot:
    classes: 3
    # if need be
    fallback: glyphs
# How long.
# And how.
training:
  optimizer: adam
  steps: 10_000  # many
curriculum:
  growing: {when: test_accuracy >= 0.6}

variants:
  a: {}  # as is
  b: {output: softmax, training.steps: 5}

claims:
  - steps_to_finish(a) < steps_to_finish(b)  # sure
"""
TEXT = """\
experiment x
"12"
seeds = 0..4

data = omniglot(
  classes=3,
  # if need be
  fallback=glyphs,
)
# How long.
# And how.
training {
  optimizer = adam
  steps     = 10_000  # many
}
curriculum = growing(when=test_accuracy >= 0.6)

variants {
  a {}  # as is
  b { output = softmax, training.steps = 5 }
}

claims = [
  steps_to_finish(a) < steps_to_finish(b),  # sure
]
"""


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_field_written_out_is_the_same_experiment(path: Path, surface: Surface) -> None:
    tree = parse_tree(Source("t.yaml", path.read_text(encoding="utf-8")))
    experiment = check_spec(tree).experiment
    text = print_plain(plain(experiment), surface)
    again = parse_tree(Source(ENDINGS[surface], text))
    assert plain(check_spec(again).experiment) == plain(experiment)
    assert print_spec(again, surface) == text


@pytest.mark.parametrize(("surface", "text"), [("yaml", YAML), ("hebb", TEXT)])
def test_notes_and_style(surface: Surface, text: str) -> None:
    assert print_plain(SMALL, surface, above=NOTES["above"], beside=NOTES["beside"]) == text
