"""`run` and `compare` on a text, as a user meets them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hebbdsl.cli.main import app
from hebbdsl.cli.run import summary
from hebbdsl.parts.datasets.corpora import token_store
from hebbdsl.run.record import Value
from tests.comparison.records import run
from tests.effort import PATIENCE
from tests.words import tokens

SPEC = """\
hebbdsl: 1
experiment: tiny_text
seeds: 0..1
data:
  text: {train: [train.txt], validation: [held_*.txt], test: [test.txt], tokens: whitespace}
model: {lstm: {hidden: [8], embedding: 8}}
output: {hebbian: {rescale: row, center: running, gamma: 0, T: 20}}
training: {optimizer: {adam: {learning_rate: 1e-2}}, batch_size: 4, sequence_length: 5, epochs: 2}
baseline: softmax
variants:
  hebbian: {}
  softmax: {output: softmax}
claims:
  - test_perplexity(hebbian) > 1
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, count, seed in (("train", 600, 0), ("held_out", 90, 1), ("test", 90, 2)):
        words = " ".join(f"w{one}" for one in tokens(count, seed))
        (tmp_path / f"{name}.txt").write_text(words)
    monkeypatch.setenv("HEBBDSL_DATA", str(tmp_path))
    monkeypatch.setattr(token_store, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "tiny_text.yaml"
    path.write_text(SPEC)
    return path


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_run_says_perplexities_and_by_frequency(spec: Path) -> None:
    result = call("run", spec, "--quiet")
    assert result.exit_code == 0, result.output
    assert "validation perplexity: " in result.stdout
    assert "test perplexity: " in result.stdout
    assert "by count in train: " in result.stdout
    assert "words/s of training" in result.stdout
    assert "classes in play" not in result.stdout


def test_compare_sets_perplexities_side_by_side(spec: Path) -> None:
    result = call("compare", spec, "--workers", "1", "--format", "json", "--quiet")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    row = {one["variant"]: one["metrics"] for one in found["rows"]}["hebbian"]
    assert set(row["test_perplexity"]["per_seed"]) == {"0", "1"}
    assert "test_perplexity_quarter_4" in row
    assert "steps_to_finish" not in row
    assert row["test_perplexity"]["tokens"] == 90, "words and the end of the line, less the first"
    assert found["metrics"]["test_perplexity"]["uniform"] > 1
    (claim,) = found["claims"]
    assert claim["verdict"] == "undecided"
    assert claim["reason"].endswith("2 common seeds: a verdict needs 5")
    table = call("compare", spec, "--workers", "1", "--quiet")
    assert "test_perplexity" in table.stdout


def test_perplexities_beyond_the_uniform_model_are_said_in_nats() -> None:
    metrics = {
        "test_perplexity": Value(value=90.0, tokens=80),
        "test_perplexity_above_10k": Value(value=1e30, tokens=60),
        "test_perplexity_below_100": Value(value=150.0),
    }
    record = run("softmax", 0, metrics, word="text")
    said = summary(replace(record, data={**record.data, "words": 100}))
    assert "  test perplexity: 90.00\n" in said
    assert (
        "above 10k 1.0e+30 (69.08 nats a token over 60; the uniform model's are 4.61), below 100"
        " 150.0 (5.01 nats a token; the uniform model's are 4.61)\n"
    ) in said


def test_a_file_that_is_not_there_is_said_before_anything_is_trained(spec: Path) -> None:
    (spec.parent / "test.txt").unlink()
    result = call("run", spec, "--quiet")
    assert result.exit_code == 3
    assert "error[HEB556]" in result.output
    assert call("validate", "--here", spec).exit_code == 3


def test_a_text_that_is_too_short_is_said_once_it_was_read(spec: Path) -> None:
    (spec.parent / "train.txt").write_text("a b c")
    result = call("run", spec, "--quiet")
    assert "error[HEB418]" in result.output
    assert result.exit_code == 1
    (spec.parent / "train.txt").write_text("a b c d e f g h i j k l m n o p q r s t")
    result = call("run", spec, "--quiet")
    assert "the train text of 21 words is too short for 4 streams of 6 words" in result.output
    assert f"--> {spec.parent / 'train.txt'}" in result.output
    assert "`sequence_length` at most 4" in result.output
    assert result.exit_code == 1


def test_a_validation_text_that_is_too_short_names_its_field(spec: Path) -> None:
    (spec.parent / "held_out.txt").write_text("a b c d e")
    result = call("run", spec, "--set", "training.evaluation_streams=4", "--quiet")
    assert "the validation text of 6 words is too short for 4 streams" in result.output
    assert f"--> {spec.parent / 'held_out.txt'}" in result.output
    assert "`evaluation_streams` at most 3" in result.output


def test_a_damaged_number_among_kept_tokens_is_made_again(spec: Path) -> None:
    before = call("run", spec, "--quiet", "--format", "json")
    assert before.exit_code == 0
    for path in spec.parent.glob("cache/corpora/*/train.tokens"):
        kept = bytearray(path.read_bytes())
        kept[400:404] = b"\xff\xff\xff\x7f"
        path.write_bytes(kept)
    result = call("run", spec, "--retrain", "--format", "json")
    assert result.exit_code == 0, result.output
    assert "its tokens are made again" in " ".join(result.stderr.split())
    (one,), (other,) = json.loads(before.stdout), json.loads(result.stdout)
    assert one["data"] == other["data"]
    for name in ("validation_perplexity", "test_perplexity"):
        assert one["metrics"][name] == other["metrics"][name]


SLOW = """\
import signal
from hebbdsl.program.language import evaluation
from hebbdsl.run import progress
evaluation.BLOCK, progress._PAUSE = 1, -1.0
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from hebbdsl.__main__ import main
    main()
"""
"""Reads held-out texts a word at a time, in workers too, and tells of each."""


@pytest.mark.parametrize("command", ["run", "compare"])
def test_a_run_is_stopped_while_it_reads_its_test_text(spec: Path, command: str) -> None:
    """That would take minutes; what it is told of first is told long before its end."""
    folder = spec.parent
    (folder / "test.txt").write_text("w1 w2 w3 w5 w8\n" * 100_000)
    (folder / "slow.py").write_text(SLOW)
    words = [sys.executable, "slow.py", command, str(spec), "--seed", "0", "--device", "cpu"]
    workers = ["--workers", "2"] if command == "compare" else []
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    with subprocess.Popen(
        [*words, *workers],
        cwd=folder,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        told = set[str]()
        for line in process.stderr:
            if "reading the test text" in line:
                told.add(line.partition(":")[0])
            if len(told) == len(workers or [1]):
                break
        os.killpg(process.pid, signal.SIGINT)
        _, rest = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, rest
    assert "Traceback" not in rest
    records = [json.loads(path.read_text()) for path in (folder / "runs").rglob("record.json")]
    assert [one["status"] for one in records] == ["interrupted"] * len(told)
    for one in records:
        assert "validation_perplexity" in one["metrics"]
        assert "test_perplexity" not in one["metrics"]
