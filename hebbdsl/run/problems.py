"""Problems of a run, its folder and its records."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem


class NotFinite(Problem):
    """A loss, a gradient or a written row became infinite or not a number, or a perplexity did.

    A loss on a held-out text has no perplexity beyond 103 nats once training has ended, of which
    the probability is no number of float32, and beyond 709 before.

    Nothing after that step is kept; the record says which step and which tensor it was. Lower the
    learning rate, or, for a Hebbian output without `rescale`, give the written rows a norm.

    Wrong:
        training:
          optimizer: {sgd: {learning_rate: 1e6}}

    Right:
        training:
          optimizer: {sgd: {learning_rate: 0.1}}
    """

    code = "HEB531"
    exit_code = 4
    run: str
    step: int
    tensor: str

    title = "{run}: the {tensor} is not finite at step {step}"
    hint = "try a lower learning rate; what came before that step is in the run's metrics.jsonl"


class NotATrainedRun(Problem):
    """`hebbdsl evaluate` was given something else than the folder of a finished training.

    Only a run that was trained to its end has weights to be tested with memories.

    Wrong:
        hebbdsl evaluate runs/e --set evaluation.adaptation=mbpa

    Right:
        hebbdsl evaluate runs/e/softmax/seed-0-1a2b3c4d --set evaluation.adaptation=mbpa
    """

    code = "HEB541"
    reason: str

    title = "`{place}` is not the folder of a trained run: {reason}"
    hint = "give runs/EXPERIMENT/VARIANT/seed-…, of a run that finished"


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
    variant: str
    seed: int
    version: str
    """Of hebbdsl, that trained it."""

    title = (
        "{variant}, seed {seed} was trained by hebbdsl {version}, which computed some part of it"
        " otherwise"
    )
    hint = "train again"


class Unwritable(Problem):
    """The folder of runs can't be written.

    Give another folder with `--out`, or make room or permissions for this one.

    Wrong:
        hebbdsl run specs/omniglot_curriculum.yaml --out /proc/runs

    Right:
        hebbdsl run specs/omniglot_curriculum.yaml --out runs
    """

    code = "HEB532"
    exit_code = 4
    reason: str
    option: str = "--out"

    title = "`{place}` can't be written: {reason}"
    hint = "name a folder that can be written with `{option}`, or make room in this one"


class LinkInside(Problem):
    """A link stands in the folder of runs, where a folder or file of a run is to be written.

    What a run writes stays in its own folder: a link there, which may have come with a folder from
    somewhere else, could have any file of yours overwritten. The folder of runs itself may be a
    link. Remove the link, which leaves what it leads to as it is, or name the folder that it leads
    to with `--out`.

    Wrong:
        ln -s /large/omniglot_curriculum runs/omniglot_curriculum
        hebbdsl run specs/omniglot_curriculum.yaml

    Right:
        ln -s /large/runs runs
        hebbdsl run specs/omniglot_curriculum.yaml
    """

    code = "HEB523"
    exit_code = 4
    out: str
    option: str = "--out"

    title = "`{place}` is a link, and nothing is written through links in `{out}`"
    hint = "remove the link, or name with `{option}` a folder, which may itself be a link"


class Busy(Problem):
    """Another process is training this run, or another thread of the same one.

    Wait for it, or stop it; two of them never write one folder. On a file system without locks a
    file that names the process stands for one; where that was on another machine, and has ended
    without removing its file, remove it.

    Wrong:
        hebbdsl run specs/omniglot_curriculum.yaml &
        hebbdsl run specs/omniglot_curriculum.yaml

    Right:
        hebbdsl run specs/omniglot_curriculum.yaml
        hebbdsl run specs/omniglot_curriculum.yaml --seed 1
    """

    code = "HEB533"
    exit_code = 5
    holder: str
    left: str | None = None
    """A file to remove, where its maker has ended without doing so."""

    title = "{holder} holds the run `{place}`"

    @property
    def hint(self) -> str:
        if self.left is not None:
            return f"wait until it ends; if it has been killed, remove `{self.left}`"
        if "thread" in self.holder or "itself" in self.holder:
            return "wait until it ends: then this call finds the run done"
        return "wait until it ends, or stop it; then this command goes on from what it left"


class AlteredRecord(Problem):
    """A file of a run is not what the run wrote.

    A record whose files were edited, cut or mixed proves nothing. Train the run again with
    `--retrain` (the folder as it is will be kept beside it, ending in `.replaced-1` or a higher
    number), or restore it.

    Wrong:
        runs/omniglot_curriculum/hebbian/seed-0-1a2b3c4d/record.json    (steps edited by hand)

    Right:
        hebbdsl run specs/omniglot_curriculum.yaml --seed 0 --retrain
    """

    code = "HEB534"
    exit_code = 3
    reason: str

    title = "`{place}` is not what the run wrote: {reason}"
    hint = "restore the file, or train this run again with `--retrain`"


class NoRecords(Problem):
    """The folder holds no finished or begun run.

    Give folders that `hebbdsl run` or `hebbdsl compare` wrote, or the spec itself.

    Wrong:
        hebbdsl compare specs/

    Right:
        hebbdsl compare runs/omniglot_curriculum
    """

    code = "HEB536"
    title = "no run is recorded under `{place}`"
    hint = "`hebbdsl compare SPEC` trains what is missing; run folders begin with `seed-`"
