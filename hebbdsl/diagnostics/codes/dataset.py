"""HEB420-429: a data set asked for more than was published of it."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Related, nearest
from hebbdsl.diagnostics.wording import entry, listed, quoted


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


class SubstituteTooSmall(Problem):
    """The substitute has fewer classes than are asked for.

    A spec with `fallback` must be runnable on both data sets.

    Wrong:
        data:
          omniglot: {classes: 200, fallback: {glyphs: {alphabets: [Greek]}}}

    Right:
        data:
          omniglot: {classes: 200, fallback: glyphs}
    """

    code = "HEB422"
    classes: int
    available: int

    title = "{classes} classes are asked for, the substitute has {available}"
    label = "has {available}"
    hint = "use at most {available} classes, or leave `fallback` out"
    related = Also(At.field("classes"), "{classes} asked for")


class SubstituteUnused(Problem):
    """A field of the substitute has no effect: the counts and sizes are those of the data replaced.

    Remove the field, or set it on the data set that is replaced.

    Wrong:
        data:
          omniglot: {classes: 200, fallback: {glyphs: {classes: 100}}}

    Right:
        data:
          omniglot: {classes: 200, fallback: glyphs}
    """

    code = "HEB423"
    field: str

    title = "`{field}` of a substitute has no effect: it takes that of the data replaced"
    label = "no effect here"
    hint = "remove `{field}` here"

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(At.field(self.field), "this one counts"),)


class SubstituteSame(Problem):
    """A data set stands in for itself.

    When it can't be had, it can't stand in either. Name another data set, or leave `fallback` out.

    Wrong:
        data:
          omniglot: {fallback: omniglot}

    Right:
        data:
          omniglot: {fallback: glyphs}
    """

    code = "HEB424"
    title = "a data set can't stand in for itself"
    label = "the same data set"
    hint = "name another data set, or leave `fallback` out"


class UnknownAlphabet(Problem):
    """An alphabet is named that the data does not have.

    Names are those of the published folders: `hebbdsl explain omniglot` says how many there are.

    Wrong:
        data:
          omniglot: {alphabets: [Greece], classes: 24}
        curriculum:
          fixed: {}

    Right:
        data:
          omniglot: {alphabets: [Greek], classes: 24}
        curriculum:
          fixed: {}
    """

    code = "HEB425"
    alphabet: str
    choices: tuple[str, ...]

    title = "the data has no alphabet `{alphabet}`"
    label = "unknown alphabet"

    @property
    def hint(self) -> str:
        near = nearest(self.alphabet, self.choices)
        return f"did you mean `{near}`?" if near else f"choose from: {', '.join(self.choices)}"


class RepeatedAlphabet(Problem):
    """An alphabet is named twice.

    Each is taken once; name each once.

    Wrong:
        data:
          omniglot: {alphabets: [Greek, Korean, Greek], classes: 60}

    Right:
        data:
          omniglot: {alphabets: [Greek, Korean], classes: 60}
    """

    code = "HEB426"
    alphabet: str
    first: int

    title = "the alphabet `{alphabet}` is named twice"
    label = "named before"
    hint = "remove one"

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(At.field("alphabets", self.first), "first named here"),)


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


class NotAnAddress(Problem):
    """An address to fetch data from is not one of the web.

    It begins with `https://` or `http://` and names the folder that the files are in.

    Wrong:
        data:
          omniglot: {classes: 200, addresses: ["ftp://example.org/omniglot"]}

    Right:
        data:
          omniglot: {classes: 200, addresses: ["https://example.org/omniglot"]}
    """

    code = "HEB428"
    address: str

    title = "`{address}` is not a web address"
    label = "begins with neither https:// nor http://"
    hint = "for files on this machine set HEBBDSL_DATA to their folder"
