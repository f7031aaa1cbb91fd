"""What memories do at test time beyond what every output layer does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from jaxtyping import Float
from torch import Tensor

from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.stored import Stored, Tunable, WithEntropies


class MemoryLayer(OutputLayer):
    """An output layer that may be added to a trained model: a memory, or what passes questions on
    to memories inside it. Its settings may be searched on stored validation data.

    Attributes:
        needs_entropies: whether it needs the entropies of what outputs inside it predict.
        remembers_train: whether it is to be shown the train text before it reads a held-out one.
    """

    needs_entropies: bool = False
    remembers_train: bool = False

    def tunables(self) -> Iterator[Tunable]:
        """The settings that are to be searched on validation."""
        return iter(())

    def tuned(self) -> Mapping[str, float | Sequence[float]]:
        """What was chosen there, by path."""
        return {}

    def score_stored(self, stored: Stored) -> Float[Tensor, " examples"]:
        """The log-probability of each stored label, shares found on the way kept."""
        return stored.scored_by(self, None)

    def score_stored_with_entropies(self, stored: Stored) -> WithEntropies:
        """The same, with the entropies of what is predicted for each."""
        return stored.scored_with_entropies_by(self, None)
