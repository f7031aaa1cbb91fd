"""The laws that every output keeps. Words of installed packages are here without an edit."""

from __future__ import annotations

from collections.abc import Iterator
from math import log

import pytest
import torch
from torch import Tensor

from hebbdsl.diagnostics.diagnostic import At
from hebbdsl.parts.memory_output import MemoryOutput
from hebbdsl.parts.outputs.layer import OutputLayer, entropies_of
from hebbdsl.parts.outputs.memory_layer import MemoryLayer
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.outputs.stand_in import StandIn
from hebbdsl.parts.part import Output
from tests.accelerator import every

CLASSES, HIDDEN, BATCH = 7, 4, 11


def outputs() -> Iterator[tuple[str, Output]]:
    """Every word with its defaults, and with one field changed after another."""
    for word, output in every.parts(Output).items():
        yield word, output
        for change, changed in every.variations(output):
            yield f"{word}({change})", changed


ALL = dict(outputs())
of_every_output = pytest.mark.parametrize("name", ALL)


def batch(seed: int = 0, number: int = BATCH, active: int = CLASSES) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(number, HIDDEN, generator=generator)
    return h, torch.randint(0, active, (number,), generator=generator)


def initialised(output: Output) -> OutputLayer:
    layer = output.build(HIDDEN, CLASSES)
    layer.initialise(torch.Generator().manual_seed(0))
    return layer


def built(output: Output, shown: bool = True) -> OutputLayer:
    """With weights, with what it may stand for, and with what a batch leaves behind."""
    layer = initialised(output)
    for one in layer.modules():
        if isinstance(one, StandIn):
            one.stands_for = initialised(Softmax())
    if shown:
        h, labels = batch(1)
        layer.after_step(h, h, labels, CLASSES)
    return layer.eval()


@of_every_output
def test_the_plan_is_what_is_built(name: str) -> None:
    layers = ALL[name].layers(HIDDEN, CLASSES)
    with torch.device("meta"):
        module = ALL[name].build(HIDDEN, CLASSES)
    assert sum(layer.parameters for layer in layers) == sum(p.numel() for p in module.parameters())
    held = sum(buffer.numel() * buffer.element_size() for buffer in module.buffers())
    assert sum(layer.buffer_bytes for layer in layers) == held
    assert len({layer.name for layer in layers}) == len(layers)


@of_every_output
def test_what_learns_nothing_has_no_weights_and_may_be_added_at_test_time(name: str) -> None:
    output, layer = ALL[name], initialised(ALL[name])
    assert isinstance(output.memory, MemoryOutput | None)
    if len([*output.with_inner()]) == 1:
        assert any(True for _ in layer.parameters()) == output.learns
    if not output.learns:
        assert isinstance(layer, MemoryLayer)
        assert isinstance(output.build_at_test(HIDDEN, CLASSES, BATCH), MemoryLayer)


@of_every_output
@pytest.mark.parametrize("active", [3, CLASSES])
def test_the_probabilities_of_active_classes_sum_to_one(name: str, active: int) -> None:
    layer = built(ALL[name])
    h, labels = batch(2, active=active)
    found = layer.log_probabilities(h, active)
    assert found.shape == (BATCH, active)
    torch.testing.assert_close(found.exp().sum(1), torch.ones(BATCH))
    of_labels = layer.label_log_probabilities(h, labels, active)
    expected = found.gather(1, labels[:, None]).squeeze(1)
    torch.testing.assert_close(of_labels, expected, rtol=1e-4, atol=1e-5)


@of_every_output
def test_entropies_are_those_of_the_probabilities(name: str) -> None:
    layer, (h, _) = built(ALL[name]), batch(3)
    found = layer.entropies(h, CLASSES)
    expected = entropies_of(layer.log_probabilities(h, CLASSES).detach())
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    assert 0 <= float(found.min()) <= float(found.max()) <= log(CLASSES) + 1e-5


@of_every_output
def test_a_model_learns_by_it_where_it_says_so(name: str) -> None:
    layer, (h, labels) = built(ALL[name]), batch(4)
    h.requires_grad_()
    layer.draw(torch.Generator().manual_seed(0), CLASSES)
    loss = layer.loss(h, labels, CLASSES)
    assert loss.isfinite()
    assert loss.shape == ()
    loss.backward()
    assert h.grad is not None
    assert h.grad.isfinite().all()
    assert bool(h.grad.any()) == ALL[name].passes_gradients


@of_every_output
def test_predicting_changes_nothing(name: str) -> None:
    layer, (h, labels) = built(ALL[name]), batch(5)
    before = {key: value.clone() for key, value in layer.state_dict().items()}
    first = layer.log_probabilities(h, CLASSES)
    layer.label_log_probabilities(h, labels, CLASSES)
    assert torch.equal(layer.log_probabilities(h, CLASSES), first)
    after = layer.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(value, after[key]) for key, value in before.items())


@of_every_output
def test_its_state_is_all_that_it_predicts_with(name: str) -> None:
    """On examples: what is remembered of a held-out text is no part of the weights."""
    layer, other, (h, _) = built(ALL[name]), built(ALL[name], shown=False), batch(6)
    other.load_state_dict(layer.state_dict())
    expected = layer.log_probabilities(h, CLASSES)
    torch.testing.assert_close(other.log_probabilities(h, CLASSES), expected)


@of_every_output
def test_a_text_is_scored_alike_in_one_piece_and_in_several(name: str) -> None:
    """And a cleared memory scores as one that has read nothing."""
    whole, cut = built(ALL[name]), built(ALL[name])
    h, labels = batch(7, 46)
    h, labels = h.view(23, 2, HIDDEN), labels.view(23, 2)
    with torch.no_grad():
        expected = whole.score_text(h, labels, CLASSES)
        for _ in range(2):
            pieces = ((0, 1), (1, 9), (9, 23))
            found = [cut.score_text(h[a:b], labels[a:b], CLASSES) for a, b in pieces]
            torch.testing.assert_close(torch.cat(found), expected, rtol=1e-4, atol=1e-4)
            cut.clear_memory()


@of_every_output
def test_the_distribution_over_a_text_gives_the_score_of_each_token(name: str) -> None:
    if not ALL[name].predicts_text:
        return
    every_class, one = built(ALL[name]), built(ALL[name])
    h, labels = batch(8, 46)
    h, labels = h.view(23, 2, HIDDEN), labels.view(23, 2)
    with torch.no_grad():
        for a, b in ((0, 1), (1, 9), (9, 23)):
            found = every_class.text_log_probabilities(h[a:b], labels[a:b], CLASSES)
            assert found.shape == (b - a, 2, CLASSES)
            torch.testing.assert_close(found.exp().sum(2), torch.ones(b - a, 2))
            expected = one.score_text(h[a:b], labels[a:b], CLASSES)
            of_labels = found.gather(2, labels[a:b, :, None]).squeeze(2)
            torch.testing.assert_close(of_labels, expected, rtol=1e-4, atol=1e-4)


@of_every_output
def test_what_is_wrong_with_it_inside_another_is_said_at_its_own_places(name: str) -> None:
    for problem in ALL[name].errors_inside(every.parts(Output)["mixture"]):
        assert isinstance(problem.place, At)
