"""Which examples each step sees: index arithmetic, the same on every device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from hebbdsl.program.randomness import numpy_generator


@dataclass(frozen=True, slots=True)
class InPlay:
    """Classes `0 .. classes - 1` are in play; those from `newest` on were added last."""

    classes: int
    newest: int


@dataclass(frozen=True, eq=False, slots=True)
class Batches:
    """The batches of some steps in a row; row i is the batch of step `first + i`."""

    labels: Int[Tensor, "steps batch"]
    places: Int[Tensor, "steps batch"]
    """Where they stand among the training examples."""
    exposures: Int[np.ndarray, " classes"]
    """How often each class in play stands in these batches."""


@dataclass(frozen=True, eq=False, slots=True)
class Sampler:
    """Draws batches, each without repeats: uniformly over the examples, or `newest_drawn` of the
    classes added last and the rest of the older ones. `offsets` are those of `Examples`."""

    seed: int
    batch_size: int
    offsets: Int[np.ndarray, " bounds"]
    newest_drawn: int | None

    def draw(self, first: int, steps: int, play: InPlay, device: torch.device) -> Batches:
        """Batches of steps `first .. first + steps - 1`, moved to the device in one copy."""
        places = np.stack([self._batch(step, play) for step in range(first, first + steps)])
        labels = np.searchsorted(self.offsets, places, side="right") - 1
        both = torch.from_numpy(np.stack([labels, places])).to(device)
        return Batches(both[0], both[1], np.bincount(labels.ravel(), minlength=play.classes))

    def _batch(self, step: int, play: InPlay) -> Int[np.ndarray, " batch"]:
        generator = numpy_generator(self.seed, "batch", step)
        every = self.offsets[play.classes]
        if self.newest_drawn is None or play.newest == 0:
            return generator.choice(every, self.batch_size, replace=False)
        older = self.offsets[play.newest]
        newest = generator.choice(every - older, self.newest_drawn, replace=False)
        rest = generator.choice(older, self.batch_size - self.newest_drawn, replace=False)
        return np.concatenate([older + newest, rest])
