"""A run on text: epochs of windows, perplexity measured, the best weights kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from math import exp, inf
from typing import Any

import numpy as np
import torch

from hebbdsl.expression.metric import Split
from hebbdsl.expression.metrics import FREQUENCIES, HELD_OUT, QUARTERS, perplexity_of
from hebbdsl.program.language.evaluation import Scored, score
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.run.monitor import Monitor
from hebbdsl.run.peak_memory import peak_memory
from hebbdsl.run.record import Evaluation, Level, Value
from hebbdsl.run.step_statistics import finite, finite_perplexities, finite_perplexity

_MOST_ON_CPU = 20
"""Steps between looks at what came out: they take seconds, and an end may be asked for."""
_MOST_AT_ONCE, _TOKENS_AT_ONCE = 1_000, 1 << 22
"""The same on another device, which is waited for then, and tokens that are copied there at once:
32 MB."""


class LanguageRun:
    """A run on text under way: what is counted on the host between evaluations."""

    def __init__(self, program: LanguageProgram) -> None:
        self._program = program
        self._training = program.setup.training
        self._every = program.plan.evaluate_every or program.train_streams.windows
        self._state = program.start(program.train_streams.streams)
        self.step = 0
        self._seconds = 0.0
        self._read_seconds: dict[Split, float] = {}
        self._rate = 1.0
        self._best = inf
        self._best_step = 0
        self._without_gain = 0
        self._scored: dict[Split, Scored] = {}

    @property
    def ended(self) -> bool:
        patience = self._training.patience
        exhausted = patience is not None and self._without_gain >= patience
        return exhausted or self.step >= self._program.steps

    @property
    def best(self) -> bool:
        return self._best_step == self.step

    def advance(self, monitor: Monitor) -> Evaluation:
        """Train up to the next evaluation, evaluate, and judge the weights.

        Raises: NotFiniteAt.
        """
        started = time.perf_counter()
        try:
            loss = self._train(monitor)
        finally:
            self._seconds += time.perf_counter() - started
        streams = self._training.evaluation_streams
        found = score(self._program, "validation", streams, monitor.reading).loss()
        assert found is not None, "a text that is read has words to ask for"
        finite_perplexity(self.step, "validation", found)
        self._judge(found)
        return Evaluation(
            step=self.step,
            seconds=round(self._seconds, 3),
            values={
                "epoch": self.step / self._program.train_streams.windows,
                "tokens": self._tokens(),
                "train_loss": loss,
                "validation_loss": found,
                "learning_rate": self._program.learning_rate,
                "best": self.best,
            },
        )

    def _train(self, monitor: Monitor) -> float:
        """Steps up to the next evaluation. Returns their mean loss. Raises: NotFiniteAt."""
        program, losses = self._program, []
        end = min(self.step + self._every - self.step % self._every, program.steps)
        while self.step < end:
            count = min(end - self.step, self._at_once())
            statistics = torch.empty(
                count, len(program.update.statistic_names), device=program.device
            )
            self._state = program.train(self.step, self._state, statistics, self._rate)
            losses.append(finite(program.update, statistics, self.step)[:, 0])
            self.step += count
            if self.step < end:
                monitor.trained(self.step, float(losses[-1][-1]))
        return float(torch.cat(losses).mean())

    def _at_once(self) -> int:
        """Steps after which the host looks at what came out."""
        if self._program.device.type == "cpu":
            return _MOST_ON_CPU
        streams = self._program.train_streams
        return max(1, min(_MOST_AT_ONCE, _TOKENS_AT_ONCE // (streams.streams * streams.window)))

    def _judge(self, loss: float) -> None:
        """Remember when the weights were best, and slow down where these are not."""
        if loss < self._best:
            self._best, self._best_step, self._without_gain = loss, self.step, 0
        else:
            self._without_gain += 1
            self._rate *= self._training.learning_rate_decay

    def conclude(self, monitor: Monitor) -> None:
        """Read both held-out texts whole. Raises: NotFiniteAt."""
        for split in HELD_OUT:
            started = time.perf_counter()
            found = score(self._program, split, 1, monitor.reading)
            finite_perplexities(self.step, losses(self._program, {split: found}))
            self._scored[split] = found
            self._read_seconds[split] = time.perf_counter() - started

    @property
    def levels(self) -> tuple[Level, ...]:
        return (Level(classes=len(self._program.content.words), began=0, passed=None),)

    def data(self) -> Mapping[str, Any]:
        """What the record says of the data beside its word and origin."""
        content = self._program.content
        tokens = {split: len(ids) for split, ids in content.splits.items()}
        return {"words": len(content.words), "tokens": tokens}

    def _tokens(self) -> int:
        """How many words were asked for so far."""
        streams = self._program.train_streams
        epochs, windows = divmod(self.step, streams.windows)
        rest = min(windows * streams.window, streams.length - 1)
        return streams.streams * (epochs * (streams.length - 1) + rest)

    def metrics(self) -> Mapping[str, Value]:
        found = perplexities(self._program, self._scored)
        if (seconds := self._read_seconds.get("test")) is not None:
            words = int(self._scored["test"].counts.sum())
            found["predictions_per_second"] = Value(value=words / seconds)
        if self._best_step:
            found["best_validation_step"] = Value(value=self._best_step)
        if self.step:
            found["tokens_per_second"] = Value(value=self._tokens() / self._seconds)
            found["steps_per_second"] = Value(value=self.step / self._seconds)
            found["peak_memory"] = Value(value=peak_memory(self._program.device))
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
