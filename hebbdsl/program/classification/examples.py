"""The examples of the chosen classes as tensors on the device, by what they are for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.expression.metric import Split
from hebbdsl.parts.classification import ClassificationDataset, Shape
from hebbdsl.parts.datasets.content import Content
from hebbdsl.vocabulary import refuse_part

Numbers = Int[np.ndarray, " examples"]


@dataclass(frozen=True, eq=False, slots=True)
class Examples:
    """The examples of a split, class after class, as the data set keeps them.

    Those of class c are `values[offsets[c] : offsets[c + 1]]`.
    """

    values: Tensor
    offsets: Int[np.ndarray, " bounds"]

    @classmethod
    def of(cls, arrays: Sequence[np.ndarray], device: torch.device) -> Self:
        """From an array for each class."""
        values = torch.from_numpy(np.concatenate(arrays)).to(device)
        return cls(values, np.cumsum([0, *map(len, arrays)]))

    @property
    def counts(self) -> Int[np.ndarray, " classes"]:
        return np.diff(self.offsets)

    def places(self, classes: Sequence[int]) -> tuple[Numbers, Numbers]:
        """Where the examples of some classes stand, class after class, and their labels."""
        counts = self.counts[classes]
        labels = np.repeat(classes, counts)
        first = np.cumsum(counts) - counts
        return self.offsets[labels] + np.arange(len(labels)) - np.repeat(first, counts), labels

    def inputs(self, places: Int[Tensor, " batch"]) -> Float[Tensor, batch * shape]:
        """What a model reads: bytes as numbers from 0 to 1, other numbers as they are."""
        found = self.values[places]
        return found.float() / 255 if found.dtype == torch.uint8 else found.float()


def read_examples(
    data: ClassificationDataset,
    shape: Shape,
    content: Content,
    chosen: Sequence[int],
    device: torch.device,
) -> Mapping[Split, Examples]:
    """Reads the chosen classes; the label of a class is its place among them.

    Raises: BrokenError, where a package's data set reads something else than its facts say.
    """
    found = dict[Split, Examples]()
    for split, arrays in data.read(content, chosen).items():
        if not all(map(len, arrays)):
            refuse_part(data, f"a class has no example in {split}")
        if unlike := {array.shape[1:] for array in arrays} - {shape}:
            refuse_part(data, f"`read` gives examples of shape {unlike.pop()}, not of {shape}")
        found[split] = Examples.of(arrays, device)
    return found
