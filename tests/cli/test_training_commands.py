"""`run` and `compare` as a user meets them: what they print, write, and answer with."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from hebbdsl.cli.main import app
from hebbdsl.comparison.document_schema import COMPARISON_SCHEMA
from hebbdsl.run.record_json import RECORD_SCHEMA
from tests import sampling
from tests.effort import PATIENCE

SPEC = """\
hebbdsl: 1
experiment: tiny
seeds: 0..1
data: {glyphs: {image_size: 8, classes: 12}}
model: {mlp: {hidden: [32], features: 16}}
output: {hebbian: {gamma: 0.05, rescale: mean_row}}
curriculum: {growing: {start: 4, add: 4, when: test_accuracy >= 0.2}}
training: {optimizer: adam, batch_size: 16, steps: 20, evaluate_every: 5, binding_steps: 10}
baseline: softmax
variants:
  hebbian: {}
  softmax: {output: softmax}
claims:
  - final_test_accuracy(hebbian) >= 0
  - final_test_accuracy(softmax) >= 0.999
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(SPEC)
    return path


def _call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def _runs(out: Path) -> list[str]:
    return sorted(
        path.parent.name[:6] + path.parent.parent.name for path in out.rglob("record.json")
    )


def test_run_trains_the_first_variant_and_seed_and_says_what_came_out(spec: Path) -> None:
    out = spec.parent / "runs"
    first = _call("run", spec, "--out", out, "--device", "cpu")
    assert first.exit_code == 0, first.output
    assert "tiny · hebbian · seed 0: finished" in first.stdout
    assert "hebbian, seed 0" in first.stderr
    assert _runs(out) == ["seed-0hebbian"]
    record = next(out.rglob("record.json"))
    written = record.read_bytes()
    again = _call("run", spec, "--out", out, "--device", "cpu")
    assert again.stdout == first.stdout
    assert "1 of 1 runs are there already" in again.stderr
    assert record.read_bytes() == written, "a finished run is not trained twice"


def test_run_takes_variants_seeds_and_overrides(spec: Path) -> None:
    out = spec.parent / "runs"
    given = _call(
        "run", spec, "--out", out, "--variant", "softmax", "--seed", "3..4", "--workers", 1,
        "--set", "training.steps=5", "--format", "json", "--quiet", "--device", "cpu",
    )  # fmt: skip
    assert given.exit_code == 0, given.output
    assert given.stderr == ""
    records = json.loads(given.stdout)
    assert [(one["variant"], one["seed"], one["steps"]) for one in records] == [
        ("softmax", 3, 5),
        ("softmax", 4, 5),
    ]
    stored = json.loads(next(out.rglob("record.json")).read_text())
    assert not [*Draft202012Validator(RECORD_SCHEMA).iter_errors(stored)]


def test_retraining_keeps_the_old_run_aside(spec: Path) -> None:
    out = spec.parent / "runs"
    arguments = ("run", spec, "--out", out, "--device", "cpu", "--quiet")
    assert _call(*arguments).exit_code == 0
    assert _call(*arguments, "--retrain").exit_code == 0
    names = sorted(path.name for path in (out / "tiny" / "hebbian").iterdir())
    assert [name.endswith(".replaced-1") for name in names] == [False, True]


def test_an_altered_run_is_refused_until_it_is_trained_again(spec: Path) -> None:
    out = spec.parent / "runs"
    arguments = ("run", spec, "--out", out, "--device", "cpu", "--quiet")
    assert _call(*arguments).exit_code == 0
    record = next(out.rglob("record.json"))
    record.write_text(record.read_text().replace('"steps": ', '"steps": 1'))
    refused = _call(*arguments)
    assert refused.exit_code == 3
    assert "HEB534" in refused.stderr
    assert "--retrain" in refused.stderr
    assert _call(*arguments, "--retrain").exit_code == 0
    assert _call(*arguments).exit_code == 0


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--variant", "hebian"), 1, "did you mean `hebbian`?"),
        (("--seed", "ten"), 1, "HEB538"),
        (("--seed", "9..0"), 1, "HEB538"),
        (("--seed", "0..99999999"), 1, "HEB538"),
        (("--seed", "-1"), 1, "HEB538"),
        (("--device", "gpu"), 4, "HEB530"),
        (("--device", "cuda:99"), 4, "HEB530"),
        (("--device", "meta"), 4, "HEB530"),
        (("--device", "hpu"), 4, "HEB530"),
        (("--out", "/dev/null/runs"), 4, "HEB532"),
        (("--set", "training.stepz=5"), 1, "did you mean `steps`?"),
        (("--set", "training.steps"), 1, "error[HEB"),
        (("--set", "training.optimizer={sgd: {learning_rate: 1e6}}"), 4, "HEB531"),
        (("--workers", "0"), 2, "--workers"),
        (("--threads", "100000"), 2, "--threads"),
    ],
)
def test_what_is_asked_wrongly_is_answered_with_a_way_out(
    spec: Path, options: tuple[str, str], code: int, said: str
) -> None:
    out = ("--out", spec.parent / "runs") if options[0] != "--out" else ()
    given = _call("run", spec, *out, *options)
    assert given.exit_code == code, given.output
    assert said in given.stderr
    assert "Traceback" not in given.output
    if code != 4:
        assert not (spec.parent / "runs").exists()


def test_compare_trains_what_is_missing_and_judges_the_claims(spec: Path) -> None:
    out = spec.parent / "runs"
    spec.write_text(SPEC.replace("0..1", "0..4"))
    assert _call("run", spec, "--out", out, "--device", "cpu", "--quiet").exit_code == 0
    arguments = ("compare", spec, "--out", out, "--device", "cpu", "--workers", 2)
    first = _call(*arguments)
    assert "1 of 10 runs are there already" in first.stderr
    assert "[9/9]" in first.stderr
    assert len(_runs(out)) == 10
    assert first.exit_code == 1, "the second claim fails"
    assert "fails" in first.stdout
    assert "hebbian" in first.stdout
    again = _call(*arguments, "--format", "json", "--quiet")
    assert (again.exit_code, again.stderr) == (1, "")
    body = json.loads(again.stdout)
    assert not [*Draft202012Validator(COMPARISON_SCHEMA).iter_errors(body)]
    assert body["baseline"] == "softmax"
    figures = {path.name for path in (out / "tiny" / "figures").iterdir()}
    assert {path.rpartition(".")[2] for path in figures} == {"png", "svg"}
    assert len(figures) == 6


def test_compare_of_nothing_but_failed_runs_says_so_once(spec: Path) -> None:
    words = ("--device", "cpu", "--quiet", "--workers", 1, "--seed", 0)
    diverging = ("--set", "training.optimizer={sgd: {learning_rate: 1e6}}")
    given = _call("compare", spec, "--out", spec.parent / "runs", *words, *diverging)
    assert (given.exit_code, given.stdout) == (4, "")
    assert given.stderr.count("error[HEB531]") == 2
    assert "HEB604" not in given.stderr


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--baseline", "softmaxx"), 1, "did you mean `softmax`?"),
        (("--out", "/dev/null"), 4, "HEB532"),
    ],
)
def test_compare_answers_before_anything_is_trained(
    spec: Path, options: tuple[str, str], code: int, said: str
) -> None:
    out = ("--out", spec.parent / "runs") if options[0] != "--out" else ()
    given = _call("compare", spec, *out, *options, "--device", "cpu")
    assert (given.exit_code, given.stdout) == (code, ""), given.output
    assert given.stderr.count("error[HEB") == 1
    assert said in given.stderr
    assert not (spec.parent / "runs").exists()


@pytest.mark.parametrize("option", ["--seed", "--variant", "--set"])
def test_what_to_train_is_not_said_of_runs_that_are_there(tmp_path: Path, option: str) -> None:
    given = _call("compare", tmp_path, option, "1")
    assert given.exit_code == 2
    assert option in given.stderr


def test_compare_works_on_folders_of_runs_alone(spec: Path) -> None:
    out = spec.parent / "runs"
    trained = ("--seed", "0..1", "--variant", "hebbian", "--variant", "softmax")
    words = ("--out", out, "--device", "cpu", "--workers", 1)
    assert _call("run", spec, *trained, *words).exit_code == 0
    given = _call(
        "compare", out / "tiny", "--baseline", "hebbian", "--format", "csv", "--quiet",
        "--figures", spec.parent / "drawn",
    )  # fmt: skip
    assert given.exit_code == 0, given.output
    rows = list(csv.DictReader(io.StringIO(given.stdout)))
    assert {row["variant"] for row in rows} == {"hebbian", "softmax"}
    assert any((spec.parent / "drawn").iterdir())
    (spec.parent / "empty").mkdir()
    nothing = _call("compare", spec.parent / "empty")
    assert (nothing.exit_code, "HEB536" in nothing.stderr) == (1, True)


def _figures(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_folder_of_runs_has_the_table_of_its_spec(spec: Path) -> None:
    """The baseline is neither the first of the spec nor of the alphabet."""
    out, words = spec.parent / "runs", ("--device", "cpu", "--quiet", "--format", "json")
    variants = "  zero: {output.gamma: 0.2}\n  alone: {output.gamma: 0.1}\nclaims:\n"
    spec.write_text(SPEC.replace("claims:\n", variants))
    of_spec = _call("compare", spec, "--out", out, "--workers", 1, *words)
    drawn = _figures(out / "tiny" / "figures")
    of_folder = _call("compare", out / "tiny", "--quiet", "--format", "json")
    assert (of_spec.exit_code, of_folder.exit_code) == (0, 0), of_folder.output
    one, other = json.loads(of_spec.stdout), json.loads(of_folder.stdout)
    assert [row["variant"] for row in other["rows"]] == ["hebbian", "softmax", "zero", "alone"]
    assert other["baseline"] == "softmax"
    assert [claim["verdict"] for claim in other["claims"]] == ["undecided"] * 2
    said = str(out / "tiny" / "experiment.json")
    assert [note for note in other.pop("notes") if note not in one["notes"]] == [
        f"The baseline and the order of variants are as {said} says."
    ]
    one.pop("notes")
    assert one == other

    assert _figures(out / "tiny" / "figures") == drawn, "the figures of the spec are left alone"
    (beside,) = (out / "tiny").glob("figures-*")
    assert _figures(beside) == drawn, "with the same colours"
    some = _call("compare", spec, "--out", out, *words, "--variant", "softmax", "--variant", "zero")
    assert some.exit_code == 0, some.output
    (of_some,) = {*(out / "tiny").glob("figures-*")} - {beside}
    whole = re.findall(r"#[0-9a-f]{6}", drawn["classes_in_play.svg"].decode().lower())
    few = re.findall(r"#[0-9a-f]{6}", (of_some / "classes_in_play.svg").read_text().lower())
    hebbian, zero, alone = "#0072b2", "#d55e00", "#009e73"
    assert {hebbian, zero, alone} <= {*whole}
    assert {hebbian, zero, alone} & {*few} == {zero}
    assert _figures(out / "tiny" / "figures") == drawn


def test_claims_that_were_changed_travel_without_any_training(spec: Path) -> None:
    out = spec.parent / "runs"
    words = ("--out", out, "--device", "cpu", "--quiet")
    assert _call("compare", spec, "--workers", 1, *words).exit_code == 0
    spec.write_text(
        SPEC.replace("baseline: softmax", "baseline: hebbian").replace(
            "final_test_accuracy(hebbian) >= 0", "levels_passed(softmax) > 0"
        )
    )
    again = _call("run", spec, *words, "--format", "json")
    assert again.exit_code == 0
    found = json.loads(_call("compare", out / "tiny", "--quiet", "--format", "json").stdout)
    assert found["baseline"] == "hebbian"
    assert found["claims"][0]["text"] == "levels_passed(softmax) > 0"
    other = _call("compare", out / "tiny", "--quiet", "--baseline", "softmax", "--format", "json")
    assert json.loads(other.stdout)["baseline"] == "softmax"


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "[" * 100_000, '{"version": 1}', "\x00"],
    ids=["cut", "no object", "deep", "lacking", "binary"],
)
def test_what_a_spec_said_is_refused_when_it_is_no_such_thing(spec: Path, content: str) -> None:
    out = spec.parent / "runs"
    assert _call("run", spec, "--out", out, "--device", "cpu", "--quiet").exit_code == 0
    stated = out / "tiny" / "experiment.json"
    good = json.loads(stated.read_text())
    wrong = {**good, "claims": ["steps_to_finish(hebbian <"]}
    twice = {**good, "variants": [*good["variants"], good["variants"][0]]}
    for text in (content, json.dumps(wrong), json.dumps(twice)):
        stated.write_text(text)
        found = _call("compare", out / "tiny")
        assert (found.exit_code, "HEB606" in found.stderr) == (3, True), found.output
    assert _call("run", spec, "--out", out, "--device", "cpu", "--quiet").exit_code == 0
    assert json.loads(stated.read_text()) == good, "written anew by any command on the spec"
    stated.unlink()
    found = _call("compare", out / "tiny", "--quiet", "--format", "md")
    assert found.exit_code == 0


def test_a_folder_that_can_not_be_written_loses_no_table(spec: Path) -> None:
    out, drawn = spec.parent / "runs", spec.parent / "drawn"
    words = ("compare", spec, "--out", out, "--device", "cpu", "--quiet", "--workers", 1)
    assert _call(*words).exit_code == 0
    stated = out / "tiny" / "experiment.json"
    stated.unlink()
    stated.mkdir()
    found = _call(*words, "--figures", drawn)
    assert (found.exit_code, "warning[HEB607]" in found.stderr) == (0, True), found.output
    assert "hebbian" in found.stdout


def _heed_signals() -> None:
    """A script's background jobs ignore Ctrl-C, and so would all that they start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


LAST_STEP = 1_000_000
LONG = ("--set", f"training.steps={LAST_STEP}", "--set", "curriculum.when=test_accuracy > 1")


STOPS = [
    # Ctrl-C, and a terminal that closes, reach every process of the terminal's group.
    ("compare", signal.SIGINT, 130, True),
    # As `kill` sends it.
    ("compare", signal.SIGTERM, 143, False),
    ("run", signal.SIGHUP, 129, True),
]
if sampling.ALL:
    STOPS += [
        ("run", signal.SIGINT, 130, True),
        ("run", signal.SIGTERM, 143, False),
        ("compare", signal.SIGHUP, 129, True),
        # As a batch system does.
        ("compare", signal.SIGTERM, 143, True),
    ]


@pytest.mark.parametrize(("command", "sign", "code", "to_all"), STOPS)
def test_a_run_that_is_stopped_ends_at_once_and_leaves_a_valid_folder(
    spec: Path, command: str, sign: signal.Signals, code: int, to_all: bool
) -> None:
    out = spec.parent / "runs"
    words = [sys.executable, "-m", "hebbdsl", command, str(spec), "--out", str(out), *LONG]
    with subprocess.Popen(
        [*words, "--device", "cpu"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_heed_signals,
    ) as process:
        expected = 1 if command == "run" else min(2, os.cpu_count() or 1)
        _wait(
            process,
            lambda: sum(p.stat().st_size > 0 for p in out.rglob("metrics.jsonl")) >= expected,
        )
        if to_all:
            os.killpg(process.pid, sign)
        else:
            process.send_signal(sign)
        stdout, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == code, stderr
    assert "Traceback" not in stderr
    kept = "finished runs are kept, the others start again from step 0 next time"
    assert stderr.splitlines()[-1] == f"interrupted; {kept}"
    assert stdout == ""
    records = [json.loads(path.read_text()) for path in out.rglob("record.json")]
    assert len(records) == expected
    assert {one["status"] for one in records} == {"interrupted"}
    assert max(one["steps"] for one in records) < LAST_STEP, "long before its end"


def test_an_interrupted_run_starts_again_and_says_so(spec: Path) -> None:
    out = spec.parent / "runs"
    words = [sys.executable, "-m", "hebbdsl", "run", str(spec), "--out", str(out)]
    with subprocess.Popen([*words, *LONG], stderr=subprocess.PIPE, text=True) as process:
        _wait(process, lambda: any(p.stat().st_size > 0 for p in out.rglob("metrics.jsonl")))
        process.kill()
        process.communicate()
    (folder,) = (path.parent for path in out.rglob("metrics.jsonl"))
    assert not (folder / "record.json").exists()
    with subprocess.Popen([*words, *LONG], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        # Warnings of the spec come first.
        line = next(line for line in process.stderr if "HEB" not in line and "`" not in line)
        process.kill()
        process.communicate()
    assert line == "hebbian, seed 0 was interrupted; it starts again from step 0\n"


def _wait(process: subprocess.Popen[str], condition: Callable[[], bool]) -> None:
    for _ in range(10 * PATIENCE):
        if condition():
            return
        assert process.poll() is None, process.stderr and process.stderr.read()
        time.sleep(0.1)
    raise AssertionError("nothing was trained")
