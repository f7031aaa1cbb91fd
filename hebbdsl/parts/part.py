"""What each kind of part promises to the stages, which ask these questions and name no part."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Protocol, Self

from hebbdsl.diagnostics.codes.dataset import (
    MoreClassesThanData,
    ShiftedAway,
    SubstituteSame,
    SubstituteTooSmall,
    TooManyDrawings,
)
from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.expression.condition import Condition
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.bounds import (
    AddedLater,
    Bounds,
    Classes,
    Count,
    Fraction,
    NonNegative,
    Rate,
    Suggested,
    Whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    import torch

    from hebbdsl.parts.datasets.content import Content
    from hebbdsl.parts.exposure import Exposure
    from hebbdsl.parts.models.network import Network
    from hebbdsl.parts.outputs.layer import OutputLayer

ImageShape = tuple[int, int, int]
"""Channels, height, width."""


class Reporter(Protocol):
    """Who is told of long work (a download, a rendering). The terminal's is `run.progress`."""

    def say(self, text: str) -> None: ...
    def advance(self, what: str, done: int, total: int | None, unit: str) -> None: ...


class Quiet:
    """A reporter that says nothing."""

    def say(self, text: str) -> None:
        pass

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        pass


class Part:
    """A word of the language with its fields. `kind` is what the word may stand for."""

    __slots__ = ()
    kind: ClassVar[str]

    def refusals(self) -> Iterator[Problem]:
        """What is wrong with these fields taken together, at places `At(...)` of this part."""
        yield from ()

    def doubts(self, run: Exposure) -> Iterator[Problem]:
        """Fields that do nothing, or not what they seem to, in such a run. Warnings, placed at the
        field in doubt; nothing is said of one that was not written."""
        yield from ()


FLOAT_BYTES = 4
INTEGER_BYTES = 8
"""Weights and activations are kept in float32, counters and labels in int64."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A row of the plan. `shape` is what comes out for one example; `parameters` and `counters` are
    numbers of elements; `buffer_bytes` is all state that is neither parameter nor gradient,
    counters included."""

    name: str
    shape: tuple[int, ...]
    parameters: int = 0
    counters: int = 0
    buffer_bytes: int = 0


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of a data set of images before it is opened: published constants.

    `classes` are those that take part, `available` those there are to choose from.
    """

    available: int
    classes: int
    train_drawings: int
    test_drawings: int
    image: ImageShape
    validation_drawings: int = 0

    @property
    def bytes(self) -> int:
        """Memory of the chosen images, one byte a pixel."""
        channels, height, width = self.image
        drawings = self.train_drawings + self.validation_drawings + self.test_drawings
        return self.classes * drawings * channels * height * width


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset(Part):
    """A set of drawn characters in classes, each drawn by several hands."""

    kind: ClassVar[str] = "dataset"
    drawings: ClassVar[int]
    """How many drawings each class has."""

    image_size: Annotated[int, Bounds(minimum=4, maximum=105), "height and width in pixels"] = 28
    classes: Annotated[
        Classes | None,
        Suggested(200),
        "how many classes take part, chosen by the seed; null: all",
    ] = None
    test_drawings: Annotated[Count, "the first drawings of each class, held out for testing"] = 5
    validation_drawings: Annotated[
        Whole,
        AddedLater(),
        "the next drawings of each class after those for testing, held out from training too, for"
        " conditions on `validation_accuracy`",
    ] = 0
    train_drawings: Annotated[
        Count | None, "drawings to train on, the next ones after those; null: all that are left"
    ] = None
    rotated_classes: Annotated[
        bool, "also take each class rotated by 90, 180 and 270 degrees, as classes of their own"
    ] = False
    augment_rotation: Annotated[
        float,
        Bounds(minimum=0, maximum=180),
        "training images are rotated by up to this many degrees either way",
    ] = 0.0
    augment_shift: Annotated[
        float,
        Bounds(minimum=0, maximum=52),
        "training images are shifted by up to this many pixels either way",
    ] = 0.0

    @abstractmethod
    def base_classes(self) -> int:
        """How many classes the data has (of the alphabets asked for), before rotation."""

    def facts(self) -> ImageFacts:
        """Published constants only; nothing is read. Meaningful when `refusals` finds nothing."""
        available = self.base_classes() * (4 if self.rotated_classes else 1)
        left = self.drawings - self.test_drawings - self.validation_drawings
        return ImageFacts(
            available=available,
            classes=available if self.classes is None else self.classes,
            train_drawings=left if self.train_drawings is None else self.train_drawings,
            test_drawings=self.test_drawings,
            image=(1, self.image_size, self.image_size),
            validation_drawings=self.validation_drawings,
        )

    def splits(self) -> frozenset[Split]:
        """The splits that hold a drawing, so that something can be measured on them."""
        held_out = frozenset[Split]({"train", "test"})
        return held_out | {"validation"} if self.validation_drawings else held_out

    def refusals(self) -> Iterator[Problem]:
        """What this data set can't give, nor its substitute."""
        test, validation, train = (
            self.test_drawings,
            self.validation_drawings,
            self.train_drawings,
        )
        if test + validation + (1 if train is None else train) > self.drawings:
            held_out = "validation_drawings" if validation else "test_drawings"
            yield TooManyDrawings(
                place=At.field(held_out if train is None else "train_drawings"),
                test=test,
                validation=validation,
                train=train,
                drawings=self.drawings,
            )
        if self.augment_shift >= self.image_size / 2:
            yield ShiftedAway(
                place=At.field("augment_shift"),
                shift=self.augment_shift,
                image_size=self.image_size,
            )
        facts = self.facts()
        if 0 < facts.available < facts.classes:
            yield MoreClassesThanData(
                place=At.field("classes"), classes=facts.classes, available=facts.available
            )
        yield from self._substitute_refusals(facts)

    def _substitute_refusals(self, facts: ImageFacts) -> Iterator[Problem]:
        substitute = self.substitute()
        if substitute is None:
            return
        place = At.field("otherwise")
        if type(substitute) is type(self):
            yield SubstituteSame(place=place)
            return
        available = substitute.facts().available
        if self.classes is not None and available < facts.classes <= facts.available:
            yield SubstituteTooSmall(place=place, classes=facts.classes, available=available)

    def same_content(self, other: Dataset) -> bool:
        """Whether runs on both may stand in one table: the same drawings, however few of them."""
        return type(self) is type(other)

    def substitute(self) -> Dataset | None:
        """What stands in when the data can't be had, with the same counts; None: nothing may."""
        return None

    def like(self, other: Dataset) -> Self:
        """This data set with the counts, sizes and augmentation of `other`."""
        shared = {field.name: getattr(other, field.name) for field in fields(Dataset)}
        return replace(self, **shared)

    def missing_here(self) -> Iterator[Problem]:
        """What of the data is not on this machine, found by looking and not by reading.

        What a run can fetch is a warning. Places are `At(...)` of this part, or paths of files.
        """
        yield from ()

    @abstractmethod
    def open(self, reporter: Reporter) -> Content:
        """Find, fetch or render the data; the door to numpy.

        Raises: Rejected, with problems HEB5xx, when the data is missing or corrupt.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Model(Part):
    """What turns an image into an activation: a vector of `features` numbers."""

    kind: ClassVar[str] = "model"

    features: Annotated[
        int, Bounds(minimum=1, maximum=65_536), Suggested(), "width d of the activation"
    ] = 64
    dropout: Annotated[
        float,
        Bounds(minimum=0, below=1),
        "share of the activation's elements set to zero in training, the rest scaled up",
    ] = 0.0

    @abstractmethod
    def layers(self, image: ImageShape) -> tuple[Layer, ...]:
        """The plan's rows. Meaningful when `shape_problems` finds nothing."""

    def shape_problems(self, image: ImageShape) -> Iterator[Problem]:
        """What is wrong with this model on images of that shape.

        Places are paths from the root of the experiment.
        """
        yield from ()

    @abstractmethod
    def build(self, image: ImageShape) -> Network:
        """The door to torch: a module from [batch, channels, height, width] to [batch, features].

        It applies no dropout: masks are drawn by the program.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Output(Part):
    """What turns an activation into probabilities of the classes in play."""

    kind: ClassVar[str] = "output"

    @abstractmethod
    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        """The plan's rows, for activations of width `hidden` and `classes` classes in all."""

    @abstractmethod
    def build(self, hidden: int, classes: int) -> OutputLayer:
        """The door to torch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Curriculum(Part):
    """Which classes are in play when, and what is sampled of them."""

    kind: ClassVar[str] = "curriculum"

    order: Annotated[
        Literal["random", "alphabet"],
        "which classes come next: in an order drawn by the seed, or alphabet by alphabet",
    ] = "random"
    newest_share: Annotated[
        Fraction | None,
        "share of each batch drawn from the classes added last; null: uniform over those in play",
    ] = None

    @abstractmethod
    def levels(self, classes: int) -> tuple[int, ...]:
        """Classes in play at each level, rising, the last one at most `classes`."""

    @property
    @abstractmethod
    def passes(self) -> Condition | None:
        """The condition on metrics that ends a level; None: the only level lasts until `steps`."""

    def provides(self) -> frozenset[str]:
        """What its runs have that some metrics need: `finish` (a level can be passed), `levels`."""
        return frozenset() if self.passes is None else frozenset({"finish"})

    def newest_drawn(self, batch_size: int) -> int | None:
        """How many images of a batch show the classes added last, where the curriculum says so.

        The others are drawn from the older classes. None without `newest_share`: then all are
        drawn uniformly, as they always are at the first level.
        """
        return None if self.newest_share is None else round(self.newest_share * batch_size)

    @abstractmethod
    def data_problems(self, facts: ImageFacts, batch_size: int) -> Iterator[Problem]:
        """What is wrong with this curriculum on that data, batches being drawn without repeats.

        Places are paths from the root of the experiment.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Optimizer(Part):
    """How gradients change the weights."""

    kind: ClassVar[str] = "optimizer"

    learning_rate: Annotated[Rate, "step size before the schedule's factor"] = 1e-3
    weight_decay: Annotated[NonNegative, "pull of every weight towards zero, 0 for none"] = 0.0

    @property
    @abstractmethod
    def state_per_parameter(self) -> int:
        """How many numbers the optimizer remembers for each parameter."""

    @abstractmethod
    def build(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """The door to torch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule(Part):
    """How the learning rate changes over a run."""

    kind: ClassVar[str] = "schedule"

    @abstractmethod
    def factor(self, step: int, steps: int) -> float:
        """What the learning rate is multiplied by at `step` (from 0) of a run of `steps`."""
