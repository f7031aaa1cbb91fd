"""What a model made of the validation data, kept, so that settings are searched without it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float
from torch import Tensor

from hebbdsl.frozen import frozen

if TYPE_CHECKING:
    from hebbdsl.parts.outputs.layer import OutputLayer


ScoreAt = Callable[[Tensor, Tensor, int, Sequence[float]], Tensor]
"""`score_text` of an output at several values of a setting: [values, time, streams]."""


class WithEntropies(NamedTuple):
    """What an output predicts of labels.

    Attributes:
        labels: their log-probabilities.
        entropies: of the whole distribution at each, in nats.
    """

    labels: Tensor
    entropies: Tensor


class Stored:
    """Activations with their labels, and what the trained output predicts of them.

    Attributes:
        trained: the log-probability of each label by the trained output.
        entropies: the entropy of what it predicts at each; None: nothing needs it.
        squared_norm: the mean of ‖h‖².
    """

    trained: Float[Tensor, " words"]
    entropies: Float[Tensor, " words"] | None
    squared_norm: float

    def __init__(self) -> None:
        self._known: dict[tuple[OutputLayer, Hashable], Tensor] = {}
        self._known_with_entropies: dict[tuple[OutputLayer, Hashable], WithEntropies] = {}

    @abstractmethod
    def _replay(self, output: OutputLayer) -> Float[Tensor, " words"]:
        """The log-probability of each label by an output that begins with nothing remembered."""

    @abstractmethod
    def _replay_with_entropies(self, output: OutputLayer) -> WithEntropies:
        """The same, with entropies."""

    def scored_by(self, output: OutputLayer, settings: Hashable) -> Float[Tensor, " words"]:
        """The same, once for each of an output's settings."""
        key = output, settings
        if key not in self._known:
            self._known[key] = self._replay(output)
        return self._known[key]

    def scored_with_entropies_by(self, output: OutputLayer, settings: Hashable) -> WithEntropies:
        """The same, with entropies."""
        key = output, settings
        if key not in self._known_with_entropies:
            self._known_with_entropies[key] = self._replay_with_entropies(output)
        return self._known_with_entropies[key]

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


@frozen(eq=False)
class Tunable:
    """A positive number to be searched, by its logarithm.

    Attributes:
        name: its path in the output.
        around: where the search begins, which may depend on what was stored.
        set: gives it a value.
        prepare: where several values are scored together for little more than one: does that,
            before they are scored one by one.
    """

    name: str
    around: Callable[[Stored], float]
    set: Callable[[float], None]
    prepare: Callable[[Stored, Sequence[float]], None] | None = None
