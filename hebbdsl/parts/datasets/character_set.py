"""Sets of drawn characters: what they have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Related
from hebbdsl.diagnostics.wording import entry, listed, quoted
from hebbdsl.expression.metric import Split
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import AddedLater, Bounds, Classes, Count, Suggested, Whole
from hebbdsl.parts.classification import ClassificationDataset, ClassificationFacts, facts_of
from hebbdsl.parts.part import Dataset

if TYPE_CHECKING:
    import numpy as np

    from hebbdsl.parts.classification import Augmentation
    from hebbdsl.parts.datasets.content import Content
    from hebbdsl.parts.datasets.drawings import CharacterContent
    from hebbdsl.parts.reporter import Reporter


@frozen(kw_only=True)
class CharacterSet(ClassificationDataset):
    """A set of drawn characters in classes, each drawn by several hands."""

    validation_field: ClassVar[str | None] = "validation_drawings"
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

    def facts(self) -> ClassificationFacts:
        """Published constants only; nothing is read. Meaningful when `errors` finds nothing."""
        available = self.base_classes() * self._turns
        return ClassificationFacts(
            available=available,
            classes=available if self.classes is None else self.classes,
            train=self._used - self.test_drawings - self.validation_drawings,
            test=self.test_drawings,
            shape=(1, self.image_size, self.image_size),
            validation=self.validation_drawings,
        )

    @property
    def _turns(self) -> int:
        """Class `n` is character `n // turns`, rotated by `n % turns` times 90 degrees."""
        return 4 if self.rotated_classes else 1

    @property
    def _used(self) -> int:
        """How many drawings of each class take part."""
        if self.train_drawings is None:
            return self.drawings
        return self.test_drawings + self.validation_drawings + self.train_drawings

    def class_names(self, content: Content) -> Sequence[str]:
        from hebbdsl.parts.datasets.drawings import CharacterContent

        assert isinstance(content, CharacterContent), content
        turns = [f"@{90 * turn}" if turn else "" for turn in range(self._turns)]
        return [name + turn for name in content.names for turn in turns]

    def read(
        self, content: Content, classes: Sequence[int]
    ) -> Mapping[Split, Sequence[np.ndarray]]:
        """The first drawings of a class are for testing, the next for validation, then those to
        train on."""
        import numpy as np

        from hebbdsl.parts.datasets.drawings import CharacterContent

        assert isinstance(content, CharacterContent), content
        numbers = [divmod(number, self._turns) for number in classes]
        distinct = sorted({character for character, _ in numbers})
        pixels = dict(zip(distinct, content.read(distinct, self.image_size), strict=True))
        turned = [np.rot90(pixels[one], turn, axes=(1, 2))[:, None] for one, turn in numbers]
        held_out = self.test_drawings + self.validation_drawings
        where: dict[Split, slice] = {
            "test": slice(self.test_drawings),
            "validation": slice(self.test_drawings, held_out),
            "train": slice(held_out, self._used),
        }
        splits = self.splits()
        return {
            split: [drawings[part] for drawings in turned]
            for split, part in where.items()
            if split in splits
        }

    def augmentation(self) -> Augmentation | None:
        if self.augment_rotation == 0 and self.augment_shift == 0:
            return None
        from hebbdsl.parts.augmentation import RotateAndShift

        return RotateAndShift(self.augment_rotation, self.augment_shift)

    def errors(self) -> Iterator[Problem]:
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
        yield from self._substitute_errors(facts)

    def _substitute_errors(self, facts: ClassificationFacts) -> Iterator[Problem]:
        substitute = self.substitute()
        if substitute is None:
            return
        place = At.field("fallback")
        if type(substitute) is type(self):
            from hebbdsl.parts.datasets.problems import SubstituteSame

            yield SubstituteSame(place=place)
            return
        available = facts_of(substitute).available
        if self.classes is not None and available < facts.classes <= facts.available:
            from hebbdsl.parts.datasets.problems import SubstituteTooSmall

            yield SubstituteTooSmall(place=place, classes=facts.classes, available=available)

    def like(self, other: Dataset) -> Self:
        """This data set with the counts, sizes and augmentation of `other`."""
        own = fields(CharacterSet)
        shared: dict[str, Any] = {f.name: getattr(other, f.name, f.default) for f in own}
        return replace(self, **shared)

    @abstractmethod
    def open(self, reporter: Reporter) -> CharacterContent:
        """Find, fetch or render the data; the door to numpy.

        Raises: Rejected, with problems HEB5xx, when the data is missing or corrupt.
        """


class MoreClassesThanData(Problem):
    """More classes are asked for than the data has.

    Lower `classes`, leave it out to take all, choose more alphabets, or set
    `rotated_classes: true`, which has four classes for each.

    Wrong:
        data:
          omniglot: {classes: 2_000}

    Right:
        data:
          omniglot: {classes: 2_000, rotated_classes: true}
    """

    code = "HEB420"
    classes: int
    available: int

    title = "{classes} classes are asked for, the data has {available}"
    label = "at most {available}"

    @property
    def hint(self) -> str:
        rotated = quoted(entry("rotated_classes", "true", self.place))
        return f"use at most {self.available}, more alphabets, or {rotated}"


class TooManyDrawings(Problem):
    """More drawings of each class are asked for than there are, or none are left to train on.

    The first `test_drawings` of each class are for testing, the next `validation_drawings` for
    conditions that must not look at those; `train_drawings` are taken from what follows.

    Wrong:
        data:
          omniglot: {test_drawings: 10, train_drawings: 15}

    Right:
        data:
          omniglot: {test_drawings: 5, train_drawings: 15}
    """

    code = "HEB421"
    test: int
    validation: int
    train: int | None
    drawings: int

    @property
    def title(self) -> str:
        if self.train is None:
            if self.validation:
                return (
                    f"{self.test} test and {self.validation} validation drawings are held out of"
                    f" each class's {self.drawings}: none is left to train on"
                )
            return (
                f"{self.test} of each class's {self.drawings} drawings are for testing:"
                " none is left to train on"
            )
        validation = f", {self.validation} validation" if self.validation else ""
        return (
            f"{self.test} test{validation} and {self.train} train drawings are asked for,"
            f" each class has {self.drawings}"
        )

    @property
    def label(self) -> str:
        others = self.test + self.validation
        if self.train is None:
            others = 1 + (self.test if self.validation else 0)
        most = self.drawings - others
        return f"at most {most}" if most > 0 else "too many"

    @property
    def hint(self) -> str:
        fields = ["test_drawings", "train_drawings"]
        if self.validation:
            fields.insert(1, "validation_drawings")
        return f"{listed(fields, 'and')} together are at most {self.drawings}"

    @property
    def related(self) -> tuple[Related, ...]:
        found = []
        if self.train is not None or self.validation:
            found.append(Related(At.field("test_drawings"), f"{self.test} for testing"))
        if self.train is not None and self.validation:
            place = At.field("validation_drawings")
            found.append(Related(place, f"{self.validation} for validation"))
        return tuple(found)


class ShiftedAway(Problem):
    """Training images are shifted by so much that nothing of them may be left.

    Keep `augment_shift` below half of `image_size`; a pixel or two is usual at 28 pixels.

    Wrong:
        data:
          omniglot: {image_size: 28, classes: 200, augment_shift: 20}

    Right:
        data:
          omniglot: {image_size: 28, classes: 200, augment_shift: 2}
    """

    code = "HEB427"
    shift: float
    image_size: int

    title = "shifts of up to {shift:g} pixels move images of {image_size} out of sight"

    @property
    def label(self) -> str:
        return f"must be below {self.image_size / 2:g}"

    @property
    def hint(self) -> str:
        return f"use less than half of the image: {self.image_size / 2:g} pixels"

    related = Also(At.field("image_size"), "images of {image_size} pixels")
