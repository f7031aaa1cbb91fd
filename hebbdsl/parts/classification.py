"""What data sets and models of classification promise to the stages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Annotated, ClassVar

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.expression.metric import Split
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Suggested
from hebbdsl.parts.exposure import Counts, most
from hebbdsl.parts.part import Curriculum, Dataset, Facts, Layer, Model
from hebbdsl.tasks import CLASSIFICATION, Task

if TYPE_CHECKING:
    import numpy as np
    import torch

    from hebbdsl.parts.datasets.content import Content
    from hebbdsl.parts.models.network import Network
    from hebbdsl.parts.neighbour_search import Shown

    Augmentation = Callable[[torch.Tensor, torch.Generator], torch.Tensor]

Shape = tuple[int, ...]
"""Of one example: channels, height and width of an image, the number of features of a vector."""


@frozen
class ClassificationFacts(Facts):
    """What is known of labelled examples before they are opened.

    Attributes:
        available, classes: classes that there are to choose from, and that take part.
        train, test, validation: examples of each class.
        shape: of one example.
        number_bytes: memory of each of its numbers, as the data set keeps them.
    """

    available: int
    classes: int
    train: Counts
    test: Counts
    shape: Shape
    validation: Counts = 0
    number_bytes: int = 1

    @property
    def validation_targets(self) -> int:
        return most(self.validation, self.classes)

    @property
    def examples_at_test(self) -> int:
        return most(self.train, self.classes)

    @property
    def longest_held_out(self) -> None:
        return None

    def targets_per_step(self, batch_size: int, sequence_length: int) -> int:
        return batch_size

    def remembered_at_test(self, remembers_train: bool) -> int:
        return self.examples_at_test

    def shown_at_test(self, remembers_train: bool) -> Shown:
        """The training examples of all classes, then every held-out one."""
        from hebbdsl.parts.neighbour_search import Shown

        pairs, queries = self.examples_at_test, self.held_out(None)
        return Shown(pairs, queries, pairs * queries)

    def held_out(self, limit: int | None) -> int:
        """Held-out examples of all classes, or of so many."""
        classes = self.classes if limit is None else min(limit, self.classes)
        return most(self.test, classes) + most(self.validation, classes)

    def levels(self, curriculum: Curriculum) -> tuple[int, ...]:
        unfit = any(curriculum.data_problems(self, batch_size=1))
        return () if unfit else curriculum.levels(self.classes)

    @property
    def bytes(self) -> int:
        """Memory of the examples of the classes that take part."""
        examples = self.examples_at_test + self.held_out(None)
        return examples * prod(self.shape) * self.number_bytes


@frozen(kw_only=True)
class ClassificationDataset(Dataset):
    """Labelled examples of one shape: images, or vectors of features."""

    task: ClassVar[Task] = CLASSIFICATION

    @abstractmethod
    def facts(self) -> ClassificationFacts: ...

    def splits(self) -> frozenset[Split]:
        held_out = frozenset[Split]({"train", "test"})
        return held_out | {"validation"} if self.facts().validation else held_out

    @abstractmethod
    def class_names(self, content: Content) -> Sequence[str]:
        """One unique name a class, in the data's own order: its place is the class's number."""

    @abstractmethod
    def read(
        self, content: Content, classes: Sequence[int]
    ) -> Mapping[Split, Sequence[np.ndarray]]:
        """The examples of some classes in each of `splits()`: an array [examples, *shape] a class,
        with one example at least. Bytes are read as shares of 255, other numbers as they are."""

    def augmentation(self) -> Augmentation | None:
        """What changes a batch of training examples at random; None: nothing. The door to torch."""
        return None


def facts_of(data: Dataset) -> ClassificationFacts:
    """Of a data set that holds labelled examples."""
    facts = data.facts()
    assert isinstance(facts, ClassificationFacts), data
    return facts


@frozen(kw_only=True)
class ClassificationModel(Model):
    """What turns an example into an activation: a vector of `features` numbers."""

    task: ClassVar[Task] = CLASSIFICATION
    dimensions: ClassVar[int | None] = None
    """Of the shapes that it reads; None: it reads any."""

    features: Annotated[
        int, Bounds(minimum=1, maximum=65_536), Suggested(), "width d of the activation"
    ] = 64
    dropout: Annotated[
        float,
        Bounds(minimum=0, below=1),
        "share of the activation's elements set to zero in training, the rest scaled up",
    ] = 0.0

    @property
    def activation_width(self) -> int:
        return self.features

    @property
    def activation_dropout(self) -> float:
        return self.dropout

    @abstractmethod
    def layers(self, shape: Shape) -> tuple[Layer, ...]:
        """The plan's rows. Meaningful when `shape_problems` finds nothing."""

    def shape_problems(self, shape: Shape) -> Iterator[Problem]:
        """What is wrong with this model on examples of that shape.

        Places are paths from the root of the experiment.
        """
        yield from ()

    @abstractmethod
    def build(self, shape: Shape) -> Network:
        """The door to torch: a module from [batch, *shape] to [batch, features].

        It applies no dropout: masks are drawn by the program.
        """
