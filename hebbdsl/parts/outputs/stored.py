"""What a model made of the validation data, kept, so that settings are searched without it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float
from torch import Tensor

if TYPE_CHECKING:
    from hebbdsl.parts.outputs.layer import OutputLayer


ScoreAt = Callable[[Tensor, Tensor, int, Sequence[float]], Tensor]
"""`score_text` of an output at several values of a setting: [values, time, streams]."""


class Judged(NamedTuple):
    """What an output says of labels, and how unsure it was of them.

    Attributes:
        labels: log-probabilities.
        entropies: of all that it said there, in nats.
    """

    labels: Tensor
    entropies: Tensor


class Stored:
    """Activations with the labels that were asked for, and what the trained output says of them.

    Attributes:
        trained: the log-probability of each label by the trained output.
        unsure: the entropy of what it says at each; None: it was not asked for.
        squared_norm: the mean of ‖h‖².
    """

    trained: Float[Tensor, " words"]
    unsure: Float[Tensor, " words"] | None
    squared_norm: float

    def __init__(self) -> None:
        self._known: dict[tuple[OutputLayer, Hashable], Tensor] = {}
        self._judged: dict[tuple[OutputLayer, Hashable], Judged] = {}

    @abstractmethod
    def _replay(self, output: OutputLayer) -> Float[Tensor, " words"]:
        """The log-probability of each label by an output that begins with nothing remembered."""

    @abstractmethod
    def _judge(self, output: OutputLayer) -> Judged:
        """The same, with entropies."""

    def scored_by(self, output: OutputLayer, settings: Hashable) -> Float[Tensor, " words"]:
        """The same, once for each of an output's settings."""
        key = output, settings
        if key not in self._known:
            self._known[key] = self._replay(output)
        return self._known[key]

    def judged_by(self, output: OutputLayer, settings: Hashable) -> Judged:
        """The same, with entropies."""
        key = output, settings
        if key not in self._judged:
            self._judged[key] = self._judge(output)
        return self._judged[key]

    def score_together(
        self, output: OutputLayer, settings: Sequence[float], score: ScoreAt
    ) -> None:
        """Have ready what `scored_by` will be asked for, in one go."""
        missing = [one for one in settings if (output, one) not in self._known]
        if missing:
            found = self._replay_at(output, missing, score)
            self._known |= {(output, one): said for one, said in zip(missing, found, strict=True)}

    def _replay_at(
        self, output: OutputLayer, settings: Sequence[float], score: ScoreAt
    ) -> Float[Tensor, "settings words"]:
        raise NotImplementedError("only what reads a text is asked for several settings at once")


@dataclass(frozen=True, eq=False, slots=True)
class Tunable:
    """A positive number to be searched, by its logarithm.

    Attributes:
        name: its path in the output.
        around: where the search begins, which may depend on what was stored.
        turn: gives it a value.
        ask: where several values are stored together for little more than one: does that, before
            they are asked for one by one.
    """

    name: str
    around: Callable[[Stored], float]
    turn: Callable[[float], None]
    ask: Callable[[Stored, Sequence[float]], None] | None = None
