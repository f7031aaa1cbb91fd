"""HEB53x to HEB59x: devices, runs and their folders."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem


class UnknownVariant(Problem):
    """The experiment has no such variant.

    Name one that stands under `variants`; an experiment without that section has one, `main`.

    Wrong:

        hebbdsl run specs/omniglot_curriculum.yaml --variant hebian

    Right:

        hebbdsl run specs/omniglot_curriculum.yaml --variant hebbian
    """

    code = "HEB535"
    name: str
    variants: tuple[str, ...]

    title = "the experiment has no variant `{name}`"

    @property
    def hint(self) -> str:
        from hebbdsl.diagnostics.diagnostic import nearest

        near = nearest(self.name, self.variants)
        start = f"did you mean `{near}`? " if near else ""
        return f"{start}its variants are {', '.join(f'`{name}`' for name in self.variants)}"


class BadSeeds(Problem):
    """`--seed` takes a whole number or a range, as in `seeds`.

    Seeds go from 0 to 4,294,967,295; a range holds at most 10,000 of them.

    Wrong:

        hebbdsl run specs/omniglot_curriculum.yaml --seed ten

    Right:

        hebbdsl run specs/omniglot_curriculum.yaml --seed 0..9
    """

    code = "HEB538"
    text: str

    title = "`--seed {text}` is neither a seed nor a range of seeds"
    hint = "write `--seed 3` or `--seed 0..9`, from 0 to 4294967295; repeat the option for more"


class WorkerKilled(Problem):
    """A process that trained a run ended without a word.

    Something outside stopped it; on a machine that is short of memory that is the system itself.
    Runs that had ended are kept. Run fewer at a time, or one alone.

    Wrong:

        hebbdsl compare specs/omniglot_full.yaml --workers 64

    Right:

        hebbdsl compare specs/omniglot_full.yaml --workers 2
    """

    code = "HEB539"
    exit_code = 4
    status: int

    @property
    def _signal(self) -> int:
        """0: none. A worker that was told to end by a signal answers with 128 and its number."""
        return -self.status if self.status < 0 else max(0, self.status - 128)

    @property
    def title(self) -> str:
        if not self._signal:
            return "a worker process ended by a fault of its own, which it printed"
        return f"a worker process was stopped from outside, by signal {self._signal}"

    @property
    def hint(self) -> str:
        if not self._signal:
            return "finished runs are kept; a fault of the program is worth a report"
        return "finished runs are kept; try again with fewer `--workers`, as memory may be short"
