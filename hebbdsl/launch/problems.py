"""Problems of evaluating stored runs again."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem


class OnlyEvaluation(Problem):
    """`hebbdsl evaluate` changes what is done with trained weights, and nothing else.

    What decides the training can't be changed any more: that would be another run.

    Wrong:
        hebbdsl evaluate runs/e/softmax/seed-0-1a2b3c4d --set training.steps=5

    Right:
        hebbdsl evaluate runs/e/softmax/seed-0-1a2b3c4d --set evaluation.adaptation=mbpa
    """

    code = "HEB542"
    change: str | None
    """None: there was none."""

    @property
    def title(self) -> str:
        if self.change is None:
            return "nothing is added to the trained run, so that there is nothing to evaluate"
        return f"`{self.change}` changes what was trained"

    hint = "use `--set evaluation.output=…` or `--set evaluation.adaptation=…`"


class NameTaken(Problem):
    """The name that the evaluation is to have is that of other runs of the experiment.

    Runs of one name are the seeds of one variant: with two setups they could not be compared.

    Wrong:
        hebbdsl evaluate runs/e/softmax/seed-0-1a2b3c4d --as softmax --set …

    Right:
        hebbdsl evaluate runs/e/softmax/seed-0-1a2b3c4d --as softmax_mbpa --set …
    """

    code = "HEB546"
    variant: str

    title = "`{variant}` is the name of runs of another setup, as of {place}"
    hint = "give another name by `--as`, or none"
