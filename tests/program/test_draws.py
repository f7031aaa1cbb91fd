"""A step draws by seed, purpose and step alone; nothing is drawn from what all code shares."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from hebbdsl.parts.adaptations.dynamic_evaluation.spec import DynamicEvaluation
from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.models.convnet.spec import Convnet
from hebbdsl.parts.models.gru.spec import Gru
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.models.transformer.spec import Transformer
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.outputs.sampled_softmax.spec import SampledSoftmax
from hebbdsl.parts.outputs.trained.spec import Trained
from hebbdsl.parts.reporter import Quiet
from hebbdsl.program.classification.batches import InPlay
from hebbdsl.program.program import Program
from hebbdsl.run.evaluating import evaluate
from hebbdsl.run.loop import execute
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Record
from hebbdsl.run.store import RunFolder
from hebbdsl.spec.experiment import Evaluation, Setup
from tests import tiny, words

SAMPLED = Mixture(experts=(SampledSoftmax(samples=5), SampledSoftmax(samples=5)), weights="learned")
PLAY = InPlay(classes=12, newest=8)


def of_pictures() -> Setup:
    setup = tiny.with_dropout(tiny.setup(SAMPLED, steps=20), 0.2)
    data = replace(
        setup.data, image_size=16, augment_rotation=10.0, augment_shift=1.0, validation_drawings=3
    )
    return replace(setup, data=data, model=Convnet(channels=(4, 4), features=8, dropout=0.2))


def of_words(model: Any = None) -> Setup:
    lstm = Lstm(hidden=(12,), embedding=12, dropout=0.2, weight_drop=0.2)
    return words.setup(output=SAMPLED, model=model or lstm, epochs=1)


@contextmanager
def untouched() -> Iterator[None]:
    """Generators that all code shares are as they were, whatever was run."""

    def states() -> tuple[Tensor, Any, Any]:
        return torch.get_rng_state(), np.random.get_state(legacy=True), random.getstate()

    before = states()
    yield
    after = states()
    assert torch.equal(before[0], after[0]), "torch's"
    assert all(np.array_equal(a, b) for a, b in zip(before[1], after[1], strict=True)), "numpy's"
    assert before[2] == after[2], "Python's"


def ran(made: Program, out: Path) -> Record:
    folder = RunFolder.of(out, made.experiment, made.variant, made.seed, made.identity)
    with folder.locked():
        return execute(made, folder, Silent())


EVALUATIONS = [
    Evaluation(
        output=Mixture(experts=(Trained(), Nearest(theta="tuned"), Cache(size=9)), weights="tuned"),
        adaptation=adaptation,
    )
    for adaptation in (None, DynamicEvaluation(segment_length=9, training_batches=4))
]


def test_a_run_on_words_and_its_evaluations_leave_shared_generators_alone(tmp_path: Path) -> None:
    with untouched():
        record = ran(words.program(of_words()), tmp_path)
    assert record.status == "finished"
    assert record.environment["parts"] == {"sampled_softmax": 2}
    for number, evaluation in enumerate(EVALUATIONS):
        program_of = replace(of_words(), evaluation=evaluation)
        with untouched():
            evaluate(
                words.program(program_of),
                record,
                RunFolder(tmp_path / str(number)),
                Quiet(),
                Silent(),
            )


def test_so_does_one_on_pictures(tmp_path: Path) -> None:
    with untouched():
        record = ran(tiny.program(of_pictures()), tmp_path)
    assert record.status == "finished"
    evaluation = replace(EVALUATIONS[0], adaptation=None)
    with untouched():
        evaluate(
            tiny.program(replace(of_pictures(), evaluation=evaluation)),
            record,
            RunFolder(tmp_path / "evaluated"),
            Quiet(),
            Silent(),
        )


@pytest.mark.parametrize("model", [Gru(hidden=(8,)), Transformer(d_model=8, num_heads=2)])
def test_so_do_other_models(model: Any, tmp_path: Path) -> None:
    with untouched():
        assert ran(words.program(of_words(model)), tmp_path).status == "finished"


def test_nor_do_results_depend_on_them(tmp_path: Path) -> None:
    losses = []
    for number in (1, 2):
        torch.manual_seed(number)
        np.random.seed(number)
        random.seed(number)
        record = ran(words.program(of_words()), tmp_path / str(number))
        losses.append([one.values["train_loss"] for one in record.evaluations])
    assert losses[0] == losses[1]


def _drawn_on_words(first: int, count: int) -> list[Tensor]:
    made = words.program(of_words())
    return _drawn(
        made,
        lambda statistics: made.train(
            first, made.start(made.train_streams.streams), statistics, 1.0
        ),
        count,
    )


def _drawn_on_pictures(first: int, count: int) -> list[Tensor]:
    made = tiny.program(of_pictures())
    return _drawn(
        made,
        lambda statistics: made.train(first, made.draw(first, count, PLAY), PLAY, statistics),
        count,
    )


def _drawn(made: Program, train: Callable[[Tensor], object], count: int) -> list[Tensor]:
    """What is drawn from generators in the last of some steps, in the order in which it is."""
    found, draw = list[Tensor](), torch.rand

    def noted(*shape: Any, **named: Any) -> Tensor:
        assert named.get("generator") is not None, "of its own"
        found.append(draw(*shape, **named))
        return found[-1]

    statistics = torch.empty(count, len(made.update.statistic_names))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "rand", noted)
        train(statistics)
    each = len(found) // count
    assert len(found) == each * count
    return found[-each:]


@pytest.mark.parametrize(
    ("drawn", "kinds"),
    # Dropout and weight drop, or dropout and augmentation; and samples of two outputs.
    [(_drawn_on_words, 4), (_drawn_on_pictures, 4)],
    ids=["words", "pictures"],
)
def test_a_step_draws_the_same_whatever_was_drawn_before(
    drawn: Callable[[int, int], list[Tensor]], kinds: int
) -> None:
    alone, after_others, other = drawn(6, 1), drawn(0, 7), drawn(5, 1)
    assert len(alone) == len(after_others) >= kinds
    assert all(torch.equal(a, b) for a, b in zip(alone, after_others, strict=True))
    assert not any(torch.equal(a, b) for a, b in zip(alone, other, strict=True))
    samples = [one for one in alone if one.shape == (5,)]
    assert len(samples) == 2
    assert not torch.equal(*samples), "two outputs in one draw for themselves"


def test_a_loss_that_is_evaluated_between_steps_changes_no_draw() -> None:
    made, other = (words.program(of_words()) for _ in range(2))
    for one, disturbed in ((made, False), (other, True)):
        statistics = torch.empty(1, len(one.update.statistic_names))
        state = one.train(0, one.start(one.train_streams.streams), statistics, 1.0)
        if disturbed:
            one.draw_samples("gathering", 0, words.WORDS)
        one.train(1, state, statistics, 1.0)
    pairs = zip(made.weights().values(), other.weights().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_mbpa_draws_nothing(tmp_path: Path) -> None:
    setup = words.setup(epochs=1)
    record = ran(words.program(setup), tmp_path)
    evaluated = replace(setup, evaluation=Evaluation(adaptation=Mbpa(learning_rate="tuned")))
    with untouched():
        evaluate(words.program(evaluated), record, RunFolder(tmp_path / "mbpa"), Quiet(), Silent())


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
def test_compiled_steps_of_a_sampled_loss_are_one_graph_with_the_same_draws() -> None:
    losses = []
    torch.compiler.reset()
    torch._dynamo.utils.counters.clear()
    for compiled in (False, True):
        made = tiny.program(tiny.setup(SampledSoftmax(samples=5), compile=compiled))
        statistics = torch.empty(5, len(made.update.statistic_names))
        made.train(0, made.draw(0, 5, PLAY), PLAY, statistics)
        losses.append(statistics[:, 0])
    torch.testing.assert_close(losses[1], losses[0], rtol=1e-4, atol=1e-4)
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 1
