"""`dynamic_evaluation` of a whole program beside a loop that writes everything out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from hebbdsl.parts.adaptations.dynamic_evaluation.spec import DynamicEvaluation
from hebbdsl.parts.models.gru.spec import Gru
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.models.transformer.spec import Transformer
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.program.language.evaluation import gather_gradients, score, score_at_test
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.program.test_time import at_test, weights_kept
from hebbdsl.spec.experiment import Evaluation
from tests import words

Weights = Mapping[str, Tensor]
WIDTH = 12


def trained(adaptation: DynamicEvaluation, **changes: object) -> LanguageProgram:
    setup = replace(words.setup(**changes), evaluation=Evaluation(adaptation=adaptation))
    program = words.program(setup)
    statistics = torch.zeros(60, len(program.update.statistic_names))
    program.train(0, program.start(program.train_streams.streams), statistics, 1.0)
    return program


def weights_of(program: LanguageProgram) -> dict[str, Tensor]:
    """In float64. A tied embedding is the rows."""
    found = {**dict(program.model.named_parameters()), **dict(program.output.named_parameters())}
    return {name: value.detach().double().requires_grad_() for name, value in found.items()}


def losses(w: Weights, tokens: Tensor, following: Tensor, state: list[Tensor]) -> Tensor:
    """Of words [time, streams], equation by equation; `state` is changed in place."""
    table = w.get("embedding", w["rows"])
    found = []
    for at in range(len(tokens)):
        h, c = state
        gates = (
            table[tokens[at]] @ w["layers.0.input_weights"].T
            + h @ w["layers.0.hidden_weights"].T
            + w["layers.0.bias"]
        )
        enter, keep, new, leave = gates.chunk(4, dim=-1)
        c = keep.sigmoid() * c + enter.sigmoid() * new.tanh()
        h = leave.sigmoid() * c.tanh()
        state[:] = [h, c]
        logits = h @ w["rows"].T + w["bias"]
        found.append(F.cross_entropy(logits, following[at], reduction="none"))
    return torch.stack(found)


def nothing(streams: int) -> list[Tensor]:
    return [torch.zeros(streams, WIDTH, dtype=torch.float64) for _ in range(2)]


def literally(program: LanguageProgram, spec: DynamicEvaluation) -> tuple[list[int], list[float]]:
    w, training = weights_of(program), program.setup.training
    squares = {name: torch.zeros_like(value) for name, value in w.items()}
    tokens = torch.from_numpy(program.content.splits["train"]).long()
    length = len(tokens) // training.batch_size
    columns = tokens[: length * training.batch_size].view(training.batch_size, length).T
    state, batches = nothing(training.batch_size), 0
    for start in range(0, length - 1, training.sequence_length):
        if batches == spec.training_batches:
            break
        stop = min(start + training.sequence_length, length - 1)
        mean = losses(w, columns[start:stop], columns[start + 1 : stop + 1], state).mean()
        for name, gradient in zip(w, torch.autograd.grad(mean, [*w.values()]), strict=True):
            squares[name] += gradient**2
        state, batches = [one.detach() for one in state], batches + 1
    root = {name: (total / batches).sqrt() for name, total in squares.items()}
    every = torch.cat([one.flatten() for one in root.values()]).mean()
    start_weights = {name: value.detach().clone() for name, value in w.items()}
    text = torch.from_numpy(program.content.splits["test"]).long()[:, None]
    state, found = nothing(1), list[float]()
    for start in range(0, len(text) - 1, spec.segment_length):
        stop = min(start + spec.segment_length, len(text) - 1)
        one = losses(w, text[start:stop], text[start + 1 : stop + 1], state)
        found += one.flatten().tolist()
        gradients = torch.autograd.grad(one.mean(), [*w.values()])
        state = [part.detach() for part in state]
        with torch.no_grad():
            for (name, value), gradient in zip(w.items(), gradients, strict=True):
                share = (root[name] / every).clamp(max=1 / spec.decay if spec.decay else torch.inf)
                value += spec.decay * share * (start_weights[name] - value)
                value -= spec.learning_rate * gradient / (root[name] + spec.epsilon)
    return text[1:, 0].tolist(), found


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize(
    "spec",
    [
        DynamicEvaluation(segment_length=4, training_batches=9, learning_rate=0.01),
        DynamicEvaluation(segment_length=1, training_batches=3, decay=0.3, epsilon=0.01),
        DynamicEvaluation(segment_length=7, training_batches=500, decay=1.0, learning_rate=0.02),
        DynamicEvaluation(segment_length=1_000, training_batches=2, decay=0.0),
    ],
)
def test_it_is_the_literal_loop(spec: DynamicEvaluation, tied: bool) -> None:
    model = Lstm(hidden=(WIDTH,), embedding=WIDTH, tied=tied)
    program = trained(spec, model=model, output=Softmax())
    labels, expected = literally(program, spec)
    at = at_test(program)
    assert at.adapter is not None
    gather_gradients(program, at.adapter)
    with weights_kept(program):
        found = score_at_test(program, "test", at)
    sums = torch.zeros(words.WORDS, dtype=torch.float64)
    sums.index_add_(0, torch.tensor(labels), torch.tensor(expected, dtype=torch.float64))
    assert found.sums == pytest.approx(sums.numpy(), rel=2e-4, abs=2e-3)
    assert found.loss() == pytest.approx(sum(expected) / len(expected), abs=2e-5)


@pytest.mark.parametrize(
    "model",
    [
        Gru(hidden=(WIDTH,), embedding=WIDTH, input_dropout=0.5, dropout=0.5),
        Transformer(d_model=WIDTH, embedding=WIDTH, num_heads=2, num_layers=1, context_length=8),
        Lstm(hidden=(WIDTH,), embedding=WIDTH, input_dropout=0.5, hidden_dropout=0.5, dropout=0.5),
    ],
)
def test_with_every_model_it_reads_without_dropout_and_the_weights_come_back(
    model: object,
) -> None:
    still = DynamicEvaluation(learning_rate=0, decay=0.1, segment_length=4, training_batches=3)
    program = trained(still, model=model, output=Softmax())
    before = {name: value.clone() for name, value in program.state().items()}
    plain = score(program, "test", 1)
    at = at_test(program)
    assert at.adapter is not None
    gather_gradients(program, at.adapter)
    # Without a step nothing is to be pulled back: it is the trained model, word for word.
    assert score_at_test(program, "test", at).sums == pytest.approx(plain.sums, abs=2e-3)
    moving = trained(replace(still, learning_rate=0.002), model=model, output=Softmax())
    at = at_test(moving)
    assert at.adapter is not None
    gather_gradients(moving, at.adapter)
    with weights_kept(moving):
        first = score_at_test(moving, "test", at)
    with weights_kept(moving):
        again = score_at_test(moving, "test", at)
    assert first.loss() != pytest.approx(plain.loss(), abs=1e-3)
    assert (first.sums == again.sums).all()
    assert all(torch.equal(value, before[name]) for name, value in moving.state().items())


def test_what_is_ahead_changes_nothing() -> None:
    """The losses of the first words are the same whatever stands after them."""
    spec = DynamicEvaluation(segment_length=4, training_batches=3, learning_rate=0.02)
    program = trained(spec, output=Softmax())
    text = words.content()
    short = replace(text, splits={**text.splits, "test": text.splits["test"][:62]})
    other = words.program(program.setup, text=short)
    for name, value in program.state().items():
        with torch.no_grad():
            other.state()[name].copy_(value)
    found = []
    for one in (program, other):
        at = at_test(one)
        assert at.adapter is not None
        gather_gradients(one, at.adapter)
        with weights_kept(one):
            found.append(score_at_test(one, "test", at))
    longer, shorter = found
    assert (longer.sums >= shorter.sums - 1e-4).all()
