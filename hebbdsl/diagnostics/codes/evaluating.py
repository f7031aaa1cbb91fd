"""HEB541–HEB543, HEB546, HEB590: runs that can't be evaluated otherwise."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem


class NotATrainedRun(Problem):
    """`hebbdsl evaluate` was given something else than the folder of a finished training.

    Only a run that was trained to its end has weights to be tested with memories.

    Wrong:

        hebbdsl evaluate runs/e --set evaluation.adaptation=mbpa

    Right:

        hebbdsl evaluate runs/e/softmax/seed-0-1a2b3c4d --set evaluation.adaptation=mbpa
    """

    code = "HEB541"
    exit_code = 1
    reason: str

    title = "`{place}` is not the folder of a trained run: {reason}"
    hint = "give runs/EXPERIMENT/VARIANT/seed-…, of a run that finished"


class OnlyEvaluation(Problem):
    """`hebbdsl evaluate` changes what is done with trained weights, and nothing else.

    What decides the training can't be changed any more: that would be another run.

    Wrong:

        hebbdsl evaluate runs/e/softmax/seed-0-1a2b3c4d --set training.steps=5

    Right:

        hebbdsl evaluate runs/e/softmax/seed-0-1a2b3c4d --set evaluation.adaptation=mbpa
    """

    code = "HEB542"
    exit_code = 1
    change: str | None
    """None: there was none."""

    @property
    def title(self) -> str:
        if self.change is None:
            return "nothing is added to the trained run, so that there is nothing to evaluate"
        return f"`{self.change}` changes what was trained"

    hint = "use `--set evaluation.output=…` or `--set evaluation.adaptation=…`"


class OtherData(Problem):
    """The data is not what the run was trained on, so that its weights mean something else now.

    A corpus or a library of drawings was changed since, or another one is found.

    Wrong:

        hebbdsl evaluate runs/e/softmax/seed-0-1a2b3c4d --set …    (the text was edited since)

    Right:

        hebbdsl compare specs/e.yaml    (trains on the text as it is now)
    """

    code = "HEB543"
    exit_code = 3
    variant: str
    seed: int

    title = "{variant}, seed {seed} was trained on other data than is found now"
    hint = "restore the data, or train again"


class OtherMeaning(Problem):
    """The run was trained by an older version, which computed some part of it otherwise.

    Its record stands, and can be compared; but this version would evaluate it by other numbers than
    it was trained by. `CHANGELOG.md` says which parts were computed otherwise, and why.

    Wrong:

        hebbdsl evaluate runs/e/sampled/seed-0-1a2b3c4d --set …    (of an older version)

    Right:

        hebbdsl compare specs/e.yaml    (trains it again)
    """

    code = "HEB590"
    exit_code = 1
    variant: str
    seed: int
    version: str
    """Of hebbdsl, that trained it."""

    title = (
        "{variant}, seed {seed} was trained by hebbdsl {version}, which computed some part of it"
        " otherwise"
    )
    hint = "train again"


class NameTaken(Problem):
    """The name that the evaluation is to have is that of other runs of the experiment.

    Runs of one name are the seeds of one variant: with two setups they could not be compared.

    Wrong:

        hebbdsl evaluate runs/e/softmax/seed-0-1a2b3c4d --as softmax --set …

    Right:

        hebbdsl evaluate runs/e/softmax/seed-0-1a2b3c4d --as softmax_mbpa --set …
    """

    code = "HEB546"
    exit_code = 1
    variant: str

    title = "`{variant}` is the name of runs of another setup, as of {place}"
    hint = "give another name by `--as`, or none"
