"""HEB4xx: parts that do not fit together: shapes, and the curriculum against the data."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second

IMAGE_SIZE = At(("data", "image_size"))
CLASSES = At(("data", "classes"))
BATCH_SIZE = At(("training", "batch_size"))


class PooledAway(Problem):
    """The blocks of a `convnet` halve the image until nothing is left of it.

    Each block halves height and width, rounding down: an image of 28×28 survives four blocks
    (14, 7, 3, 1). Use fewer blocks, or larger images.

    Wrong:
        data:
          glyphs: {image_size: 28, classes: 200}
        model:
          convnet: {channels: [32, 32, 32, 32, 32]}

    Right:
        data:
          glyphs: {image_size: 28, classes: 200}
        model:
          convnet: {channels: [32, 32, 32, 32]}
    """

    code = "HEB401"
    blocks: int
    sizes: tuple[tuple[int, int], ...]
    """Height and width before the first block and after each, the empty one included."""
    image_size: Second = IMAGE_SIZE

    title = "{blocks} blocks pool an image of {sizes[0][0]}×{sizes[0][1]} away to nothing"

    @property
    def label(self) -> str:
        return f"nothing is left after block {len(self.sizes) - 1}"

    @property
    def hint(self) -> str:
        steps = " → ".join(f"{height}×{width}" for height, width in self.sizes)
        most = len(self.sizes) - 2
        blocks = "1 block" if most == 1 else f"{most} blocks"
        return f"sizes block by block: {steps}; use at most {blocks}, or larger images"

    related = Also("image_size", "images are {sizes[0][0]}×{sizes[0][1]}")


class StartAboveClasses(Problem):
    """A curriculum starts with more classes than take part.

    `start` counts the classes in play at first, `data.classes` all that will ever be. Lower
    `start`, or let more classes take part.

    Wrong:
        data:
          glyphs: {classes: 20}
        curriculum:
          growing: {start: 30, add: 10, when: test_accuracy >= 0.6}
        training: {optimizer: adam, batch_size: 16, steps: 1_000}

    Right:
        data:
          glyphs: {classes: 200}
        curriculum:
          growing: {start: 30, add: 10, when: test_accuracy >= 0.6}
        training: {optimizer: adam, batch_size: 16, steps: 1_000}
    """

    code = "HEB403"
    start: int
    classes: int
    data_classes: Second = CLASSES

    title = "the curriculum starts with {start:_} classes, but {classes:_} take part"
    label = "more than {classes:_}"
    hint = "set `start` to at most {classes:_}, or raise `classes` of the data"
    related = Also("data_classes", "{classes:_} classes take part")


class BatchTooLarge(Problem):
    """A batch holds more images than the classes in play have for training.

    Batches are drawn without repeats, so at the first level a batch has at most (classes in play)
    × (training drawings of a class) images. Lower `batch_size`, or start with more classes.

    Wrong:
        data:
          glyphs: {classes: 200, train_drawings: 5}
        curriculum:
          growing: {start: 10, add: 10, when: test_accuracy >= 0.6}
        training: {optimizer: adam, batch_size: 64, steps: 1_000}

    Right:
        data:
          glyphs: {classes: 200, train_drawings: 5}
        curriculum:
          growing: {start: 10, add: 10, when: test_accuracy >= 0.6}
        training: {optimizer: adam, batch_size: 50, steps: 1_000}
    """

    code = "HEB404"
    batch_size: int
    classes: int
    drawings: int
    start: Second
    """The field that sets how many classes are in play at first."""

    @property
    def most(self) -> int:
        return self.classes * self.drawings

    title = "a batch of {batch_size:_} can't be drawn without repeats from {most:_} training images"
    label = "at most {most:_}"
    hint = (
        "at first {classes:_} classes are in play, with {drawings:_} training drawings each; set"
        " `batch_size` to at most {most:_}"
    )
    related = Also("start", "{classes:_} classes at first")


class NewestShareTooLarge(Problem):
    """The share of a batch for the newest classes is more images than they have.

    With `newest_share`, that part of each batch is drawn, without repeats, from the classes added
    last; the last addition may be smaller than `add`. Lower the share or the batch size, or add
    more classes at a time.

    Wrong:
        curriculum:
          growing: {start: 30, add: 1, when: test_accuracy >= 0.6, newest_share: 0.5}
        training: {optimizer: adam, batch_size: 64, steps: 100}

    Right:
        curriculum:
          growing: {start: 30, add: 10, when: test_accuracy >= 0.6, newest_share: 0.5}
        training: {optimizer: adam, batch_size: 64, steps: 100}
    """

    code = "HEB405"
    drawn: int
    added: int
    drawings: int
    batch_size: Second = BATCH_SIZE

    @property
    def title(self) -> str:
        return (
            f"{self.drawn:_} images of each batch are to show the newest classes, which have"
            f" {self.added * self.drawings:_}"
        )

    label = "{drawn:_} images of each batch"

    @property
    def hint(self) -> str:
        classes = "1 class" if self.added == 1 else f"{self.added:_} classes"
        return (
            f"the smallest addition is {classes} with {self.drawings:_} training drawings each;"
            " lower `newest_share` or `batch_size`, or raise `add`"
        )

    related = Also("batch_size", "a share of this")
