"""Fields without effect, and when nothing is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.specs import codes_of, with_sections


@pytest.mark.parametrize(
    ("fragment", "codes"),
    [
        ("output: {hebbian: {center_rate: 0.1}}\n", ["HEB720"]),
        ("output: {nearest: {datastore: train}}\n", ["HEB720"]),
        ("output: {hebbian: {center_rate: 0.1, center: running}}\n", []),
        ("output: {hebbian: {activations: dropped_out}}\n", ["HEB720"]),
        ("output: {hebbian: {activations: dropped_out}}\nmodel: {mlp: {dropout: 0.2}}\n", []),
        ("output: {hebbian: {activations: clean}}\n", []),
        ("output: {mixture: {experts: [softmax], weights: learned}}\n", ["HEB720"]),
        ("output: {mixture: {experts: [softmax, cache], weights: learned}}\n", []),
        ("output: {mixture: {experts: [softmax], weights: equal}}\n", []),
        ("output: {mixture: {experts: [softmax], weights: entropy}}\n", ["HEB720"]),
        ("output: {mixture: {experts: [softmax, cache], weights: entropy}}\n", []),
        ("output: {mixture: {experts: [softmax, cache], temperature: 2}}\n", ["HEB720"]),
        (
            "output: {mixture: {experts: [softmax, cache], weights: entropy, temperature: 2}}\n",
            [],
        ),
        ("output: {mixture: {experts: [softmax, cache], weights: [1, 0]}}\n", ["HEB753"]),
        ("output: {mixture: {experts: [softmax, cache], weights: [0.9, 0.1]}}\n", []),
        ("output: {cache: {size: 128_000}}\n", []),
        ("output: {cache: {size: 128_001}}\n", ["HEB721"]),
        ("output: {mixture: {experts: [softmax, {cache: {size: 128_001}}]}}\n", ["HEB721"]),
        ("evaluation: {output: {mixture: {experts: [trained], weights: entropy}}}\n", ["HEB720"]),
        (
            "evaluation: {output: {mixture: {experts: [trained, cache], weights: [1, 0]}}}\n",
            ["HEB753"],
        ),
        ("evaluation: {output: {mixture: {experts: [trained, {cache: {size: 128_001}}]}}}\n", []),
        ("output: {hebbian: {T: 0}}\n", []),
        ("output: {hebbian: {T: 1}}\n", ["HEB723"]),
        ("output: {hebbian: {T: 2, gamma: 0.5}}\n", ["HEB720"]),
        ("output: {hebbian: {T: 2}}\n", []),  # gamma has its default: nobody chose it
        ("output: {hebbian: {T: 21, gamma: 0.05}}\n", ["HEB720"]),
        ("output: {hebbian: {T: 22, gamma: 0.05}}\n", []),
        ("output: {hebbian: {T: 21, gamma: 0}}\n", []),
        ("curriculum: {growing: {start: 100, add: 5, when: test_accuracy > 0.5}}\n", ["HEB720"]),
        ("curriculum: {growing: {start: 100, when: test_accuracy > 0.5}}\n", []),
        ("curriculum: {growing: {start: 99, add: 5, when: test_accuracy > 0.5}}\n", []),
    ],
)
def test_fields(fragment: str, codes: list[str], tmp_path: Path) -> None:
    assert codes_of(with_sections(fragment), tmp_path) == codes


FILES = """\
data: {text: {train: [TRAIN], validation: [a.txt, b.txt], test: [TEST]}}
model: {lstm: {hidden: [8], embedding: 8}}
output: softmax
curriculum: null
training: {optimizer: adam, epochs: 1}
"""


@pytest.mark.parametrize(
    ("train", "test", "codes"),
    [
        ("c.txt", "d.txt", []),
        ("./a.txt", "d.txt", ["HEB756"]),
        ("c.txt", "x/../c.txt", ["HEB756"]),
        ("a.txt, b.txt", "b.txt", ["HEB756", "HEB756"]),
    ],
)
def test_files_in_two_splits(train: str, test: str, codes: list[str], tmp_path: Path) -> None:
    fragment = FILES.replace("TRAIN", train).replace("TEST", test)
    assert codes_of(with_sections(fragment), tmp_path) == codes


TEXT = """\
data: stdlib_docs
model: {lstm: {hidden: [8], embedding: 8}}
output: softmax
curriculum: null
training: {optimizer: adam, epochs: 1}
evaluation: {adaptation: {mbpa: FIELDS}}
"""


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ("{size: 16}", []),
        ("{size: 15, neighbours: 16}", ["HEB720"]),
        ("{size: 15}", []),  # nobody chose the neighbours
        ("{pull: 0.5}", ["HEB720"]),
        ("{pull: 0}", []),
        ("{pull: 0.5, steps: 2}", []),
    ],
)
def test_fields_of_an_adaptation(fields: str, codes: list[str], tmp_path: Path) -> None:
    assert codes_of(with_sections(TEXT.replace("FIELDS", fields)), tmp_path) == codes


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ("{size: 300}", []),
        ("{size: 301}", ["HEB720"]),
        ("{neighbours: 300}", []),
        ("{neighbours: 301}", ["HEB720"]),
        ("{size: 301, neighbours: 301}", ["HEB720", "HEB720"]),
        ("{size: 400, neighbours: 500}", ["HEB720", "HEB720"]),
    ],
)
def test_more_than_the_training_drawings(fields: str, codes: list[str], tmp_path: Path) -> None:
    pictures = (
        "data: {omniglot: {classes: 20}}\nmodel: {mlp: {features: 8}}\noutput: softmax\n"
        "curriculum: fixed\ntraining: {optimizer: adam, steps: 100}\n"
        f"evaluation: {{adaptation: {{mbpa: {fields}}}}}\n"
    )
    assert codes_of(with_sections(pictures), tmp_path) == codes


@pytest.mark.parametrize(
    ("evaluation", "codes"),
    [
        ("{boundary: articles}", ["HEB720"]),
        ("{adaptation: dynamic_evaluation, boundary: articles}", ["HEB720"]),
        ("{adaptation: mbpa, boundary: articles}", []),
        ("{output: {mixture: {experts: [trained, cache]}}, boundary: articles}", []),
        ("{boundary: none}", []),
    ],
)
def test_a_boundary_where_nothing_is_remembered(
    evaluation: str, codes: list[str], tmp_path: Path
) -> None:
    spec = TEXT.replace("{adaptation: {mbpa: FIELDS}}", evaluation)
    assert codes_of(with_sections(spec.replace("stdlib_docs", "wikitext")), tmp_path) == codes


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ("T: 20", ["HEB724"]),
        ("T: 20, rescale: row", []),
        ("T: 20, center: running", []),
        ("T: 20, center: running, rescale: mean_row", []),
        ("T: 0", []),
    ],
)
def test_a_raw_write_on_text(fields: str, codes: list[str], tmp_path: Path) -> None:
    on_text = (
        f"data: stdlib_docs\nmodel: lstm\ncurriculum: null\noutput: {{hebbian: {{{fields}}}}}\n"
    )
    assert codes_of(with_sections(on_text), tmp_path) == codes


def test_a_raw_write_that_a_variant_makes_of_another_is_meant(tmp_path: Path) -> None:
    spec = with_sections(
        "data: stdlib_docs\nmodel: lstm\ncurriculum: null\n"
        "output: {hebbian: {T: 20, rescale: row, center: running}}\n"
        "variants: {main: {}, raw: {output.rescale: none, output.center: none}}\n"
    )
    assert "HEB724" not in codes_of(spec, tmp_path)


@pytest.mark.parametrize(
    ("share", "codes"),
    [
        ("0", []),
        ("0.007", ["HEB713"]),
        ("0.008", []),
        ("0.99", []),
        ("0.995", ["HEB713"]),
        ("1", []),
    ],
)
def test_shares_that_are_rounded_away(share: str, codes: list[str], tmp_path: Path) -> None:
    curriculum = (
        "curriculum: {growing: {start: 20, when: test_accuracy > 0.5, newest_share: SHARE}}\n"
    )
    assert codes_of(with_sections(curriculum.replace("SHARE", share)), tmp_path) == codes


def test_a_value_that_works_in_one_variant_is_not_written_in_vain(tmp_path: Path) -> None:
    fragment = """\
output: {hebbian: {T: 500, gamma: 0.05}}
variants:
  a: {}
  b: {output.T: 5}
"""
    assert codes_of(with_sections(fragment), tmp_path) == []
    nowhere = fragment.replace("T: 500", "T: 3")
    assert codes_of(with_sections(nowhere), tmp_path) == ["HEB720"]


def test_a_value_that_a_variant_writes_is_judged_by_that_variant(tmp_path: Path) -> None:
    fragment = """\
output: {hebbian: {T: 500, gamma: 0.05}}
variants:
  a: {}
  b: {output.gamma: 0.001}
"""
    assert codes_of(with_sections(fragment), tmp_path) == ["HEB720"]


def test_steps_of_each_variant_count(tmp_path: Path) -> None:
    fragment = """\
training: {optimizer: adam, schedule: {warmup: {steps: 3_000}}, steps: STEPS}
variants:
  short: {}
  long: {training.steps: 4_000}
"""
    assert codes_of(with_sections(fragment.replace("STEPS", "2_000")), tmp_path) == []
    both = fragment.replace("STEPS", "2_000").replace("4_000", "2_500")
    assert codes_of(with_sections(both), tmp_path) == ["HEB721"]
