"""No more problems of one file than someone reads, and a word about the rest."""

from __future__ import annotations

from hebbdsl.diagnostics.codes.many import MOST_PROBLEMS, MoreProblems
from hebbdsl.diagnostics.diagnostic import Problems, Severity


def shortened(problems: Problems) -> Problems:
    """The first problems by place, errors before warnings, and where the first other one stands.

    What is left out takes the time of no format, and of no search for a name that is near.
    """
    if len(problems) <= MOST_PROBLEMS:
        return problems
    weighed = sorted(problems, key=lambda problem: problem.severity is Severity.WARNING)
    rest = weighed[MOST_PROBLEMS:]
    kept = Problems()
    kept.extend(weighed[:MOST_PROBLEMS])
    kept.add(MoreProblems(place=rest[0].place, count=len(rest)))
    return kept
