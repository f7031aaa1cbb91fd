"""Problems of stage 7: records that cannot stand in one table, or lost what is said of them."""

from __future__ import annotations

from collections.abc import Iterable

from hebbdsl.diagnostics.diagnostic import Problem, nearest


def _listed(words: Iterable[str], most: int = 6) -> str:
    words = list(words)
    shown = ", ".join(f"`{word}`" for word in words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most} more"


class MixedData(Problem):
    """Runs on different data cannot be compared.

    The records were trained on different data sets, or on different contents under the same name.
    What differs between their variants would then be the data as much as the setup. Compare each
    group by itself, or train the missing runs on the same data. A spec with `fallback` may have
    trained some runs on the data it names and others on what stood in for it: `--retrain`
    trains them again on what is there now.

    Wrong:

        hebbdsl compare runs/on_omniglot/hebbian runs/on_glyphs/softmax

    Right:

        hebbdsl compare runs/on_glyphs/hebbian runs/on_glyphs/softmax
    """

    code = "HEB601"
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    """What the data is, and the runs that were trained on it."""

    @property
    def title(self) -> str:
        said = "; ".join(f"{_listed(runs, 3)} on {data}" for data, runs in self.groups)
        return f"these runs were trained on different data: {said}"

    hint = "compare each group by itself, or train the others again with `--retrain`"


class MixedSetups(Problem):
    """Runs of one variant have different setups.

    A row of the table averages over seeds, so all its runs must have been trained from the same
    setup. This happens when a spec was changed between runs and folders of both are named. Name
    only the folders of one of them.

    Wrong:

        hebbdsl compare runs/letters/softmax/seed-0-1f2e3d4c runs/letters/softmax/seed-1-99aabbcc

    Right:

        hebbdsl compare runs/letters/softmax/seed-0-1f2e3d4c runs/letters/softmax/seed-1-5a6b7c8d
    """

    code = "HEB602"
    variant: str
    paths: tuple[str, ...]
    folders: tuple[str, str]

    @property
    def title(self) -> str:
        return (
            f"runs of `{self.variant}` differ in {_listed(self.paths)}:"
            f" {self.folders[0]} and {self.folders[1]}"
        )

    hint = "name only the runs of one setup"


class RunTwice(Problem):
    """Two finished runs have the same variant and seed.

    Counting both would give that seed twice the weight, and choosing one would be a choice after
    the fact. Name only one of them. (The same folder named twice is counted once, and a finished
    run takes the place of an interrupted or failed one.)

    Wrong:

        hebbdsl compare runs/letters copies/letters

    Right:

        hebbdsl compare runs/letters
    """

    code = "HEB603"
    variant: str
    seed: int
    folders: tuple[str, str]

    @property
    def title(self) -> str:
        return (
            f"`{self.variant}` with seed {self.seed} was finished twice:"
            f" {self.folders[0]} and {self.folders[1]}"
        )

    hint = "name only one of the two"


class NothingToCompare(Problem):
    """None of the runs is finished.

    A comparison is made of finished runs; failed and interrupted ones are listed beside it. Train
    some first: `hebbdsl compare SPEC` trains what is missing.

    Wrong:

        hebbdsl compare runs/interrupted

    Right:

        hebbdsl compare specs/letters.yaml
    """

    code = "HEB604"
    unfinished: int

    @property
    def title(self) -> str:
        if not self.unfinished:
            return "there are no runs to compare"
        runs = "run" if self.unfinished == 1 else "runs"
        return f"none of {self.unfinished} {runs} is finished"

    hint = "`hebbdsl compare SPEC` trains what is missing"


class UnknownBaseline(Problem):
    """The baseline is not among the variants.

    Ratios and tests are against the baseline, so it must be one of the variants that are compared.

    Wrong:

        hebbdsl compare runs/letters --baseline softmaxx

    Right:

        hebbdsl compare runs/letters --baseline softmax
    """

    code = "HEB605"
    baseline: str
    variants: tuple[str, ...]

    title = "there is no variant `{baseline}` to compare with"

    @property
    def hint(self) -> str:
        guess = nearest(self.baseline, self.variants)
        start = f"did you mean `{guess}`? " if guess else ""
        return f"{start}the variants are {_listed(self.variants)}"
