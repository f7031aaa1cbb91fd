"""Variants that share a training have it once, however many evaluate it and however they run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hebbdsl.cli.main import app
from hebbdsl.plan import here
from hebbdsl.plan.machine import DeviceMemory
from hebbdsl.run import evaluating, loop, session
from hebbdsl.run.language import run as of_language
from hebbdsl.run.language.run import LanguageRun
from hebbdsl.run.step_statistics import NotFiniteAt

SPEC = """\
hebbdsl: 1
experiment: tiny_text
seeds: 0..1
data: {text: {train: [train.txt], validation: [held.txt], test: [test.txt], min_count: 1}}
model: {lstm: {hidden: [8], embedding: 8}}
output: softmax
training: {optimizer: adam, batch_size: 4, sequence_length: 5, epochs: 1, evaluation_streams: 2}
variants:
  hebbian_cache:
    output: hebbian
    evaluation.output: {mixture: {experts: [trained, cache], weights: tuned}}
  softmax: {}
  softmax_cache:
    evaluation.output: {mixture: {experts: [trained, cache], weights: tuned}}
  softmax_mbpa: {evaluation.adaptation: {mbpa: {learning_rate: tuned}}}
  hebbian_mbpa:
    output: hebbian
    evaluation.adaptation: mbpa
"""
TRAINED = {"softmax", "trained_for_hebbian_cache"}
EVALUATED = {"hebbian_cache", "softmax_cache", "softmax_mbpa", "hebbian_mbpa"}


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HEBBDSL_DATA", str(tmp_path))
    for number, name in enumerate(("train", "held", "test")):
        lines = [f"w{(i * (number + 3)) % 7} w{i % 5} w{i % 3}" for i in range(60)]
        (tmp_path / f"{name}.txt").write_text("\n".join(lines) + "\n")
    path = tmp_path / "tiny.yaml"
    path.write_text(SPEC)
    return path


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each identity was trained in this process."""
    found, train = Counter[str](), loop.execute

    def counted(program: Any, *rest: Any) -> Any:
        found[program.identity] += 1
        return train(program, *rest)

    monkeypatch.setattr(loop, "execute", counted)
    return found


def compare(spec: Path, *words: str) -> Result:
    out = ("--out", str(spec.parent / "runs"))
    return CliRunner().invoke(app, ["compare", str(spec), *out, "--quiet", *words])


def bodies(spec: Path) -> dict[tuple[str, int], dict[str, Any]]:
    found = [json.loads(p.read_bytes()) for p in (spec.parent / "runs").rglob("record.json")]
    return {(body["variant"], body["seed"]): body for body in found}


def check(spec: Path) -> None:
    """All records are there, and each evaluation points to the training of its output and seed."""
    found = bodies(spec)
    assert set(found) == {(name, seed) for name in TRAINED | EVALUATED for seed in (0, 1)}
    for (name, seed), body in found.items():
        assert ("evaluation" in body) == (name in EVALUATED)
        if name in EVALUATED:
            parent = body["evaluation"]["parent"]
            home = "softmax" if name.startswith("softmax") else "trained_for_hebbian_cache"
            assert parent["variant"] == home
            assert parent["identity"] == found[home, seed]["identity"]


def test_each_training_is_had_once(spec: Path, trainings: Counter[str]) -> None:
    assert compare(spec, "--workers", "1").exit_code == 0
    check(spec)
    assert sorted(trainings.values()) == [1, 1, 1, 1]
    assert compare(spec, "--workers", "1").exit_code == 0
    assert sum(trainings.values()) == 4
    # Expected for alone, a variant has the training that is there.
    again = compare(spec, "--variant", "hebbian_mbpa", "--retrain", "--workers", "1")
    assert again.exit_code == 0
    assert sorted(trainings.values()) == [1, 1, 2, 2]


def test_trained_anew_it_is_trained_once_more(spec: Path, trainings: Counter[str]) -> None:
    assert compare(spec, "--workers", "1", "--retrain").exit_code == 0
    assert compare(spec, "--workers", "1", "--retrain").exit_code == 0
    check_out = [p for p in (spec.parent / "runs").rglob("record.json") if "replaced" in str(p)]
    assert len(check_out) == 12
    assert sorted(trainings.values()) == [2, 2, 2, 2]


def test_one_variant_alone_trains_what_it_needs(spec: Path, trainings: Counter[str]) -> None:
    for name in ("hebbian_mbpa", "softmax_mbpa"):
        told = compare(spec, "--variant", name, "--seed", "0", "--workers", "1")
        assert told.exit_code == 0, told.output
    assert sorted(trainings.values()) == [1, 1]
    assert compare(spec, "--workers", "1").exit_code == 0
    assert sorted(trainings.values()) == [1, 1, 1, 1]
    check(spec)


def test_with_two_workers_too(spec: Path) -> None:
    """As a program of its own, since its workers begin as it did."""
    command = [sys.executable, "-m", "hebbdsl", "compare", str(spec), "--quiet", "--workers", "2"]
    out = spec.parent / "runs"
    times = list[dict[Path, int]]()
    for _ in range(2):
        done = subprocess.run([*command, "--out", str(out)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        times.append({path: path.stat().st_mtime_ns for path in out.rglob("*.*") if path.is_file()})
    check(spec)
    before, after = times
    kept = {path for path in before if path.suffix in (".json", ".safetensors")}
    assert all(before[path] == after[path] for path in kept), "the second time nothing is trained"
    weights = [path for path in kept if path.suffix == ".safetensors"]
    assert sorted(path.parts[-3] for path in weights) == sorted([*TRAINED, *TRAINED])
    evaluated = [p for p in kept if p.name == "record.json" and p.parts[-3] in EVALUATED]
    for path in evaluated:
        run = path.parents[2] / json.loads(path.read_bytes())["evaluation"]["parent"]["folder"]
        written = max(time for other, time in before.items() if other.parent == run)
        assert written < before[path], "no training was touched once it was evaluated"


@pytest.mark.parametrize("stopped_at", [1, 3])
def test_what_was_interrupted_while_evaluated_is_not_trained_again(
    spec: Path, trainings: Counter[str], monkeypatch: pytest.MonkeyPatch, stopped_at: int
) -> None:
    evaluate, made = evaluating.evaluate, list[str]()

    def stopping(program: Any, *rest: Any) -> Any:
        made.append(program.variant)
        if len(made) == stopped_at:
            raise KeyboardInterrupt
        return evaluate(program, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(evaluating, "evaluate", stopping)
        assert compare(spec, "--workers", "1").exit_code == 130
    assert len([name for name, _ in bodies(spec) if name in EVALUATED]) == stopped_at - 1
    assert compare(spec, "--workers", "1").exit_code == 0
    check(spec)
    assert sorted(trainings.values()) == [1, 1, 1, 1]


def test_what_was_interrupted_while_trained_is_trained_once_more(
    spec: Path, trainings: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = loop.execute

    def stopping(program: Any, *rest: Any) -> Any:
        if sum(trainings.values()) == 2:
            raise KeyboardInterrupt
        return whole(program, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "execute", stopping)
        assert compare(spec, "--workers", "1").exit_code == 130
    assert sum(trainings.values()) == 2
    assert not [name for name, _ in bodies(spec) if name in EVALUATED]
    assert compare(spec, "--workers", "1").exit_code == 0
    check(spec)
    assert sorted(trainings.values()) == [1, 1, 1, 1]


def test_a_training_that_fails_is_not_tried_for_each_evaluation(
    spec: Path, trainings: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def bad(*_: object) -> None:
        raise NotFiniteAt(3, "loss")

    monkeypatch.setattr(LanguageRun, "train", bad)
    told = compare(spec, "--workers", "1", "--seed", "0")
    assert told.exit_code == 4
    assert sorted(trainings.values()) == [1, 1]
    assert {name for name, _ in bodies(spec)} == TRAINED


@pytest.mark.parametrize("times", [float("nan"), 60.0], ids=["no_number", "beyond_float32"])
def test_an_adaptation_that_runs_away_fails_and_says_so(
    times: float, spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = of_language.score_at_test

    def scored(program: Any, *rest: Any) -> Any:
        found = score(program, *rest)
        return replace(found, sums=found.sums * times) if rest[0] == "test" else found

    monkeypatch.setattr(of_language, "score_at_test", scored)
    told = compare(spec, "--workers", "1", "--seed", "0")
    assert told.exit_code == 4
    what = "loss" if isnan(times) else "perplexity"
    assert f"softmax_mbpa, seed 0: the test {what} is not finite" in told.stderr
    assert "softmax_mbpa seed 0 (failed)" in told.stdout
    assert bodies(spec)["softmax_mbpa", 0]["metrics"] == {}
    (run,) = (spec.parent / "runs").glob("tiny_text/softmax/seed-0-*")
    change = ("--set", "evaluation.adaptation=mbpa", "--as", "wild")
    again = CliRunner().invoke(app, ["evaluate", str(run), *change])
    assert again.exit_code == 4
    assert "HEB531" in again.stderr


def test_each_command_reads_the_texts_as_they_are_now(spec: Path) -> None:
    """In one process, as in a notebook: another text is another run, and nothing is lost."""
    only = ("--variant", "softmax", "--seed", "0", "--workers", "1")
    assert compare(spec, *only).exit_code == 0
    (first,) = (spec.parent / "runs").rglob("record.json")
    (spec.parent / "train.txt").write_text("w1 w2 w3\n" * 60)
    assert compare(spec, *only).exit_code == 0
    runs = {*(spec.parent / "runs").rglob("record.json")}
    assert first in runs
    prints = {json.loads(run.read_bytes())["data"]["fingerprint"] for run in runs}
    assert len(prints) == len(runs) == 2


@pytest.mark.parametrize(
    ("change", "size"),
    [
        ("evaluation.adaptation={mbpa: {size: 10_000_000}}", "evaluation.adaptation.size"),
        (
            "evaluation.output={mixture: {experts: [trained, {cache: {size: 90_000}}]}}",
            "evaluation.output.experts.1.size",
        ),
    ],
)
def test_a_memory_larger_than_the_machine_is_refused_before_anything_is_trained(
    spec: Path,
    trainings: Counter[str],
    monkeypatch: pytest.MonkeyPatch,
    change: str,
    size: str,
) -> None:
    plain = ("--variant", "softmax", "--seed", "0", "--workers", "1")
    changed = (*plain, "--set", change)
    # The text has 239 words to ask for: all that is held of them is known once it was read.
    between = DeviceMemory("this machine", 30_000)
    with monkeypatch.context() as patch:
        patch.setattr(here, "machine_memory", lambda: between)
        for command in ("compare", "run"):
            out = ("--out", str(spec.parent / "runs"), "--quiet")
            told = CliRunner().invoke(app, [command, str(spec), *out, *changed])
            assert told.exit_code == 4
            assert "HEB540" in told.stderr
            assert f"lower `{size}`" in " ".join(told.stderr.split())
            assert not trainings
            assert not bodies(spec)
        assert compare(spec, *plain).exit_code == 0
    assert compare(spec, *changed).exit_code == 0


def test_software_that_is_missing_is_said_before_data_is_fetched(
    spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hebbdsl.parts.outputs.nearest.spec.faiss_is_here", lambda: False)
    change = "evaluation.output={mixture: {experts: [trained, {nearest: {search: faiss}}]}}"
    asked = ("--variant", "softmax", "--seed", "0", "--workers", "1", "--set", change)
    opened = list[object]()
    whole = session.open_data

    def opening(*given: Any) -> Any:
        opened.append(given)
        return whole(*given)

    monkeypatch.setattr(session, "open_data", opening)
    assert "HEB544" in compare(spec, *asked).stderr
    assert opened, "what is here is opened: the run might be settled"
    opened.clear()
    (spec.parent / "test.txt").rename(spec.parent / "away.txt")
    told = compare(spec, *asked)
    assert "HEB544" in told.stderr
    assert not opened
    (spec.parent / "runs/tiny_text/softmax/seed-0-12345678").mkdir(parents=True)
    assert "HEB544" not in compare(spec, *asked).stderr, "a run that was begun may be settled"
    assert "HEB544" in compare(spec, *asked, "--retrain").stderr
    assert len(opened) == 1
