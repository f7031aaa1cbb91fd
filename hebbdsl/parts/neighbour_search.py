"""How much work nearest-neighbour search is."""

from __future__ import annotations

from hebbdsl.frozen import frozen


@frozen
class Shown:
    """What a memory is shown that remembers everything.

    Attributes:
        pairs: remembered at the end; of what is not known before it is read, none.
        queries: how often it is asked.
        comparisons: of queries with what was remembered when they were asked.
    """

    pairs: int
    queries: int
    comparisons: int


@frozen(kw_only=True)
class Searching:
    """What a memory that grows is planned to be asked.

    Attributes:
        hidden: numbers of an activation.
        pairs: remembered at the end.
        queries: activations that neighbours are sought for.
        products: multiplications of exact search, each query being compared with what is
            remembered when it is asked.
    """

    hidden: int
    pairs: int
    queries: int
    products: int

    @property
    def in_words(self) -> str:
        said = f"{self.queries:_} activations with up to {self.pairs:_} of {self.hidden:_} numbers"
        return f"{said}: {self.products:.1e} products"
