"""What a model makes of a held-out text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.expression.metric import Split
from hebbdsl.parts.adaptations.adapter import Adapter
from hebbdsl.parts.language import BLOCK, Corpus
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.memory_layer import MemoryLayer
from hebbdsl.parts.outputs.stored import ScoreAt, Stored, WithEntropies
from hebbdsl.parts.reporter import Reporter
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.program.language.streams import Streams
from hebbdsl.program.test_time import Predictor


@dataclass(frozen=True, eq=False, slots=True)
class Scored:
    """Negative log-likelihoods, summed by word in nats, and how often each word was a target."""

    sums: Float[np.ndarray, " words"]
    counts: Int[np.ndarray, " words"]

    def loss(self, chosen: np.ndarray | slice = slice(None)) -> float | None:
        """Mean over the words chosen; None: none of them was a target."""
        count = int(self.counts[chosen].sum())
        return float(self.sums[chosen].sum()) / count if count else None


OnProgress = Callable[[Split, int, int], None]
"""Is called with the split, how many of its tokens are scored, and how many it has."""


def no_progress(*_: object) -> None:
    """Reports nothing."""


def score(
    program: LanguageProgram, split: Split, streams: int, on_progress: OnProgress = no_progress
) -> Scored:
    """Read a split from its first word to its last, the state carried all the way.

    Args:
        streams: 1 reads it as one text; with more, each stream begins as if nothing stood before,
            which is faster, and makes the loss a little higher.
        on_progress: is called after each block of words, and may end it by an exception.
    """
    vocabulary_size = len(program.content.words)
    text = Streams(
        program.content.splits[split], streams, max(1, BLOCK // streams), vocabulary_size
    )
    program.model.eval()
    program.output.eval()
    program.output.clear_memory()

    def predicted() -> Iterator[Tensor]:
        state, done = program.start(streams), 0
        for start in range(0, text.windows, _READ):
            count = min(_READ, text.windows - start)
            for tokens, following in text.read(start, count, program.device):
                h, state = program.step.read(tokens, state)
                in_streams = h.view(*following.shape, -1)
                yield program.output.score_text(in_streams, following, vocabulary_size)
                done += following.numel()
                on_progress(split, done, streams * (text.length - 1))

    with torch.inference_mode():
        scored = _summed(predicted(), text.targets(), vocabulary_size)
    program.output.clear_memory()
    return scored


@dataclass(frozen=True, eq=False, slots=True)
class Passage:
    """A stretch of held-out text as the model reads it.

    Attributes:
        trained: the log-probability of each label by the trained output, adapted where it is.
        entropies: the entropy of what it says there; None: no output asks for it.
        begins: what was remembered before it was cleared: a boundary stands here.
    """

    h: Float[Tensor, "time streams hidden"]
    labels: Int[Tensor, "time streams"]
    trained: Float[Tensor, "time streams"]
    entropies: Float[Tensor, "time streams"] | None
    begins: bool


def passages(
    program: LanguageProgram, split: Split, at: Predictor, on_progress: OnProgress = no_progress
) -> Iterator[Passage]:
    """Read a split as one stream; an adaptation changes the weights between its stretches.

    Memories are cleared at boundaries, where a stretch ends early and the next begins. Weights are
    left as the adaptation leaves them: `weights_kept` is the caller's.
    """
    segment, needs_entropies = (
        None if at.adapter is None else at.adapter.segment,
        at.needs_entropies,
    )
    vocabulary_size = len(program.content.words)
    text = Streams(program.content.splits[split], 1, segment or BLOCK, vocabulary_size)
    _ready(program, gradients=segment is not None)
    at.clear_memory()
    weights = _weights(program)
    if at.adapter is not None:
        at.adapter.begin(weights)
    state, done, cuts = program.start(1), 0, _boundaries(program, split)
    for start in range(0, text.windows, _READ):
        count = min(_READ, text.windows - start)
        read = text.read(start, count, program.device)
        for tokens, following, begins in _cut(read, start * text.window, cuts):
            if begins:
                at.clear_memory()
            with torch.set_grad_enabled(segment is not None):
                h, state = program.step.read(tokens, state)
                state = tuple(one.detach() for one in state)
                h = h.view(*following.shape, -1)
                entropies = None
                if needs_entropies:
                    found, entropies = at.trained.score_text_with_entropies(
                        h, following, vocabulary_size
                    )
                else:
                    found = at.trained.score_text(h, following, vocabulary_size)
                loss = -found.mean()
            yield Passage(h.detach(), following, found.detach(), entropies, begins)
            done += len(following)
            on_progress(split, done, text.length - 1)
            if segment is not None:
                assert at.adapter is not None
                _backward(loss, weights)
                at.adapter.change()


def _boundaries(program: LanguageProgram, split: Split) -> frozenset[int]:
    """Before which targets, counted from 0, memories are cleared."""
    data = program.opened.dataset
    if program.setup.evaluation.boundary == "none":
        return frozenset()
    assert isinstance(data, Corpus), "stage 4 asks for one that tells its articles apart"
    places = data.articles(program.content.splits[split], program.content.words)
    # The first word of a text is no target.
    return frozenset((places[places > 0] - 1).tolist())


def _cut(
    windows: Iterable[tuple[Tensor, Tensor]], first: int, cuts: frozenset[int]
) -> Iterator[tuple[Tensor, Tensor, bool]]:
    """Windows in a row, the first of which begins at word `first`, cut where boundaries are."""
    for tokens, following in windows:
        inside = [at - first for at in range(first, first + len(tokens)) if at in cuts]
        ends = [0, *(at for at in inside if at), len(tokens)]
        for begin, end in pairwise(ends):
            yield tokens[begin:end], following[begin:end], first + begin in cuts
        first += len(tokens)


def gather_gradients(program: LanguageProgram, adapter: Adapter) -> None:
    """Show an adaptation the gradients of training batches, taken without dropout."""
    streams, vocabulary_size = program.train_streams, len(program.content.words)
    _ready(program, gradients=True)
    weights, state = _weights(program), program.start(streams.streams)
    count = min(adapter.training_batches, streams.windows)
    for start in range(0, count, _READ):
        windows = streams.read(start, min(_READ, count - start), program.device)
        for number, (tokens, following) in enumerate(windows, start):
            h, state = program.step.read(tokens, state)
            state = tuple(one.detach() for one in state)
            program.draw_samples("gathering", number, vocabulary_size)
            _backward(program.output.loss(h, following.flatten(), vocabulary_size), weights)
            adapter.gather(weights)


def remember_train(program: LanguageProgram, output: OutputLayer, reporter: Reporter) -> None:
    """Show the train text, in the streams it is trained in, to memories that are asked of it."""
    memories = [m for m in output.modules() if isinstance(m, MemoryLayer) and m.remembers_train]
    if not memories:
        return
    reporter.say("the train text is read, to be remembered")
    streams, vocabulary_size = program.train_streams, len(program.content.words)
    _ready(program, gradients=False)
    state = program.start(streams.streams)
    for start in range(0, streams.windows, _READ):
        for tokens, following in streams.read(start, _READ, program.device):
            with torch.no_grad():
                h, state = program.step.read(tokens, state)
                for memory in memories:
                    memory.after_step(h, h, following.flatten(), vocabulary_size)
        _, done = streams.span(start, _READ)
        reporter.advance(
            "the train text",
            streams.streams * done,
            streams.streams * (streams.length - 1),
            "words",
        )


def _ready(program: LanguageProgram, gradients: bool) -> None:
    """To read without dropout, whose masks are given from outside.

    Of a recurrent network a GPU pulls gradients back in training mode alone.
    """
    program.model.train(gradients)
    program.output.eval()


def _weights(program: LanguageProgram) -> list[nn.Parameter]:
    return [*program.model.parameters(), *program.output.parameters()]


def _backward(loss: Tensor, weights: Sequence[nn.Parameter]) -> None:
    for weight in weights:
        weight.grad = None
    loss.backward()  # type: ignore[no-untyped-call]


def score_at_test(
    program: LanguageProgram, split: Split, at: Predictor, on_progress: OnProgress = no_progress
) -> Scored:
    """Read a split once, as one stream, by what predicts at test time."""
    vocabulary_size = len(program.content.words)

    def predicted() -> Iterator[Tensor]:
        for passage in passages(program, split, at, on_progress):
            with torch.no_grad():
                at.give(passage.trained, passage.entropies)
                yield at.output.score_text(passage.h, passage.labels, vocabulary_size)
        at.give(None, None)

    targets = Streams(program.content.splits[split], 1, BLOCK).targets()
    return _summed(predicted(), targets, vocabulary_size)


class StoredText(Stored):
    """A validation text as the model reads it, kept on the device."""

    def __init__(
        self, program: LanguageProgram, at: Predictor, on_progress: OnProgress = no_progress
    ) -> None:
        super().__init__()
        self._vocabulary_size = len(program.content.words)
        self._targets = Streams(program.content.splits["validation"], 1, BLOCK).targets()
        self._passages = list(passages(program, "validation", at, on_progress))
        self.trained = torch.cat([passage.trained.flatten() for passage in self._passages])
        entropies = [p.entropies.flatten() for p in self._passages if p.entropies is not None]
        self.entropies = torch.cat(entropies) if entropies else None
        h = torch.cat([passage.h.flatten(0, 1) for passage in self._passages])
        self.squared_norm = float(h.square().sum(dim=1).mean())

    @torch.no_grad()
    def _replay(self, output: OutputLayer) -> Float[Tensor, " words"]:
        found = [
            output.score_text(p.h, p.labels, self._vocabulary_size) for p in self._read_by(output)
        ]
        return torch.cat([one.flatten() for one in found])

    @torch.no_grad()
    def _replay_with_entropies(self, output: OutputLayer) -> WithEntropies:
        found = [
            output.score_text_with_entropies(p.h, p.labels, self._vocabulary_size)
            for p in self._read_by(output)
        ]
        of_labels, entropies = (
            torch.cat([one.flatten() for one in each]) for each in zip(*found, strict=True)
        )
        return WithEntropies(of_labels, entropies)

    def _read_by(self, output: OutputLayer) -> Iterator[Passage]:
        """The passages, an output forgetting where it has to."""
        output.clear_memory()
        for passage in self._passages:
            if passage.begins:
                output.clear_memory()
            yield passage
        output.clear_memory()

    @torch.no_grad()
    def _replay_at(
        self, output: OutputLayer, settings: Sequence[float], score: ScoreAt
    ) -> Float[Tensor, "settings words"]:
        found = [
            score(p.h, p.labels, self._vocabulary_size, settings) for p in self._read_by(output)
        ]
        return torch.cat([one.flatten(1) for one in found], dim=1)

    def scored(self, terms: Float[Tensor, " words"]) -> Scored:
        """The losses of an output that said so of the labels."""
        return _summed([terms], self._targets, self._vocabulary_size)


def _summed(
    found: Iterable[Tensor], targets: Int[np.ndarray, " targets"], vocabulary_size: int
) -> Scored:
    """Log-probabilities of the targets, in their order, summed by word.

    On the host, in float64: not every device has it. It waits for the device once in a million.
    """
    sums, done = np.zeros(vocabulary_size), 0
    for log_probabilities in _on_the_host(found):
        labels = targets[done : done + len(log_probabilities)]
        np.add.at(sums, labels, -log_probabilities.astype(np.float64))
        done += len(labels)
    return Scored(sums, np.bincount(targets[:done], minlength=vocabulary_size))


def _on_the_host(found: Iterable[Tensor]) -> Iterator[Float[np.ndarray, " some"]]:
    """The same numbers, read from the device many at a time."""
    kept, many = list[Tensor](), 0
    for one in found:
        kept.append(one.flatten())
        many += one.numel()
        if many >= _AT_ONCE:
            yield torch.cat(kept).cpu().numpy()
            kept, many = [], 0
    if kept:
        yield torch.cat(kept).cpu().numpy()


_AT_ONCE = 1 << 20
"""Numbers that the device keeps until the host reads them: 4 MB."""

_READ = 64
"""Windows that are moved to the device at once."""
