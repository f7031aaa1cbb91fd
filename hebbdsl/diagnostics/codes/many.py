"""HEB137–HEB139: more of something than one file may have, or anyone reads."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem

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
