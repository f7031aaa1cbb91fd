"""What the layer stores, when, and at what cost."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from packaging.version import Version
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from hebbdsl.parts.optimizers.adagrad import Adagrad
from hebbdsl.parts.optimizers.adam import Adam
from hebbdsl.parts.optimizers.rmsprop import Rmsprop
from hebbdsl.parts.optimizers.sgd import Sgd
from hebbdsl.parts.outputs.hebbian.module import HebbianLayer
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.mixture.module import MixtureLayer
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Optimizer, Output
from hebbdsl.program.update import Update

CLASSES, HIDDEN, BATCH = 9, 5, 12


def layer(spec: Output) -> OutputLayer:
    built = spec.build(HIDDEN, CLASSES)
    built.initialise(torch.Generator().manual_seed(0))
    return built


def batch(step: int, in_play: int = CLASSES) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(100 + step)
    h = torch.randn(BATCH, HIDDEN, generator=generator)
    return h, torch.randint(0, in_play, (BATCH,), generator=generator)


def train(spec: Output, optimizer: Optimizer, steps: int = 6) -> dict[str, Tensor]:
    """Real optimizer steps with the write after each; what the layer holds at the end."""
    built = layer(spec)
    stepper = optimizer.build(built.parameters())
    for step in range(steps):
        in_play = 4 if step < 3 else CLASSES
        h, labels = batch(step, in_play)
        stepper.zero_grad()
        built.loss(h, labels, in_play).backward()
        stepper.step()
        built.after_step(h, h, labels, in_play)
    return built.state_dict()


def test_a_late_start_counts_and_writes_later() -> None:
    late, soon = layer(Hebbian(start=2)), layer(Hebbian())
    assert isinstance(late, HebbianLayer)
    assert isinstance(soon, HebbianLayer)
    before = late.rows.detach().clone()
    for step in range(2):
        h, labels = batch(step)
        for one in (late, soon):
            one.after_step(h, h, labels, CLASSES)
    assert torch.equal(late.rows, before)
    assert torch.equal(late.counters, soon.counters)
    h, labels = batch(2)
    late.after_step(h, h, labels, CLASSES)
    assert not torch.equal(late.rows, before)


@pytest.mark.parametrize("optimizer", [Adam(), Sgd(momentum=0.9)])
def test_moments_of_rows_that_were_written_are_cleared_and_no_others(optimizer: Optimizer) -> None:
    """In the update, which knows the optimizer; also inside a mixture."""
    built = layer(Mixture(experts=(Hebbian(T=2, moments="clear"), Softmax())))
    assert isinstance(built, MixtureLayer)
    hebbian, softmax = built.outputs()
    assert isinstance(hebbian, HebbianLayer)
    assert isinstance(softmax, SoftmaxLayer)
    model = torch.nn.Linear(HIDDEN, HIDDEN)
    stepper = optimizer.build([*model.parameters(), *built.parameters()])
    update = Update(model, built, stepper, None)
    hebbian.counters[1] = 6
    h, labels = model(torch.randn(3, HIDDEN)), torch.tensor([0, 1, 0])
    watch = torch.zeros(len(update.statistic_names))
    update(built.loss(h, labels, CLASSES), h, h, labels, CLASSES, watch)
    for rows, written in ((hebbian.rows, [0]), (softmax.rows, [])):
        kept = [one for one in stepper.state[rows].values() if one.shape == rows.shape]
        assert len(kept) == optimizer.state_per_parameter
        for one in kept:
            assert [i for i in range(CLASSES) if not one[i].any()] == written


def test_stored_parameter_really_changes() -> None:
    built = layer(Hebbian())
    assert isinstance(built, HebbianLayer)
    rows, place = built.rows.detach().clone(), built.rows.data_ptr()
    h = torch.ones(1, HIDDEN)
    written = built.after_step(h, h, torch.tensor([2]), CLASSES)
    assert written is not None
    assert torch.equal(built.state_dict()["rows"][2], torch.ones(HIDDEN))
    assert torch.equal(written[0], built.rows[2])
    assert built.rows.data_ptr() == place
    assert not torch.equal(built.rows, rows)
    assert built.counters.flatten().tolist() == [1, 1, 2, 1, 1, 1, 1, 1, 1]
    assert built.counters.dtype == torch.int64


@pytest.mark.parametrize(
    "optimizer",
    [
        Adam(),
        Rmsprop(momentum=0.9),
        Adagrad(),
        Sgd(learning_rate=0.1, momentum=0.9, weight_decay=0.1),
    ],
)
@pytest.mark.parametrize("T", [0, 1])
@pytest.mark.parametrize("count_timing", ["before", "after"])
@pytest.mark.parametrize(("rescale", "center"), [("none", "none"), ("mean_row", "running")])
def test_threshold_0_or_1_is_softmax_bit_for_bit(
    optimizer: Optimizer, T: int, count_timing: Any, rescale: Any, center: Any
) -> None:
    plain = train(Softmax(), optimizer)
    rule = Hebbian(T=T, count_timing=count_timing, rescale=rescale, center=center)
    hebbian = train(rule, optimizer)
    for name, value in plain.items():
        assert torch.equal(value.view(torch.int32), hebbian[name].view(torch.int32)), name
    assert (hebbian["counters"] - 1).sum() == 6 * BATCH


def test_the_write_comes_after_the_step_and_leaves_optimizer_and_bias_alone() -> None:
    built, plain = layer(Hebbian()), layer(Softmax())
    states = []
    for one in (built, plain):
        stepper = Adam().build(one.parameters())
        h, labels = batch(0)
        one.loss(h, labels, CLASSES).backward()
        stepper.step()
        one.after_step(h, h, labels, CLASSES)
        states.append(stepper.state_dict()["state"])
    assert torch.equal(built.get_parameter("bias"), plain.get_parameter("bias"))
    assert torch.equal(states[0][0]["exp_avg"], states[1][0]["exp_avg"])
    absent = [i for i in range(CLASSES) if i not in batch(0)[1].tolist()]
    rows, same = built.get_parameter("rows"), plain.get_parameter("rows")
    assert torch.equal(rows[absent], same[absent])
    assert not torch.equal(rows, same)


def test_no_gradient_passes_the_write() -> None:
    built = layer(Hebbian())
    h, labels = batch(0)
    active = h.clone().requires_grad_()
    built.after_step(active, active, labels, CLASSES)
    assert built.get_parameter("rows").grad_fn is None
    assert active.grad is None
    built.loss(active, labels, CLASSES).backward()
    assert active.grad is not None


@pytest.mark.parametrize("activations", ["clean", "dropped_out"])
def test_which_activations_are_written(activations: Any) -> None:
    built = layer(Hebbian(activations=activations))
    dropped, clean = torch.full((1, HIDDEN), 2.0), torch.full((1, HIDDEN), 3.0)
    built.after_step(dropped, clean, torch.tensor([0]), CLASSES)
    assert torch.equal(
        built.get_parameter("rows")[0], clean[0] if activations == "clean" else dropped[0]
    )


def test_centre_moves_before_it_is_subtracted() -> None:
    built = layer(Hebbian(center="running"))
    assert isinstance(built, HebbianLayer)
    h, labels = torch.randn(4, HIDDEN), torch.tensor([0, 1, 2, 3])
    built.after_step(h, h, labels, CLASSES)
    assert built.mean is not None
    torch.testing.assert_close(built.mean, h.mean(0))
    torch.testing.assert_close(built.rows[:4].detach(), h - h.mean(0))
    assert built.batches == 1


def test_a_batch_of_one_class_has_no_direction_once_centred() -> None:
    """The first centre is the batch's own mean, and what is left of it is rounding."""
    built = layer(Hebbian(center="running", rescale="row"))
    rows = built.get_parameter("rows").detach().clone()
    h = torch.randn(7, HIDDEN)
    built.after_step(h, h, torch.zeros(7, dtype=torch.int64), CLASSES)
    assert torch.equal(built.get_parameter("rows"), rows)


def test_autocast_around_the_write_does_not_reach_its_sums() -> None:
    inside, outside = layer(Hebbian(center="running")), layer(Hebbian(center="running"))
    h, labels = batch(1)
    with torch.autocast("cpu", torch.bfloat16):
        inside.after_step(h, h, labels, CLASSES)
    outside.after_step(h, h, labels, CLASSES)
    for name, value in inside.state_dict().items():
        assert torch.equal(value, outside.state_dict()[name])


def test_state_is_whole_and_comes_back() -> None:
    rule = Hebbian(center="running", rescale="mean_row")
    first, second = layer(rule), rule.build(HIDDEN, CLASSES)
    h, labels = batch(2)
    first.after_step(h, h, labels, CLASSES)
    assert set(first.state_dict()) == {"rows", "bias", "counters", "mean", "batches"}
    second.load_state_dict(first.state_dict())
    for one in (first, second):
        one.after_step(h, h, labels, CLASSES)
    for name, value in first.state_dict().items():
        assert torch.equal(value, second.state_dict()[name])


class Watched(TorchDispatchMode):
    """Counts the calls of torch, remembers the most elements that any gave out anew, and refuses
    waits for the device."""

    calls, most = 0, 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        waits = {"_local_scalar_dense", "nonzero", "_unique2", "item"}
        assert func.overloadpacket.__name__ not in waits
        result = func(*args, **(kwargs or {}))
        self.calls += 1
        # Views and writes in place allocate nothing.
        fresh = not func.is_view and not func.overloadpacket.__name__.endswith("_")
        for one in result if isinstance(result, tuple) else (result,):
            if fresh and isinstance(one, Tensor):
                self.most = max(self.most, one.numel())
        return result


def watched(rule: Hebbian, classes: int, hidden: int, labels: Tensor) -> Watched:
    """A write of a batch with those labels, the second of that size."""
    built = rule.build(hidden, classes)
    built.initialise(torch.Generator().manual_seed(0))
    h = torch.randn(len(labels), hidden)
    built.after_step(h, h, labels, classes)
    with Watched() as counted:
        built.after_step(h, h, labels, classes)
    return counted


@pytest.mark.parametrize("rescale", ["none", "row", "mean_row"])
@pytest.mark.parametrize("center", ["none", "running"])
def test_no_tensor_of_all_rows_is_made_and_the_host_never_waits(rescale: Any, center: Any) -> None:
    classes, hidden, size = 5_000, 32, 8
    rule = Hebbian(rescale=rescale, center=center)
    counted = watched(rule, classes, hidden, torch.randint(0, classes, (size,)))
    assert 0 < counted.most <= (classes if rescale == "mean_row" else size * hidden)


@pytest.mark.parametrize(
    ("rule", "calls"),
    [
        (Hebbian(), 14),
        (Hebbian(count_timing="after"), 20),
        (Hebbian(rescale="row"), 21),
        (Hebbian(rescale="row", center="running"), 29),
    ],
)
def test_a_window_of_words_takes_few_calls_and_no_more_than_its_own_rows(
    rule: Hebbian, calls: int
) -> None:
    """Hundreds of positions over tens of thousands of classes."""
    classes, hidden, size = 33_278, 64, 700
    counted = watched(rule, classes, hidden, torch.randint(0, 500, (size,)))
    # The oldest torch that is promised takes one more for one of them.
    assert counted.calls <= calls + (Version(torch.__version__) < Version("2.8"))
    assert counted.most == size * hidden < classes * hidden / 4
