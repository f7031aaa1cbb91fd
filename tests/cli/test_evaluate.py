"""`evaluate`, and variants that share one training."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hebbdsl.cli.main import app
from hebbdsl.parts.models.lstm.spec import Lstm
from tests.hostile import obeyed
from tests.resealed import Edit, reseal

PICTURES = """\
hebbdsl: 1
experiment: tiny
seeds: 0..1
data: {glyphs: {image_size: 8, classes: 12, validation_drawings: 3}}
model: {mlp: {hidden: [32], features: 16}}
output: softmax
curriculum: {growing: {start: 4, add: 4, when: validation_accuracy >= 0.2}}
training: {optimizer: adam, batch_size: 16, steps: 20, evaluate_every: 5, binding_steps: 10}
variants:
  softmax: {}
  memory:
    evaluation.output:
      mixture: {experts: [trained, {cache: {theta: tuned}}], weights: tuned}
"""

TEXT = """\
hebbdsl: 1
experiment: tiny_text
seeds: 0..1
data: {text: {train: [train.txt], validation: [held.txt], test: [test.txt], min_count: 1}}
model: {lstm: {hidden: [8], embedding: 8}}
output: softmax
training: {optimizer: adam, batch_size: 4, sequence_length: 5, epochs: 1, evaluation_streams: 2}
variants:
  remembering:
    evaluation.output:
      mixture: {experts: [trained, {cache: {size: 20, theta: tuned}}], weights: tuned}
  dynamic:
    evaluation.adaptation: {dynamic_evaluation: {segment_length: 4, training_batches: 3}}
  both:
    evaluation.output: {mixture: {experts: [trained, {cache: {size: 20}}], weights: [0.7, 0.3]}}
    evaluation.adaptation: mbpa
"""


def _call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(PICTURES)
    return path


@pytest.fixture
def text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HEBBDSL_DATA", str(tmp_path))
    for number, name in enumerate(("train", "held", "test")):
        lines = [f"w{(i * (number + 3)) % 7} w{i % 5} w{i % 3}" for i in range(60)]
        (tmp_path / f"{name}.txt").write_text("\n".join(lines) + "\n")
    path = tmp_path / "tiny.yaml"
    path.write_text(TEXT)
    return path


def _record(out: Path, variant: str) -> dict[str, object]:
    (path,) = out.glob(f"*/{variant}/seed-0-*/record.json")
    found: dict[str, object] = json.loads(path.read_bytes())
    return found


def test_variants_that_differ_at_test_time_share_one_training(text: Path) -> None:
    out = text.parent / "runs"
    told = _call("compare", text, "--seed", "0", "--out", out, "--workers", "1")
    assert told.exit_code == 0, told.output
    variants = {path.parents[1].name for path in out.rglob("record.json")}
    assert variants == {"trained_for_remembering", "remembering", "dynamic", "both"}
    training = _record(out, "trained_for_remembering")
    assert "evaluation" not in training
    for name in ("remembering", "dynamic", "both"):
        record = _record(out, name)
        evaluation = record["evaluation"]
        assert isinstance(evaluation, dict)
        assert evaluation["parent"]["identity"] == training["identity"]
        assert (out / "tiny_text" / evaluation["parent"]["folder"] / "record.json").exists()
        assert evaluation["reads_labels"] is True
        assert record["identity"] != training["identity"]
        assert {"test_perplexity", "predictions_per_second", "memory_at_test"} <= set(
            record["metrics"]  # type: ignore[call-overload]
        )
    tuned = _record(out, "remembering")["evaluation"]["tuned"]  # type: ignore[index]
    assert set(tuned) == {"weights", "experts.1.theta"}
    assert "reads test labels" in told.stdout
    before = {path: path.stat().st_mtime_ns for path in out.rglob("record.json")}
    again = _call("compare", text, "--seed", "0", "--out", out)
    assert again.exit_code == 0
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("record.json")}


def test_what_reads_the_test_is_not_ranked_with_what_does_not(text: Path) -> None:
    text.write_text(TEXT.replace("variants:\n", "variants:\n  plain: {}\n"))
    out = text.parent / "runs"
    words = ("--seed", "0", "--out", out, "--workers", "1")
    found = _call("compare", text, *words, "--format", "json")
    assert found.exit_code == 0, found.output
    rows = {row["variant"]: row for row in json.loads(found.stdout)["rows"]}
    assert {name: row["against"] for name, row in rows.items()} == {
        "plain": "plain",
        "remembering": "remembering",
        "dynamic": "dynamic",
        "both": "dynamic",
    }
    assert [name for name, row in rows.items() if row["reads_labels"]] == [
        "remembering",
        "dynamic",
        "both",
    ]
    assert "theta" in rows["remembering"]["tuned"]
    assert rows["both"]["tuned"] == ""
    assert not (out / "tiny_text" / "trained_for_plain").exists()


def test_memories_of_the_training_drawings_are_tested_on_pictures(pictures: Path) -> None:
    out = pictures.parent / "runs"
    told = _call("compare", pictures, "--seed", "0", "--out", out, "--workers", "1")
    assert told.exit_code == 0, told.output
    record = _record(out, "memory")
    evaluation, metrics = record["evaluation"], record["metrics"]
    assert isinstance(evaluation, dict)
    assert isinstance(metrics, dict)
    assert evaluation["reads_labels"] is False
    assert evaluation["parent"]["variant"] == "softmax"
    assert evaluation["tuned"]["experts.1.theta"] > 0
    assert 0 <= metrics["final_test_accuracy"]["value"] <= 1
    assert "steps_to_finish" not in metrics


def test_a_trained_run_is_evaluated_again(pictures: Path) -> None:
    out = pictures.parent / "runs"
    assert _call("run", pictures, "--out", out).exit_code == 0
    (run,) = out.glob("tiny/softmax/seed-0-*")
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    change = "evaluation.output={mixture: {experts: [trained, cache], weights: [0.5, 0.5]}}"
    named = _call("evaluate", run, "--set", change, "--as", "half", "--format", "json")
    assert named.exit_code == 0, named.output
    record = json.loads(named.stdout)
    assert record["variant"] == "half"
    assert record["evaluation"]["parent"]["folder"] == f"softmax/{run.name}"
    assert record["setup"]["evaluation"]["output"]["mixture"]["weights"] == [0.5, 0.5]
    unnamed = _call("evaluate", run, "--set", change, "--quiet")
    assert unnamed.exit_code == 0, unnamed.output
    assert len(list(out.glob("tiny/softmax_*/seed-0-*/record.json"))) == 1
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before
    again = _call("evaluate", run, "--set", change, "--as", "half")
    assert again.exit_code == 0
    both = _call("compare", out / "tiny")
    assert both.exit_code == 0, both.output
    assert "half" in both.stdout


def test_a_name_is_not_given_to_two_setups(pictures: Path) -> None:
    out = pictures.parent / "runs"
    assert _call("run", pictures, "--out", out).exit_code == 0
    (run,) = out.glob("tiny/softmax/seed-0-*")
    change = "evaluation.output={mixture: {experts: [trained, cache], weights: [0.5, 0.5]}}"
    assert _call("evaluate", run, "--set", change, "--as", "half").exit_code == 0
    other = change.replace("0.5, 0.5", "0.6, 0.4")
    for name in ("half", "softmax"):
        refused = _call("evaluate", run, "--set", other, "--as", name)
        assert refused.exit_code == 1
        assert "error[HEB546]" in refused.stderr
    compared = _call("compare", out / "tiny")
    assert compared.exit_code == 0, compared.output


def test_what_can_not_be_evaluated_is_said(pictures: Path) -> None:
    out = pictures.parent / "runs"
    assert (
        _call("run", pictures, "--out", out, "--variant", "memory", "--workers", "1").exit_code == 0
    )
    (run,) = out.glob("tiny/softmax/seed-0-*")
    (evaluated,) = out.glob("tiny/memory/seed-0-*")
    change = "evaluation.output={mixture: {experts: [trained, cache]}}"

    def code(*words: object) -> str:
        found = _call("evaluate", *words)
        assert found.exit_code
        return found.stderr.split("[", 1)[1][:6]

    assert code(out, "--set", change) == "HEB541"
    assert code(evaluated, "--set", change) == "HEB541"
    assert code(run) == "HEB542"
    assert code(run, "--set", "training.steps=3") == "HEB542"
    assert code(run, "--set", "evaluation.adaptation=dynamic_evaluation") == "HEB437"
    assert code(run, "--set", "evaluation.output=softmax") == "HEB434"
    (run / "weights.safetensors").write_bytes(b"cut")
    assert code(run, "--set", change) == "HEB534"


STRANGE: Mapping[str, tuple[str, Edit]] = {
    "another experiment": ("setup", lambda setup: setup.update(experiment="other")),
    "seeds": ("setup", lambda setup: setup.update(seeds="5..9")),
    "extends": ("setup", lambda setup: setup.update(extends="/elsewhere.yaml")),
    "variants": ("setup", lambda setup: setup.update(variants={"main": {"output": "cache"}})),
    "an evaluation": ("setup", lambda setup: setup.update(baseline="main", claims=[])),
    "no setup": ("setup", lambda setup: setup.clear()),
    "another model": ("setup", lambda setup: setup["model"]["mlp"].update(features=8)),
    "a number too large": ("setup", lambda setup: setup["training"].update(steps=10**300)),
    "no words": ("setup", lambda setup: setup.update(model={"\x1b[2J": {}})),
    "half a letter": ("setup", lambda setup: setup.update(model={"\ud800": {}})),
    "more classes": ("record", lambda body: body["levels"][-1].update(classes=2**40)),
    "another seed": ("record", lambda body: body.update(seed=7)),
    "the record's model": ("record", lambda body: body["setup"].update(model={"mlp": {}})),
}


def test_a_setup_says_no_more_than_its_record_was_sealed_with(pictures: Path) -> None:
    out = pictures.parent / "runs"
    assert _call("run", pictures, "--out", out).exit_code == 0
    (run,) = out.glob("tiny/softmax/seed-0-*")
    kept = {path.name: path.read_bytes() for path in run.iterdir()}
    change = "evaluation.output={mixture: {experts: [trained, cache], weights: [0.5, 0.5]}}"
    for strange, (file, edit) in STRANGE.items():
        edits: dict[str, Any] = {file: edit}
        reseal(run, **edits)
        said = _call("evaluate", run, "--set", change, "--quiet")
        assert isinstance(said.exception, SystemExit), strange
        assert re.match(r"error\[HEB(1\d\d|2\d\d|534|543)\]", said.stderr), (strange, said.stderr)
        assert not obeyed(said.stderr)
        for name, content in kept.items():
            (run / name).write_bytes(content)
    assert [path.name for path in out.iterdir()] == ["tiny"]
    assert [path.name for path in (out / "tiny").glob("*/*/record.json")] == ["record.json"]
    reseal(run)
    assert _call("evaluate", run, "--set", change, "--quiet").exit_code == 0


def test_data_that_changed_since_is_noticed(text: Path) -> None:
    out = text.parent / "runs"
    assert _call("run", text, "--out", out, "--variant", "dynamic", "--workers", "1").exit_code == 0
    (run,) = out.glob("tiny_text/trained_for_remembering/seed-0-*")
    train = text.parent / "train.txt"
    train.write_text(train.read_text() + "w1 w2 w3\n" * 9)
    found = _call("evaluate", run, "--set", "evaluation.adaptation=mbpa")
    assert found.exit_code == 3
    assert "HEB543" in found.stderr


def test_so_is_a_run_whose_parts_were_computed_otherwise(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = text.parent / "runs"
    assert _call("run", text, "--out", out, "--variant", "dynamic", "--workers", "1").exit_code == 0
    (run,) = out.glob("tiny_text/trained_for_remembering/seed-0-*")
    monkeypatch.setattr(Lstm, "semantics", 2)
    found = _call("evaluate", run, "--set", "evaluation.adaptation=mbpa")
    assert found.exit_code == 1
    assert "HEB590" in found.stderr
    assert "HEB543" not in found.stderr


@pytest.mark.parametrize(
    "fields", ["theta: tuned, neighbours: 20", "kernel: dot, search: exact", "search: faiss"]
)
def test_a_memory_of_everything_is_added_to_a_trained_run(fields: str, text: Path) -> None:
    if "faiss" in fields:
        pytest.importorskip("faiss")
    out = text.parent / "runs"
    assert _call("run", text, "--out", out, "--variant", "dynamic", "--workers", "1").exit_code == 0
    (run,) = out.glob("tiny_text/trained_for_remembering/seed-0-*")
    experts = f"experts: [trained, {{nearest: {{{fields}}}}}]"
    change = f"evaluation.output={{mixture: {{{experts}, weights: tuned}}}}"
    found = _call("evaluate", run, "--set", change, "--format", "json")
    assert found.exit_code == 0, found.output
    record = json.loads(found.stdout)
    assert record["evaluation"]["reads_labels"] is True
    assert ("experts.1.theta" in record["evaluation"]["tuned"]) == ("tuned" in fields)
    trained = _record(out, "trained_for_remembering")["metrics"]
    assert isinstance(trained, dict)
    for name in ("validation_perplexity", "memory_at_test"):
        assert record["metrics"][name]["value"] != trained[name]["value"]
    assert record["metrics"]["test_perplexity"]["value"] < trained["test_perplexity"]["value"]


def test_faiss_that_is_missing_is_said_before_anything_is_trained(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hebbdsl.parts.outputs.nearest.spec.faiss_is_here", lambda: False)
    out = pictures.parent / "runs"
    memory = "{mixture: {experts: [trained, {nearest: {search: faiss}}]}}"
    change = f"evaluation.output={memory}"
    assert _call("validate", pictures, "--set", change).exit_code == 0
    assert "HEB544" in _call("validate", "--here", pictures, "--set", change).output
    for command in ("run", "compare"):
        told = _call(command, pictures, "--set", change, "--seed", "0", "--out", out)
        assert told.exit_code == 1, (command, told.output)
        assert "HEB544" in told.stderr
    assert not list(out.rglob("metrics.jsonl"))
    assert _call("run", pictures, "--out", out).exit_code == 0
    (run,) = out.glob("tiny/softmax/seed-0-*")
    told = _call("evaluate", run, "--set", change)
    assert told.exit_code == 1
    assert "HEB544" in told.stderr
