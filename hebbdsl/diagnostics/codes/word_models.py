"""HEB430-439: fields of a word model that do not go together."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second

WIDTH = At(("width",))


class UnevenHeads(Problem):
    """The heads of a transformer can't share its width evenly.

    Each head reads width/heads numbers, and an even number of them for rotary positions. Choose a
    number of heads that divides half of the width.

    Wrong:
        data: stdlib_docs
        curriculum: null
        model:
          transformer: {width: 256, heads: 6}

    Right:
        data: stdlib_docs
        curriculum: null
        output: softmax
        model:
          transformer: {width: 256, heads: 8}
    """

    code = "HEB431"
    heads: int
    width: int
    better: int | None
    """Fewer heads that would do; None: the width is odd."""
    wide: Second = WIDTH

    title = "{heads} heads do not divide a width of {width:_}"
    label = "{width:_} / {heads} is not whole"

    @property
    def hint(self) -> str:
        if self.better is None:
            return "use an even width, and a number of heads that divides half of it"
        return f"use {self.better}, or another divisor of {self.width // 2:_}"

    related = Also("wide", "{width:_} here")


class OddHeads(Problem):
    """Each head of a transformer would read an odd number of elements.

    Rotary positions turn pairs of elements of a head, so that width/heads must be even.

    Wrong:
        data: stdlib_docs
        curriculum: null
        model:
          transformer: {width: 100, heads: 4}

    Right:
        data: stdlib_docs
        curriculum: null
        output: softmax
        model:
          transformer: {width: 96, heads: 4}
    """

    code = "HEB432"
    heads: int
    width: int
    each: int
    """Elements of a head."""
    wide: Second = WIDTH

    title = "{heads} heads of {each} elements can't be turned in pairs"
    label = "{width:_} / {heads} is odd"

    @property
    def hint(self) -> str:
        return f"use a width that {2 * self.heads} divides, or fewer heads"

    related = Also("wide", "{width:_} here")
