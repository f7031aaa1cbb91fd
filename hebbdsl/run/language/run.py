"""A run of language: epochs of windows, perplexity measured, the best weights kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float
from torch import Tensor

from hebbdsl.expression.metric import Split
from hebbdsl.expression.metrics import FREQUENCIES, HELD_OUT, QUARTERS, perplexity_of
from hebbdsl.parts.reporter import Reporter
from hebbdsl.program.language.evaluation import (
    Scored,
    StoredText,
    gather_gradients,
    remember_train,
    score,
    score_at_test,
)
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.program.program import Program
from hebbdsl.program.test_time import Predictor, weights_kept
from hebbdsl.program.tuning import tune
from hebbdsl.run.loop import Measured, Run
from hebbdsl.run.monitor import Monitor
from hebbdsl.run.record import Level, Record, Value
from hebbdsl.run.state import RunState
from hebbdsl.run.step_statistics import finite_perplexities, finite_perplexity

_MOST_ON_CPU = 20
"""Steps between looks at what came out: they take seconds, and an end may be asked for."""
_MOST_AT_ONCE, _TOKENS_AT_ONCE = 1_000, 1 << 22
"""The same on another device, which is waited for then, and tokens that are copied there at once:
32 MB."""


@dataclass(kw_only=True, slots=True)
class LanguageState(RunState):
    """What the host knows of a run.

    Attributes:
        rate: factor of the learning rate, beside the schedule's.
        best: the lowest validation loss; None: there was no evaluation.
        best_step: of it.
        without_gain: evaluations in a row that were not the best.
    """

    rate: float = 1.0
    best: float | None = None
    best_step: int = 0
    without_gain: int = 0


class LanguageRun(Run):
    """A run of language under way."""

    states: ClassVar[type[RunState]] = LanguageState
    program: LanguageProgram
    state: LanguageState

    def __init__(
        self, program: Program, state: RunState | None = None, carried: tuple[Tensor, ...] = ()
    ) -> None:
        assert isinstance(program, LanguageProgram), program
        state = LanguageState() if state is None else state
        assert isinstance(state, LanguageState), state
        self.program, self.state = program, state
        self.carried = carried or program.start(program.train_streams.streams)
        self._training = program.setup.training
        self._read_seconds: dict[Split, float] = {}
        self._scored: dict[Split, Scored] = {}

    @property
    def steps(self) -> int:
        return self.program.steps

    @property
    def evaluate_every(self) -> int:
        return self.program.plan.evaluate_every or self.program.train_streams.windows

    @property
    def steps_at_once(self) -> int:
        if self.program.device.type == "cpu":
            return _MOST_ON_CPU
        streams = self.program.train_streams
        return max(1, min(_MOST_AT_ONCE, _TOKENS_AT_ONCE // (streams.streams * streams.window)))

    @property
    def ended(self) -> bool:
        patience = self._training.patience
        exhausted = patience is not None and self.state.without_gain >= patience
        return exhausted or self.state.step >= self.steps

    @property
    def best(self) -> bool:
        return self.state.best_step == self.state.step

    def train(self, statistics: Float[Tensor, "steps statistics"]) -> None:
        state = self.state
        self.carried = self.program.train(state.step, self.carried, statistics, state.rate)

    def evaluate(self, loss: float, monitor: Monitor) -> Measured:
        """The validation loss; where it is not the best so far, the learning rate falls."""
        program, state = self.program, self.state
        streams = self._training.evaluation_streams
        found = score(program, "validation", streams, monitor.reading).loss()
        assert found is not None, "a text that is read has words to ask for"
        finite_perplexity(state.step, "validation", found)
        if state.best is None or found < state.best:
            state.best, state.best_step, state.without_gain = found, state.step, 0
        else:
            state.without_gain += 1
            state.rate *= self._training.learning_rate_decay
        return {
            "epoch": state.step / program.train_streams.windows,
            "tokens": self._tokens(),
            "train_loss": loss,
            "validation_loss": found,
            "learning_rate": program.learning_rate,
            "best": self.best,
        }, None

    def conclude(self, monitor: Monitor) -> None:
        """Read both held-out texts whole. Raises: NotFiniteAt."""
        for split in HELD_OUT:
            started = time.perf_counter()
            found = score(self.program, split, 1, monitor.reading)
            finite_perplexities(self.state.step, losses(self.program, {split: found}))
            self._scored[split] = found
            self._read_seconds[split] = time.perf_counter() - started

    def evaluate_trained(
        self, at: Predictor, parent: Record, reporter: Reporter, monitor: Monitor
    ) -> Mapping[str, Value]:
        program = self.program
        scored = dict[Split, Scored]()
        if at.adapter is not None and at.adapter.training_batches:
            reporter.say("gradients of training batches are gathered")
            gather_gradients(program, at.adapter)
        remember_train(program, at.output, reporter)
        with weights_kept(program):
            reporter.say("the validation text is read")
            if program.setup.evaluation.tunes:
                stored = StoredText(program, at, monitor.reading)
                reporter.say("settings are searched on what was stored of it")
                tune(at, stored)
                scored["validation"] = stored.scored(at.output.score_stored(stored))
            else:
                scored["validation"] = score_at_test(program, "validation", at, monitor.reading)
        finite_perplexities(parent.steps, losses(program, scored))
        with weights_kept(program):
            reporter.say("the test text is read")
            started = time.perf_counter()
            scored["test"] = score_at_test(program, "test", at, monitor.reading)
            seconds = time.perf_counter() - started
        finite_perplexities(parent.steps, losses(program, scored))
        speed = int(scored["test"].counts.sum()) / seconds
        return perplexities(program, scored) | {"predictions_per_second": Value(value=speed)}

    @property
    def levels(self) -> tuple[Level, ...]:
        return (Level(classes=len(self.program.content.words), began=0, passed=None),)

    def data(self) -> Mapping[str, Any]:
        content = self.program.content
        tokens = {split: len(ids) for split, ids in content.splits.items()}
        return {"words": len(content.words), "tokens": tokens}

    def _tokens(self) -> int:
        """How many words were asked for so far."""
        streams = self.program.train_streams
        epochs, windows = divmod(self.state.step, streams.windows)
        rest = min(windows * streams.window, streams.length - 1)
        return streams.streams * (epochs * (streams.length - 1) + rest)

    def metrics(self) -> Mapping[str, Value]:
        found = perplexities(self.program, self._scored)
        if (seconds := self._read_seconds.get("test")) is not None:
            words = int(self._scored["test"].counts.sum())
            found["predictions_per_second"] = Value(value=words / seconds)
        if self.state.best_step:
            found["best_validation_step"] = Value(value=self.state.best_step)
        if self.state.step:
            found["tokens_per_second"] = Value(value=self._tokens() / self.state.seconds)
        return found


def perplexities(program: LanguageProgram, scored: Mapping[Split, Scored]) -> dict[str, Value]:
    """Of each split, in all and by bands of frequency: those of losses that were found finite."""
    means = _means(program, scored)
    return {name: Value(value=exp(loss), tokens=tokens) for name, loss, tokens in means}


def losses(program: LanguageProgram, scored: Mapping[Split, Scored]) -> dict[str, float]:
    """The mean losses whose perplexities a record has, by name of these."""
    return {name: loss for name, loss, _ in _means(program, scored)}


def _means(
    program: LanguageProgram, scored: Mapping[Split, Scored]
) -> Iterator[tuple[str, float, int]]:
    """A perplexity's name, the mean loss, and over how many tokens it is one."""
    bands = dict(bands_of(program.content.counts))
    for split, one in scored.items():
        chosen: dict[str, np.ndarray | slice] = {perplexity_of(split): slice(None)}
        chosen |= {perplexity_of(split, band): words for band, words in bands.items()}
        for metric, words in chosen.items():
            if (loss := one.loss(words)) is not None:
                yield metric, loss, int(one.counts[words].sum())


def bands_of(counts: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Which words belong to each band of frequency: ids, which stand by falling count."""
    for name, (least, most) in FREQUENCIES.items():
        within = counts >= least
        yield name, np.flatnonzero(within if most is None else within & (counts <= most))
    for number, ids in enumerate(np.array_split(np.arange(len(counts)), len(QUARTERS)), start=1):
        yield f"quarter_{number}", ids
