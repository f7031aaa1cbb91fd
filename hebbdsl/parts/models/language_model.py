"""What a model of words promises to the stages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Decay, Formerly, Rate, Width
from hebbdsl.parts.part import Layer, Model
from hebbdsl.parts.problems import NoEffect
from hebbdsl.tasks import LANGUAGE, Task

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure
    from hebbdsl.parts.models.language_network import LanguageNetwork


@frozen(kw_only=True)
class LanguageModel(Model):
    """What turns the words up to a place of a text into an activation, from which the next follows.

    A text is read in windows, and what is known at the end of one is carried into the next. Dropout
    sets a share of elements to zero in training and scales the rest up.
    """

    task: ClassVar[Task] = LANGUAGE

    features: Annotated[
        Width | None,
        "width d of the activation, to which the last layer is mapped linearly, without a bias;"
        " null: no such map, the activation is what the last layer gives",
    ] = None
    embedding: Annotated[
        Width | None, "width of the embedding of a word; null: that of the activation"
    ] = None
    tied: Annotated[
        bool, "the embedding of a word is its row of the output, learnt once for both"
    ] = False
    embedding_dropout: Annotated[
        Decay, "share of the words of the vocabulary that a window sees as zero wherever they stand"
    ] = 0.0
    input_dropout: Annotated[Decay, "dropout of the embedded words"] = 0.0
    hidden_dropout: Annotated[
        Decay,
        "dropout inside: of what a layer gives to the next or to `features`; in a transformer, of"
        " what each half of a block adds",
    ] = 0.0
    dropout: Annotated[Decay, "dropout of the activation"] = 0.0
    locked_dropout: Annotated[
        bool,
        Formerly("locked"),
        "input, hidden and activation dropout set the same elements to zero at all times of a"
        " window, as variational dropout does",
    ] = False
    embedding_range: Annotated[
        Rate, "an embedding that is not tied starts uniform between ± this"
    ] = 0.1
    weight_range: Annotated[
        Rate | None, "weights of layers start uniform between ± this; null: as torch's own layers"
    ] = None

    @property
    def activation_width(self) -> int:
        """How many numbers the output layer reads."""
        return self.last_width if self.features is None else self.features

    @property
    def activation_dropout(self) -> float:
        return self.dropout

    @property
    def embedding_width(self) -> int:
        """How many numbers stand for a word."""
        return self.activation_width if self.embedding is None else self.embedding

    @property
    @abstractmethod
    def last_width(self) -> int:
        """How many numbers the last layer gives."""

    @property
    @abstractmethod
    def last_width_field(self) -> str:
        """The field that says so."""

    @property
    def activation_width_field(self) -> str:
        """The field that says how many numbers the output layer reads."""
        return self.last_width_field if self.features is None else "features"

    @property
    @abstractmethod
    def hidden_dropped(self) -> tuple[int, ...]:
        """Widths of what hidden dropout falls on, in the order of computation."""

    @abstractmethod
    def inner_layers(self) -> tuple[Layer, ...]:
        """The plan's rows between embedding and projection."""

    @abstractmethod
    def build(self, vocabulary_size: int) -> LanguageNetwork:
        """The door to torch, for a vocabulary of that size."""

    def layers(self, vocabulary_size: int) -> tuple[Layer, ...]:
        """The plan's rows. A tied embedding costs nothing here: the output counts its rows."""
        embedding = 0 if self.tied else vocabulary_size * self.embedding_width
        rows = [
            Layer("embedding", (self.embedding_width,), parameters=embedding),
            *self.inner_layers(),
        ]
        if self.features is not None:
            weights = self.last_width * self.features
            rows.append(Layer("projection", (self.features,), parameters=weights))
        return tuple(rows)

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        if self.tied:
            yield NoEffect(
                place=At.field("embedding_range"),
                field="embedding_range",
                why="the tied embedding is the output's rows, which the output draws",
                advice="write `tied: false`, or leave it out",
            )
        if self.hidden_dropout and not self.hidden_dropped:
            yield NoEffect(
                place=At.field("hidden_dropout"),
                field="hidden_dropout",
                why="nothing follows the only layer but the activation",
                advice="use `dropout`, which falls on the activation",
            )
        if self.locked_dropout and not (self.input_dropout or self.hidden_dropout or self.dropout):
            yield NoEffect(
                place=At.field("locked_dropout"),
                field="locked_dropout",
                why="there is no dropout that could change with time",
                advice="give `input_dropout`, `hidden_dropout` or `dropout`",
            )
