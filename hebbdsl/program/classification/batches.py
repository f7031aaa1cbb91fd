"""Which images each step sees: index arithmetic, the same on every device."""

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
    drawings: Int[Tensor, "steps batch"]
    exposures: Int[np.ndarray, " classes"]
    """How often each class in play stands in these batches."""


@dataclass(frozen=True, slots=True)
class Sampler:
    """Draws batches, each without repeats: uniformly, or `newest_drawn` images of the classes added
    last and the rest of the older ones."""

    seed: int
    batch_size: int
    train_drawings: int
    newest_drawn: int | None

    def draw(self, first: int, steps: int, play: InPlay, device: torch.device) -> Batches:
        """Batches of steps `first .. first + steps - 1`, moved to the device in one copy."""
        images = np.stack([self._batch(step, play) for step in range(first, first + steps)])
        labels, drawings = np.divmod(images, self.train_drawings)
        both = torch.from_numpy(np.stack([labels, drawings])).to(device)
        return Batches(both[0], both[1], np.bincount(labels.ravel(), minlength=play.classes))

    def _batch(self, step: int, play: InPlay) -> Int[np.ndarray, " batch"]:
        generator = numpy_generator(self.seed, "batch", step)
        every = play.classes * self.train_drawings
        if self.newest_drawn is None or play.newest == 0:
            return generator.choice(every, self.batch_size, replace=False)
        older = play.newest * self.train_drawings
        newest = generator.choice(every - older, self.newest_drawn, replace=False)
        rest = generator.choice(older, self.batch_size - self.newest_drawn, replace=False)
        return np.concatenate([older + newest, rest])
