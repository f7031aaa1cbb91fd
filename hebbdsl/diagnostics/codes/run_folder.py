"""HEB523 and HEB532 to HEB536: the folders of runs."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem


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
    exit_code = 1
    title = "no run is recorded under `{place}`"
    hint = "`hebbdsl compare SPEC` trains what is missing; run folders begin with `seed-`"
