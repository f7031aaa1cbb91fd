"""Runs on text from the first step to the record."""

from __future__ import annotations

from math import exp
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
from hebbdsl.program.language import evaluation as module
from hebbdsl.program.language.evaluation import score
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.run import progress
from hebbdsl.run.job import Job
from hebbdsl.run.language.run import bands_of
from hebbdsl.run.loop import execute
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Evaluation, Record
from hebbdsl.run.store import RunFolder
from tests.words import content, program, setup


def ran(made: LanguageProgram, out: Path) -> Record:
    folder = RunFolder.of(out, made.experiment, made.variant, made.seed, made.identity)
    with folder.locked():
        return execute(made, folder, Silent())


def test_a_run_ends_with_its_epochs_and_says_what_it_read(tmp_path: Path) -> None:
    made = program()
    record = ran(made, tmp_path)
    windows = made.train_streams.windows
    assert record.status == "finished"
    assert [one.step for one in record.evaluations] == [windows, 2 * windows]
    assert [one.values["epoch"] for one in record.evaluations] == [1, 2]
    assert record.evaluations[1].values["tokens"] == 2 * 5 * (300 - 1)
    assert record.evaluations[1].values["train_loss"] < record.evaluations[0].values["train_loss"]
    assert record.data["words"] == 30
    assert record.data["tokens"] == {"train": 1500, "validation": 203, "test": 203}
    assert "classes" not in record.data


def test_perplexities_are_those_of_the_best_weights(tmp_path: Path) -> None:
    made = program(setup(epochs=None, steps=90, evaluate_every=10))
    record = ran(made, tmp_path)
    losses = {one.step: one.values["validation_loss"] for one in record.evaluations}
    best = min(losses, key=lambda step: losses[step])
    assert record.metrics["best_validation_step"].value == best
    assert record.folder is not None
    kept = load_file(record.folder / "weights.safetensors")
    again = program(made.setup)
    with torch.no_grad():
        for name, value in again.state().items():
            value.copy_(kept[name])
    for split in ("validation", "test"):
        found = score(again, split, 1)
        loss = found.loss()
        assert loss is not None
        assert record.metrics[f"{split}_perplexity"].value == pytest.approx(exp(loss), rel=1e-6)
        for band, words in bands_of(made.content.counts):
            inside = found.loss(words)
            value = record.metrics.get(f"{split}_perplexity_{band}")
            assert (inside is None) == (value is None)
            if inside is not None and value is not None:
                assert value.value == pytest.approx(exp(inside), rel=1e-6)


def test_the_best_weights_so_far_are_on_the_disk_whatever_becomes_of_the_run(
    tmp_path: Path,
) -> None:
    class Ended(Silent):
        def evaluated(self, evaluation: Evaluation) -> None:
            on_disk = load_file(folder.path / "weights.safetensors")
            now = {name: value.clone() for name, value in made.state().items()}
            same = all(torch.equal(on_disk[name], value) for name, value in now.items())
            assert same is evaluation.values["best"]
            losses.append(evaluation.values["validation_loss"])
            if losses[-1] > min(losses):
                raise KeyboardInterrupt

    made, losses = program(setup(epochs=None, steps=900, evaluate_every=10)), list[float]()
    folder = RunFolder(tmp_path, made.identity)
    with pytest.raises(KeyboardInterrupt):
        execute(made, folder, Ended())
    record = folder.read()
    assert record is not None
    assert record.status == "interrupted"
    folder.load_weights(made)
    streams = made.setup.training.evaluation_streams
    assert score(made, "validation", streams).loss() == pytest.approx(min(losses))


def test_bands_hold_each_word_once_and_quarters_are_even() -> None:
    counts = np.array([20_000, 10_001, 10_000, 1_000, 999, 100, 99, 1, 0])
    bands = {name: ids.tolist() for name, ids in bands_of(counts)}
    assert bands["above_10k"] == [0, 1]
    assert bands["1k_to_10k"] == [2, 3]
    assert bands["100_to_1k"] == [4, 5]
    assert bands["below_100"] == [6, 7, 8]
    quarters = [bands[f"quarter_{n}"] for n in (1, 2, 3, 4)]
    assert [one for quarter in quarters for one in quarter] == list(range(9))
    assert max(map(len, quarters)) - min(map(len, quarters)) <= 1


def rates(record: Record) -> list[float]:
    return [one.values["learning_rate"] for one in record.evaluations]


def test_patience_ends_a_run_and_decay_slows_it(tmp_path: Path) -> None:
    """On a held-out text of nothing but surprises, training soon makes it worse."""
    text = content()
    noise = np.random.default_rng(0).integers(15, 30, 203).astype(np.int32)
    odd = CorpusContent(
        word=text.word,
        origin=text.origin,
        fingerprint=text.fingerprint,
        words=text.words,
        counts=text.counts,
        splits={**text.splits, "validation": noise},
    )
    of = setup(epochs=None, steps=400, evaluate_every=5, patience=3, learning_rate_decay=0.5)
    record = ran(program(of, text=odd), tmp_path)
    assert record.status == "finished"
    assert record.steps < 400
    found = record.evaluations
    assert [one.values["best"] for one in found[-3:]] == [False] * 3
    expected, rate = [], 0.01
    for one in found:
        expected.append(rate)
        rate *= 1.0 if one.values["best"] else 0.5
    assert rates(record) == pytest.approx(expected)


def test_a_loss_that_is_not_finite_is_a_result(tmp_path: Path) -> None:
    made = program()
    with torch.no_grad():
        made.model.get_parameter("embedding").fill_(float("nan"))
    record = ran(made, tmp_path)
    assert record.status == "failed"
    assert record.failure == {"step": 1, "tensor": "loss"}


class Interrupting(Silent):
    def evaluated(self, *_: object) -> None:
        raise KeyboardInterrupt


def test_an_interrupted_run_leaves_a_record_and_starts_again(tmp_path: Path) -> None:
    made = program()
    folder = RunFolder.of(tmp_path, made.experiment, made.variant, made.seed, made.identity)
    with folder.locked(), pytest.raises(KeyboardInterrupt):
        execute(made, folder, Interrupting())
    left = folder.read()
    assert left is not None
    assert left.status == "interrupted"
    again, whole = ran(program(), tmp_path), ran(program(), tmp_path / "other")
    assert [one.values["validation_loss"] for one in again.evaluations] == [
        one.values["validation_loss"] for one in whole.evaluations
    ]


def test_a_run_ended_in_its_first_interval_leaves_a_record(tmp_path: Path) -> None:
    class Ending(Silent):
        def trained(self, *_: object) -> None:
            raise KeyboardInterrupt

    made = program()
    folder = RunFolder.of(tmp_path, made.experiment, made.variant, made.seed, made.identity)
    with folder.locked(), pytest.raises(KeyboardInterrupt):
        execute(made, folder, Ending())
    left = folder.read()
    assert left is not None
    assert (left.status, left.steps) == ("interrupted", 20)
    assert left.metrics["tokens_per_second"].value > 0


def test_what_is_told_is_what_is_recorded(tmp_path: Path) -> None:
    heard = list[Evaluation]()

    class Hearing(Silent):
        def evaluated(self, *said: object) -> None:
            heard.extend(said)  # type: ignore[arg-type]

    made = program()
    folder = RunFolder.of(tmp_path, made.experiment, made.variant, made.seed, made.identity)
    with folder.locked():
        record = execute(made, folder, Hearing())
    assert tuple(heard) == record.evaluations


def test_long_epochs_are_told_of_and_can_be_ended_on_the_way(tmp_path: Path) -> None:
    heard = list[tuple[int, float]]()

    class Recorder(Silent):
        def trained(self, *said: object) -> None:
            heard.append(said)  # type: ignore[arg-type]
            if len(heard) == 3:
                raise KeyboardInterrupt

    made = program()
    folder = RunFolder.of(tmp_path, made.experiment, made.variant, made.seed, made.identity)
    windows = made.train_streams.windows
    with folder.locked(), pytest.raises(KeyboardInterrupt):
        execute(made, folder, Recorder())
    assert [step for step, _ in heard] == [20, 40, windows + 20]
    assert all(0 < loss < 5 for _, loss in heard)
    left = folder.read()
    assert left is not None
    assert (left.status, left.steps) == ("interrupted", windows + 20)


class Listening(Silent):
    """Hears what is read, and may end it."""

    def __init__(self, ends_in: str = "", after: int = 0) -> None:
        self.heard: list[tuple[str, int, int]] = []
        self._ends = ends_in, after

    def reading(self, *said: object) -> None:
        self.heard.append(said)  # type: ignore[arg-type]
        split, after = self._ends
        if [one[0] for one in self.heard].count(split) > after:
            raise KeyboardInterrupt


def test_held_out_texts_are_told_of_block_by_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", 40)
    made, told = program(), Listening()
    folder = RunFolder.of(tmp_path, made.experiment, made.variant, made.seed, made.identity)
    with folder.locked():
        execute(made, folder, told)
    streams = made.setup.training.evaluation_streams
    asked = 203 // streams * streams - streams
    amid = [("validation", min(done, asked), asked) for done in range(40, asked + 40, 40)]
    whole = [
        (split, min(done, 202), 202)
        for split in ("validation", "test")
        for done in range(40, 242, 40)
    ]
    assert told.heard == [*amid, *amid, *whole]


@pytest.mark.parametrize(("split", "kept"), [("validation", set()), ("test", {"validation"})])
def test_a_run_may_be_ended_while_it_reads_what_was_held_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, split: str, kept: set[str]
) -> None:
    made = program()
    monkeypatch.setattr(module, "BLOCK", 40)
    amid = 2 * 5 if split == "validation" else 0  # blocks of the evaluations before
    folder = RunFolder.of(tmp_path, made.experiment, made.variant, made.seed, made.identity)
    with folder.locked(), pytest.raises(KeyboardInterrupt):
        execute(made, folder, Listening(split, amid + 2))
    left = folder.read()
    assert left is not None
    assert (left.status, left.steps) == ("interrupted", 2 * made.train_streams.windows)
    found = {name for name in left.metrics if name.endswith("_perplexity")}
    assert found == {f"{one}_perplexity" for one in kept}
    assert "predictions_per_second" not in left.metrics
    assert (folder.path / "weights.safetensors").exists(), "the best so far are kept"


def test_progress_of_text_is_said_in_its_own_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = program()
    job = Job(experiment="tiny", variant="main", plan=made.plan, seed=0, out=tmp_path)
    record = ran(made, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "_PAUSE", -1.0)
        with progress.show_progress() as monitor:
            monitor.scheduled([job])
            monitor.started(job)
            monitor.trained(job, 20, 3.21)
            monitor.evaluated(job, record.evaluations[0])
            monitor.reading(job, "test", 101, 202)
            monitor.ended(job, record, ())
    said = capsys.readouterr().err
    assert "main, seed 0: step 20 of 86, train loss 3.210" in said
    assert "main, seed 0: reading the test text, 50%" in said
    assert "step 43 of 86, epoch 1.00, validation perplexity" in said
    assert f"test perplexity {record.metrics['test_perplexity'].value:.2f}" in said


def test_a_validation_loss_that_is_not_finite_is_a_result_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = program()
    nothing = torch.full((), float("nan"))
    monkeypatch.setattr(
        made.output, "label_log_probabilities", lambda _h, labels, _n: nothing.expand(len(labels))
    )
    record = ran(made, tmp_path)
    assert record.failure == {"step": made.train_streams.windows, "tensor": "validation loss"}
