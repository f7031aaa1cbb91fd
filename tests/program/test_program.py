"""The training graph: pure in (spec, seed, step), alike for all outputs, silent to the host."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Output
from hebbdsl.parts.schedules.cosine import Cosine
from hebbdsl.program.classification.batches import InPlay
from hebbdsl.program.classification.evaluation import accuracy_by_class
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.spec.experiment import Setup
from tests import sampling, tiny

OUTPUTS: dict[str, Output] = {
    "softmax": Softmax(),
    "hebbian": replace(tiny.HEBBIAN, center="running"),
    "cache": Cache(size=40),
    "mixture": Mixture(experts=(tiny.HEBBIAN, Cache(size=40)), weights="learned"),
    "nearest": Nearest(neighbours=20),
    "nested": Mixture(
        experts=(Mixture(experts=(Softmax(), Nearest(kernel="dot"))), Nearest()), weights="learned"
    ),
}
PLAY = InPlay(classes=12, newest=8)


def _train(
    program: ClassificationProgram, steps: int, first: int = 0, at_once: int = 100
) -> Tensor:
    """Losses of some steps."""
    watched = []
    for start in range(first, first + steps, at_once):
        count = min(at_once, first + steps - start)
        statistics = torch.empty(count, len(program.update.statistic_names))
        program.train(start, program.draw(start, count, PLAY), PLAY, statistics)
        watched.append(statistics)
    return torch.cat(watched)[:, 0]


def _losses(setup: Setup, steps: int = 12, seed: int = 0, at_once: int = 100) -> list[float]:
    losses: list[float] = _train(tiny.program(setup, seed), steps, at_once=at_once).tolist()
    return losses


def _same(a: Mapping[str, Tensor], b: Mapping[str, Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS.keys())
def test_training_is_a_function_of_setup_and_seed(output: Output) -> None:
    setup = tiny.with_dropout(tiny.setup(output), 0.2)
    torch.manual_seed(1)
    first = _losses(setup)
    torch.manual_seed(2)
    assert _losses(setup, at_once=5) == first
    assert _losses(setup, seed=1) != first


def test_variants_start_from_the_same_weights_in_what_they_share() -> None:
    softmax, hebbian, mixture = (
        tiny.program(tiny.setup(output)).weights()
        for output in (Softmax(), tiny.HEBBIAN, Mixture(experts=(Softmax(), Cache())))
    )
    shared = [name for name in softmax if name.startswith("model.")]
    assert len(shared) == 4
    for name in shared:
        assert torch.equal(softmax[name], hebbian[name])
        assert torch.equal(softmax[name], mixture[name])
    assert torch.equal(softmax["output.rows"], hebbian["output.rows"])


@pytest.mark.parametrize("T", [0, 1])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_a_hebbian_output_that_never_writes_is_softmax_bit_for_bit(T: int, dropout: float) -> None:
    never = Hebbian(gamma=0.05, T=T, rescale="mean_row", center="running")
    ours, plain = (
        tiny.program(tiny.with_dropout(tiny.setup(output), dropout))
        for output in (never, Softmax())
    )
    assert torch.equal(_train(ours, 60), _train(plain, 60))
    weights = plain.weights()
    assert _same({name: ours.weights()[name] for name in weights}, weights)


def test_a_mixture_of_one_is_its_expert_bit_for_bit() -> None:
    alone = tiny.setup(tiny.HEBBIAN)
    mixed = tiny.setup(Mixture(experts=(tiny.HEBBIAN,)))
    assert _losses(mixed, 40) == _losses(alone, 40)


class _Asked(TorchDispatchMode):
    """Counts what makes the host wait for the device, or has a shape that depends on values."""

    WAITS = (
        "_local_scalar_dense",
        "nonzero",
        "_unique2",
        "unique_dim",
        "masked_select",
        "is_nonzero",
    )

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.overloadpacket.__name__
        if name in self.WAITS:
            self.waits.append(name)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS.keys())
def test_the_step_never_waits_for_the_device(output: Output) -> None:
    setup = tiny.with_dropout(tiny.setup(output, schedule=Cosine(warmup_steps=5)), 0.2)
    setup = replace(setup, data=replace(setup.data, augment_rotation=10.0, augment_shift=1.0))
    program = tiny.program(setup)
    _train(program, 3)
    batches = program.draw(3, 5, PLAY)
    statistics = torch.empty(5, len(program.update.statistic_names))
    # The fused optimizer is one operation on a GPU; its CPU form reads its step counters.
    program.optimizer.step = lambda: None  # type: ignore[method-assign, assignment]
    with _Asked() as asked:
        program.train(3, batches, PLAY, statistics)
    assert asked.waits == []
    with _Asked() as asked:
        statistics[0, 0].item()
    assert asked.waits == ["_local_scalar_dense"], "the counter counts"


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS.keys())
def test_evaluation_writes_nothing_and_gives_the_same_twice(output: Output) -> None:
    program = tiny.program(tiny.setup(output))
    _train(program, 10)
    before = {name: value.clone() for name, value in program.weights().items()}
    first = accuracy_by_class(program, range(12), 12)["test"]
    assert (accuracy_by_class(program, range(12), 12)["test"] == first).all()
    assert first.sum() > 0
    assert _same(program.weights(), before)
    assert (accuracy_by_class(program, [3, 7], 12)["test"] == first[[3, 7]]).all()


def test_every_watched_number_is_given_and_finite() -> None:
    program = tiny.program(tiny.setup(tiny.HEBBIAN))
    statistics = torch.full((4, len(program.update.statistic_names)), torch.nan)
    program.train(0, program.draw(0, 4, PLAY), PLAY, statistics)
    assert torch.isfinite(statistics).all()
    assert program.update.statistic_names[0] == "loss"
    assert program.update.statistic_names[-1] == "written rows"
    assert "gradient of output.rows" in program.update.statistic_names


def test_dropout_changes_the_loss_and_not_the_batches() -> None:
    plain = tiny.setup()
    assert _losses(tiny.with_dropout(plain, 0.5)) != _losses(plain)
    program = tiny.program(tiny.with_dropout(plain, 0.25))
    keep = torch.stack([program._keep(step, 16) for step in range(200)])
    assert keep.unique().tolist() == pytest.approx([0, 1 / 0.75])
    assert float((keep == 0).float().mean()) == pytest.approx(0.25, abs=0.01)


def test_the_schedule_sets_the_learning_rate_of_each_step() -> None:
    setup = tiny.setup(schedule=Cosine(warmup_steps=5))
    program = tiny.program(setup)
    rates = []
    for step in range(10):
        _train(program, 1, first=step)
        rates.append(program.optimizer.param_groups[0]["lr"])
    expected = [3e-3 * setup.training.schedule.factor(step, 60) for step in range(10)]
    assert rates == expected
    assert rates[0] < rates[4]


def test_bfloat16_trains_with_weights_and_rows_in_float32() -> None:
    program = tiny.program(tiny.setup(tiny.HEBBIAN, precision="bfloat16"))
    losses = _train(program, 30)
    assert torch.isfinite(losses).all()
    assert losses[-5:].mean() < losses[:5].mean()
    assert {w.dtype for w in program.weights().values()} == {torch.float32, torch.int64}
    assert losses.tolist() != _losses(tiny.setup(tiny.HEBBIAN), 30)


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
def test_the_compiled_step_agrees_with_eager_as_levels_change() -> None:
    """Of a mixture, whose loops take a compiler a minute, where all is tried."""
    output = OUTPUTS["mixture"] if sampling.ALL else tiny.HEBBIAN
    setup = tiny.with_dropout(tiny.setup(output), 0.2)

    def losses(compiled: bool) -> Tensor:
        training = replace(setup.training, compile=compiled)
        program = tiny.program(replace(setup, training=training))
        statistics = torch.empty(8, len(program.update.statistic_names))
        for level, classes in enumerate((4, 6, 8, 12)):
            play = InPlay(classes=classes, newest=0)
            rows = statistics[2 * level : 2 * level + 2]
            program.train(2 * level, program.draw(2 * level, 2, play), play, rows)
        return statistics[:, 0]

    torch.compiler.reset()
    torch._dynamo.utils.counters.clear()
    torch.testing.assert_close(losses(compiled=True), losses(compiled=False), rtol=1e-5, atol=0)
    graphs = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    assert 1 <= graphs <= 3, "levels share their graphs"
