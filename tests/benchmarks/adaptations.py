"""MbPA and dynamic evaluation, beside the loops that their papers describe, in one process.

The peers are written out with autograd: MbPA copies the rows for every word, looks its neighbours
up, takes its steps and discards the copy; dynamic evaluation reads a segment, pulls its loss back
and changes every weight. Their losses are compared with ours word by word. Peers read few words,
ours more; times are processor time for each word, on one thread.

    python tests/benchmarks/adaptations.py [--words 33278] [--width 200]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hebbdsl.parts.adaptations.dynamic_evaluation.spec import DynamicEvaluation
from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.program.language.evaluation import gather_gradients, passages
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.program.test_time import at_test
from hebbdsl.spec.experiment import Evaluation
from tests import words as tiny

REMEMBERED, PEER_WORDS, OUR_WORDS, STRETCH = 1_000, 20, 4_096, 1_024
SEGMENT, PEER_SEGMENTS, OUR_SEGMENTS = 20, 10, 30
BATCHES = 5


def timed(work: Callable[[], Tensor]) -> tuple[float, Tensor]:
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def report(what: str, theirs: float, ours: float, apart: float) -> None:
    print(
        f"{what}: peer {1 / theirs:,.1f} words/s, ours {1 / ours:,.0f} words/s,"
        f" {theirs / ours:,.1f} times; largest difference {apart:.1e} nats"
    )


def mbpa_peer(
    spec: Mbpa, layer: SoftmaxLayer, h: Tensor, labels: Tensor, first: int, count: int
) -> Tensor:
    assert layer.bias is not None
    found, rate = [], spec.learning_rate
    assert isinstance(rate, float)
    for place in range(first, first + count):
        keys, known = (
            h[max(0, place - spec.size) : place],
            labels[max(0, place - spec.size) : place],
        )
        near = (keys - h[place]).square().sum(1).topk(spec.neighbours, largest=False)
        weight = 1 / (spec.epsilon + near.values)
        weight = weight / weight.sum()
        rows, bias = layer.rows.detach().clone(), layer.bias.detach().clone()
        for _ in range(spec.steps):
            rows.requires_grad_(), bias.requires_grad_()
            logits = F.linear(keys[near.indices], rows, bias)
            loss = F.cross_entropy(logits, known[near.indices], reduction="none")
            (weight * loss).sum().backward()
            with torch.no_grad():
                rows = rows - rate * (rows.grad + spec.pull * (rows - layer.rows))
                bias = bias - rate * (bias.grad + spec.pull * (bias - layer.bias))
        with torch.no_grad():
            logits = F.linear(h[place], rows, bias)
            found.append(-F.cross_entropy(logits[None], labels[place, None]))
    return torch.stack(found)


def mbpa(words: int, width: int, spec: Mbpa) -> None:
    generator = torch.Generator().manual_seed(0)
    h = torch.tanh(torch.randn(OUR_WORDS, width, generator=generator))
    labels = (words ** torch.rand(OUR_WORDS, generator=generator)).long() - 1
    layer = Softmax(row_norm=2).build(width, words)
    assert isinstance(layer, SoftmaxLayer)
    layer.initialise(generator)
    before = [one.clone() for one in layer.parameters()]
    adapted = spec.build().wrap(layer)

    def read() -> Tensor:
        parts = [slice(at, at + STRETCH) for at in range(0, OUR_WORDS, STRETCH)]
        return torch.cat(
            [adapted.score_text(h[p, None], labels[p, None], words)[:, 0] for p in parts]
        )

    ours, found = timed(read)
    first = spec.size + 7
    theirs, expected = timed(lambda: mbpa_peer(spec, layer, h, labels, first, PEER_WORDS))
    apart = (found[first : first + PEER_WORDS] - expected).abs().max()
    assert all(torch.equal(a, b) for a, b in zip(before, layer.parameters(), strict=True))
    what = f"mbpa, {spec.steps} step{'s' * (spec.steps > 1)}"
    report(what, theirs / PEER_WORDS, ours / OUR_WORDS, float(apart))


def program_of(words: int, width: int, adaptation: DynamicEvaluation) -> LanguageProgram:
    generator = np.random.default_rng(0)

    def text(count: int) -> np.ndarray:
        return (words ** generator.random(count)).astype(np.int32) - 1

    splits = {
        "train": text(8_001),
        "validation": text(500),
        "test": text(OUR_SEGMENTS * SEGMENT + 1),
    }
    counts = np.bincount(splits["train"], minlength=words)
    names = [f"w{number}" for number in range(words)]
    content = replace(tiny.content(), words=names, counts=counts, splits=splits)
    assert isinstance(content, CorpusContent)
    setup = tiny.setup(
        model=Lstm(hidden=(width,), embedding=width),
        output=Softmax(row_norm=2),
        batch_size=20,
        sequence_length=35,
    )
    return tiny.program(replace(setup, evaluation=Evaluation(adaptation=adaptation)), text=content)


class Peer(nn.Module):
    """The same model of torch's own modules."""

    def __init__(self, program: LanguageProgram, words: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.lstm = nn.LSTM(width, width)
        self.rows = nn.Linear(width, words)
        given = program.state()
        with torch.no_grad():
            self.lstm.bias_hh_l0.zero_()
            for name, value in given.items():
                if value.shape == (words, width):
                    target = self.embedding if "embedding" in name else self.rows
                    target.weight.copy_(value)
                elif "input_weights" in name:
                    self.lstm.weight_ih_l0.copy_(value)
                elif "hidden_weights" in name:
                    self.lstm.weight_hh_l0.copy_(value)
                elif value.shape == (words,):
                    self.rows.bias.copy_(value)
                elif value.shape == (4 * width,):
                    self.lstm.bias_ih_l0.copy_(value)
        self.lstm.bias_hh_l0.requires_grad_(requires_grad=False)

    def losses(self, tokens: Tensor, following: Tensor, state: object) -> tuple[Tensor, object]:
        h, state = self.lstm(self.embedding(tokens), state)
        logits = self.rows(h)
        found = F.cross_entropy(logits.flatten(0, 1), following.flatten(), reduction="none")
        return found, tuple(one.detach() for one in state)  # type: ignore[attr-defined]


def dynamic_peer(
    program: LanguageProgram, peer: Peer, spec: DynamicEvaluation
) -> tuple[float, Tensor]:
    weights = [one for one in peer.parameters() if one.requires_grad]
    squares = [torch.zeros_like(one) for one in weights]
    state: object = None
    for tokens, following in program.train_streams.read(0, BATCHES, program.device):
        peer.zero_grad()
        loss, state = peer.losses(tokens, following, state)
        loss.mean().backward()
        for total, weight in zip(squares, weights, strict=True):
            total += weight.grad**2
    root = [(total / BATCHES).sqrt() for total in squares]
    mean = sum(float(one.double().sum()) for one in root) / sum(one.numel() for one in root)
    share = [(one / mean).clamp(max=1 / spec.decay) for one in root]
    start = [one.detach().clone() for one in weights]
    text = torch.from_numpy(program.content.splits["test"].astype(np.int64))[:, None]

    def read() -> Tensor:
        found, state = [], None
        for at in range(0, PEER_SEGMENTS * SEGMENT, SEGMENT):
            peer.zero_grad()
            loss, state = peer.losses(
                text[at : at + SEGMENT], text[at + 1 : at + SEGMENT + 1], state
            )
            found.append(-loss.detach())
            loss.mean().backward()
            with torch.no_grad():
                for weight, first, rms, part in zip(weights, start, root, share, strict=True):
                    back = spec.decay * part * (first - weight)
                    weight += back - spec.learning_rate * weight.grad / (rms + spec.epsilon)
        return torch.cat(found)

    return timed(read)


def dynamic(words: int, width: int) -> None:
    spec = DynamicEvaluation(segment_length=SEGMENT, training_batches=BATCHES, learning_rate=5e-4)
    program = program_of(words, width, spec)
    theirs, expected = dynamic_peer(program, Peer(program, words, width), spec)
    at = at_test(program)
    assert at.adapter is not None
    gather_gradients(program, at.adapter)

    def read() -> Tensor:
        return torch.cat([one.trained.flatten() for one in passages(program, "test", at)])

    ours, found = timed(read)
    apart = (found[: len(expected)] - expected).abs().max()
    what = f"dynamic evaluation, segments of {SEGMENT}"
    report(what, theirs / len(expected), ours / len(found), float(apart))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--words", type=int, default=33_278)
    parser.add_argument("--width", type=int, default=200)
    given = parser.parse_args()
    torch.set_num_threads(1)
    mbpa(given.words, given.width, Mbpa(size=REMEMBERED))
    mbpa(given.words, given.width, Mbpa(size=REMEMBERED, steps=3, pull=0.1))
    dynamic(given.words, given.width)


if __name__ == "__main__":
    main()
