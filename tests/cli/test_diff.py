"""`hebbdsl diff`: meaning alone, by path, and whose runs are the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hebbdsl.cli.main import app
from tests.specs import with_sections

OLD = with_sections("""\
output: {hebbian: {gamma: 0.05}}
baseline: raw
variants: {written: {}, raw: {output.rescale: none}, plain: {output: softmax}}
claims: [steps_to_finish(written) < steps_to_finish(raw), steps_to_finish(raw) > 3]
""")


def diff(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["diff", *arguments])


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(OLD)


def changed(fragment: str, *arguments: str) -> Result:
    Path("new.yaml").write_text(with_sections(fragment, OLD))
    return diff("old.yaml", "new.yaml", *arguments)


@pytest.mark.parametrize(
    "fragment",
    [
        "# a comment\nabout: ''\n",
        "output: {'hebbian': {\"gamma\": 5e-2, T: 500}}\n",
        "curriculum: {growing: {when: 'test_accuracy>=0.50', start: 20, add: 10}}\n",
        "claims: [steps_to_finish(raw) > 3.0, steps_to_finish(written)<steps_to_finish(raw)]\n",
        "variants: {written: {}, plain: {output: {softmax: {}}},"
        " raw: {output: {hebbian: {gamma: 0.05, rescale: none}}}}\n",
        "seeds: [0..4, 5..9]\n",
        "training: {steps: 2000, optimizer: {adam: {learning_rate: 1e-3}}}\n",
    ],
)
def test_spelling_is_no_difference(fragment: str) -> None:
    found = changed(fragment)
    assert found.exit_code == 0, found.stdout
    assert found.stdout.startswith("no difference in meaning\nthe same runs: written, raw, plain\n")


def test_extends_and_surfaces_are_no_difference() -> None:
    Path("new.hebb").write_text('hebbdsl 1\nexperiment minimal\nextends "old.yaml"\n')
    assert diff("old.yaml", "new.hebb").exit_code == 0
    Path("new.hebb").write_text('hebbdsl 1\nexperiment other\nextends "old.yaml"\n')
    found = diff("old.yaml", "new.hebb")
    assert found.stdout.splitlines() == [
        "experiment",
        "  - minimal  (old.yaml:2:13)",
        "  + other  (new.hebb:2:12)",
        "",
        "the same runs: written, raw, plain",
    ]


def test_differences_by_path_and_variant() -> None:
    found = changed("output: {hebbian: {gamma: 0.1}}\nseeds: 0..4\n")
    assert found.exit_code == 1
    assert found.stdout.splitlines() == [
        "seeds",
        "  - 0..9",
        "  + 0..4  (new.yaml:15:8)",
        "output.gamma, in written, raw",
        "  - 0.05  (old.yaml:6:27)",
        "  + 0.1  (new.yaml:6:27)",
        "",
        "the same runs: plain",
        "other runs: written, raw",
    ]


def test_other_parts_claims_and_variants() -> None:
    found = changed(
        "variants: {written: {output: {mixture: {experts: [softmax, cache]}}}, plain: {output:"
        " softmax}, more: {}}\nbaseline: written\nclaims: [steps_to_finish(written) > 3]\n"
    )
    told = found.stdout.splitlines()
    assert told[0] == "baseline"
    assert "  - hebbian(gamma=0.05)  (old.yaml:6:10)" in told
    assert any(line.startswith("  + mixture(experts=[softmax, cache])") for line in told)
    assert told.count("claims") == 3
    assert told[-6:] == [
        *("variants", "  - raw", "variants", "  + more"),
        *("", "the same runs: plain"),
    ] or told[-7:-1] == [
        *("variants", "  - raw", "variants", "  + more"),
        *("", "the same runs: plain"),
    ]


def test_one_variant() -> None:
    fragment = "output: {hebbian: {gamma: 0.1}}\nabout: other\n"
    assert changed(fragment, "--variant", "plain").exit_code == 0
    found = changed(fragment, "--variant", "raw")
    assert found.exit_code == 1
    assert found.stdout.splitlines()[0] == "output.gamma"
    assert changed(fragment, "--variant", "rwa").exit_code != 0


def test_where_data_is_found_differs_but_trains_the_same() -> None:
    found = changed("data: {omniglot: {classes: 100, fallback: glyphs}}\n")
    assert found.exit_code == 1
    assert found.stdout.splitlines() == [
        "data.fallback",
        "  - null  (old.yaml:4:3)",
        "  + glyphs  (new.yaml:3:44)",
        "",
        "the same runs: written, raw, plain",
    ]


def test_the_first_variant_is_what_run_trains() -> None:
    found = changed(
        "variants: {raw: {output.rescale: none}, written: {}, plain: {output: softmax}}\n"
    )
    assert found.exit_code == 1
    assert found.stdout.startswith("first variant\n  - written")


def test_json() -> None:
    found = changed("output: {hebbian: {gamma: 0.1}}\n", "--format", "json")
    assert json.loads(found.stdout) == {
        "version": 1,
        "differences": [
            {
                "path": "output.gamma",
                "variants": ["written", "raw"],
                "old": {"value": 0.05, "file": "old.yaml", "line": 6, "column": 27},
                "new": {"value": 0.1, "file": "new.yaml", "line": 6, "column": 27},
            }
        ],
        "added": [],
        "removed": [],
        "runs": {"written": "different", "raw": "different", "plain": "same"},
    }


def test_all_that_is_wrong_with_both_is_said() -> None:
    Path("a.yaml").write_text(with_sections("model: x\n"))
    Path("b.yaml").write_text(with_sections("output: y\n"))
    found = diff("a.yaml", "b.yaml")
    assert (found.exit_code, found.stdout) == (1, "")
    assert "a.yaml:5:8" in found.stderr
    assert "b.yaml:6:9" in found.stderr
