"""What each kind of part promises to the stages, which ask these questions and name no part."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.expression.condition import Condition
from hebbdsl.expression.metric import Split
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Fraction, NonNegative, Rate
from hebbdsl.tasks import CLASSIFICATION, LANGUAGE, Task

if TYPE_CHECKING:
    from collections.abc import Iterable

    import torch

    from hebbdsl.parts.adaptations.adapter import Adapter
    from hebbdsl.parts.classification import ClassificationFacts
    from hebbdsl.parts.datasets.content import Content
    from hebbdsl.parts.exposure import Exposure
    from hebbdsl.parts.memory_output import MemoryOutput
    from hebbdsl.parts.neighbour_search import Shown
    from hebbdsl.parts.outputs.layer import OutputLayer
    from hebbdsl.parts.reporter import Reporter


class Part:
    """A word of the language with its fields: a frozen dataclass with keywords and slots.

    `kind` is what the word may stand for, `task` the only one it is for; None: it is for any.
    """

    __slots__ = ()
    kind: ClassVar[str]
    task: ClassVar[Task | None] = None

    @classmethod
    def suits(cls, task: Task) -> bool:
        return cls.task in (None, task)

    @property
    def semantics(self) -> int:
        """Version of what these fields mean. Raised where they come to give other numbers, so that
        runs with the part are made again, and those without it stay what they are."""
        return 1

    def errors(self) -> Iterator[Problem]:
        """What is wrong with these fields taken together. Places are `At(...)` of this part."""
        yield from ()

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        """Fields that do nothing, or not what they seem to, in such a run. Places are `At(...)` of
        this part; nothing is said of a field that was not written."""
        yield from ()


FLOAT_BYTES = 4
INTEGER_BYTES = 8
"""Weights and activations are kept in float32, counters and labels in int64."""


@frozen
class Layer:
    """A row of the plan. `shape` is what comes out for one example; `parameters` and `counters` are
    numbers of elements; `buffer_bytes` is all state that is neither parameter nor gradient,
    counters included."""

    name: str
    shape: tuple[int, ...]
    parameters: int = 0
    counters: int = 0
    buffer_bytes: int = 0


@frozen
class Facts:
    """What is known of a data set before it is opened."""

    @property
    @abstractmethod
    def bytes(self) -> int:
        """Memory that the data takes while a run lasts."""

    if TYPE_CHECKING:

        @property
        def classes(self) -> int:
            """In all: of language, the words of the vocabulary."""

    @property
    @abstractmethod
    def validation_targets(self) -> int:
        """Labels of the validation data; 0 where that is not known yet."""

    @property
    @abstractmethod
    def examples_at_test(self) -> int | None:
        """Training examples that what is added at test time is shown; None: it reads held-out data
        in place of them."""

    @property
    @abstractmethod
    def longest_held_out(self) -> int | None:
        """Targets of the longest held-out split that is read in order; None: there is none, or it
        is not known yet."""

    @abstractmethod
    def targets_per_step(self, batch_size: int, sequence_length: int) -> int:
        """Labels that one step is trained on."""

    @abstractmethod
    def remembered_at_test(self, remembers_train: bool) -> int:
        """Pairs of the training data that a memory which is added at test time is shown.

        Args:
            remembers_train: whether it remembers that, and not the held-out data as it is read.
        """

    @abstractmethod
    def shown_at_test(self, remembers_train: bool) -> Shown:
        """What a memory is shown that is added at test time, and how often it is asked."""

    @abstractmethod
    def levels(self, curriculum: Curriculum) -> tuple[int, ...]:
        """Classes in play at each level of a curriculum; none where it does not fit the data."""


class Dataset(Part):
    """What is learnt: examples of classes, or a text whose next word is to be predicted."""

    __slots__ = ()
    kind: ClassVar[str] = "dataset"
    task: ClassVar[Task]
    validation_field: ClassVar[str | None] = None
    """The field that holds out examples for validation; None: there is none."""
    reveals_labels: ClassVar[bool] = False
    """Whether held-out labels are shown, once they were scored, to what remembers or adapts."""
    has_article_boundaries: ClassVar[bool] = False
    """Whether it knows where articles begin within a held-out text."""

    @abstractmethod
    def facts(self) -> Facts:
        """Published constants only; nothing is read. Meaningful when `errors` finds nothing."""

    @abstractmethod
    def splits(self) -> frozenset[Split]:
        """The splits that hold something, so that it can be measured on them."""

    def same_content(self, other: Dataset) -> bool:
        """Whether runs on both may stand in one table: the same data, however little of it."""
        return type(self) is type(other)

    def substitute(self) -> Dataset | None:
        """What stands in when the data can't be had; None: nothing may."""
        return None

    def like(self, other: Dataset) -> Self:
        """This data set as it stands in for another of its task."""
        return self

    def missing_here(self) -> Iterator[Problem]:
        """What of the data is not on this machine, found by looking and not by reading.

        What a run can fetch is a warning. Places are `At(...)` of this part, or paths of files.
        """
        yield from ()

    @abstractmethod
    def open(self, reporter: Reporter) -> Content:
        """Find, fetch or make the data; the door to numpy.

        Raises: Rejected, with problems HEB5xx, when the data is missing or corrupt.
        """


class Model(Part):
    """What turns an input into an activation."""

    __slots__ = ()
    kind: ClassVar[str] = "model"
    task: ClassVar[Task]
    compiles: ClassVar[bool] = True
    """Whether torch.compile is of use: fused recurrent kernels are kept out of what it compiles."""

    @property
    @abstractmethod
    def activation_width(self) -> int:
        """How many numbers the output layer reads."""

    @property
    @abstractmethod
    def activation_dropout(self) -> float:
        """Share of the activation's elements that training sets to zero."""


class Output(Part):
    """What turns an activation into probabilities of the active classes.

    A simple one answers two questions, `layers` and `build`. The others have an answer here that
    fits what is learnt by gradient; what only memories are asked stands in `MemoryOutput`.
    """

    __slots__ = ()
    kind: ClassVar[str] = "output"
    adapts_rows: ClassVar[bool] = False
    """Whether its logits are linear in the activation, by rows that steps at test time change."""
    is_trained: ClassVar[bool] = False
    """Whether it stands for what was trained: under `evaluation` alone."""

    @abstractmethod
    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        """The plan's rows, for activations of width `hidden` and `classes` classes in all."""

    @abstractmethod
    def build(self, hidden: int, classes: int) -> OutputLayer:
        """The door to torch."""

    def row_width(self, hidden: int) -> int | None:
        """Width of the rows, one a class, that an embedding may be tied to; None: it has none."""
        return None

    @property
    def row_width_field(self) -> str | None:
        """The field that says so; None: they are as wide as the activation."""
        return None

    @property
    def learns(self) -> bool:
        """Whether it has weights of its own (those of outputs inside it apart), which only training
        gives values to. What has none builds a `MemoryLayer`."""
        return True

    @property
    def passes_gradients(self) -> bool:
        """Whether its probabilities depend on the activation, so that a model learns by them."""
        return True

    @property
    def predicts_text(self) -> bool:
        """Whether it gives the full predictive distribution at each position of a held-out text,
        and not only the probability of the token that stands there."""
        return True

    @property
    def needs_entropies(self) -> bool:
        """Whether it needs the entropies of what outputs inside it predict."""
        return False

    def with_inner(self) -> Iterator[Output]:
        """Itself, and every output inside it."""
        yield self
        for one in fields(self):  # type: ignore[arg-type]  # every word is a dataclass
            held = getattr(self, one.name)
            for part in held if isinstance(held, tuple) else (held,):
                if isinstance(part, Output):
                    yield from part.with_inner()

    @property
    def memory(self) -> MemoryOutput | None:
        """Itself, where it is one."""
        return None

    def memories(self) -> Iterator[MemoryOutput]:
        """It and those inside it, where they are memories."""
        return (one for part in self.with_inner() if (one := part.memory) is not None)

    def errors_inside(self, outer: Output) -> Iterator[Problem]:
        """What is wrong with it inside another output, which needs its probabilities. Places are
        `At(...)` of this part."""
        yield from ()

    def tunes(self) -> tuple[str, ...]:
        """The fields (those of outputs inside it apart) whose values are searched on validation."""
        return ()

    def layers_at_test(self, hidden: int, classes: int, shown: int) -> tuple[Layer, ...]:
        """The plan's rows of what `build_at_test` builds."""
        return self.layers(hidden, classes)

    def build_at_test(self, hidden: int, classes: int, shown: int) -> OutputLayer:
        """The same as `build` for what is added at test time, with room for no more training
        examples than it is shown then: of a text, none."""
        return self.build(hidden, classes)


class Adaptation(Part):
    """How trained weights change at test time, by held-out words that were scored, or by training
    drawings. They come back as they were."""

    __slots__ = ()
    kind: ClassVar[str] = "adaptation"
    task: ClassVar[Task | None] = LANGUAGE
    needs_rows: ClassVar[bool] = False
    """Whether it works on `adapts_rows` outputs alone."""
    remembers: ClassVar[bool] = False
    """Whether it keeps pairs of a held-out text, which a boundary clears."""

    def size_field(self) -> str | None:
        """The field that says how much it remembers; None: there is none."""
        return None

    def tunes(self) -> tuple[str, ...]:
        """The fields whose values are searched on validation."""
        return ()

    @abstractmethod
    def bytes_at_test(
        self, parameters: int, hidden: int, classes: int, words: int | None, drawings: int | None
    ) -> int:
        """Memory that it takes beside the weights.

        Args:
            words: of the text that is read, as one stream; None: not known, or of images.
            drawings: how many of training there are in all; None: of a text.
        """

    @abstractmethod
    def build(self) -> Adapter:
        """The door to torch."""


@frozen(kw_only=True)
class Curriculum(Part):
    """Which classes are in play when, and what is sampled of them."""

    kind: ClassVar[str] = "curriculum"
    task: ClassVar[Task | None] = CLASSIFICATION

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
        """The condition on metrics that ends a level; None: only a clock does, or `steps`."""

    def level_limits(self, levels: int) -> tuple[int | None, ...]:
        """Steps after which each of so many levels ends, passed or not; None: it has no clock."""
        return (None,) * levels

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
    def data_problems(self, facts: ClassificationFacts, batch_size: int) -> Iterator[Problem]:
        """What is wrong with this curriculum on that data, batches being drawn without repeats.

        Places are paths from the root of the experiment.
        """


@frozen(kw_only=True)
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


class Schedule(Part):
    """How the learning rate changes over a run."""

    __slots__ = ()
    kind: ClassVar[str] = "schedule"

    @abstractmethod
    def factor(self, step: int, steps: int) -> float:
        """What the learning rate is multiplied by at `step` (from 0) of a run of `steps`."""
