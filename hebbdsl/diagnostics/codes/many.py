"""HEB137–HEB139: more of something than one file may have, or anyone reads."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem, Severity

MOST_PROBLEMS = 100
MOST_ENTRIES = 2_000
"""Of one mapping: more than the most variants there may be, and than any section has fields."""
"""Problems of one file that are said."""

MOST_EXPRESSION = 10_000
"""Characters of all conditions and claims of a spec; parsing them takes longer than all else."""


class TooMuchExpression(Problem):
    """The conditions and claims of a spec have more than 10,000 characters in all.

    That is some two hundred claims, more than any number of seeds can decide. Put them in several
    specs, each with its own question.

    Wrong:
        hebbdsl validate a_thousand_claims.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB138"

    @property
    def title(self) -> str:
        most = f"{MOST_EXPRESSION:_}"
        return f"the conditions and claims of the spec have more than {most} characters in all"

    label = "from here on"


class TooManyEntries(Problem):
    """A mapping has more entries than any in a spec may have: over 2,000.

    Nothing in it is judged then. Variants are 1,000 at most; what is generated in greater numbers
    goes into several specs.

    Wrong:
        hebbdsl validate generated.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB137"
    title = f"more than {MOST_ENTRIES:_} entries in one mapping"
    label = "one too many"


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
