"""No more problems of one file than someone reads, and a word about the rest."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import MOST_SHOWN, Problem, Problems, Severity


def shortened(problems: Problems) -> Problems:
    """The first problems by place, errors before warnings, and where the first other one stands.

    What is left out takes the time of no format, and of no search for a name that is near.
    """
    if len(problems) <= MOST_SHOWN:
        return problems
    weighed = sorted(problems, key=lambda problem: problem.severity is Severity.WARNING)
    rest = weighed[MOST_SHOWN:]
    kept = Problems()
    kept.extend(weighed[:MOST_SHOWN])
    kept.add(MoreProblems(place=rest[0].place, count=len(rest)))
    return kept


class MoreProblems(Problem):
    """A file has more than 100 problems: the first 100 are shown, and this counts the others.

    Mend those first: often a few causes have many effects.

    Wrong:
        hebbdsl validate ten_thousand_typos.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB139"
    severity = Severity.WARNING
    count: int

    title = "{count:more problem} from here on, not shown"
    label = "the first that is not shown"
