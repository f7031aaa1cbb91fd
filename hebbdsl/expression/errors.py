"""What parsing an expression raises: problems with offsets into the expression's own text."""

from __future__ import annotations

from collections.abc import Iterable

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.expression.nodes import Extent
from hebbdsl.frozen import frozen


@frozen
class Fault:
    """A problem that has no place yet; `extent` says where in the text it is."""

    extent: Extent
    problem: Problem


class ExpressionError(Exception):
    """Everything that is wrong with one expression. Whoever knows its source gives the places."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.problem.title for fault in self.faults))
