"""Which runs of a plan are meant: variants and seeds, and the training that each one needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.diagnostics.wording import suggestion

if TYPE_CHECKING:
    from hebbdsl.plan.plan import Plan, VariantPlan
    from hebbdsl.run.job import Job


def select_variants(plan: Plan, names: Sequence[str] | None = None) -> tuple[str, ...]:
    """Names of the variants that are given; none given: all. Raises: Rejected, with HEB535."""
    there = tuple(plan.variants)
    unknown = [name for name in names or () if name not in there]
    if unknown:
        raise Rejected(UnknownVariant(place=None, name=name, variants=there) for name in unknown)
    return tuple(dict.fromkeys(names or ())) or there


def parse_seeds(text: str) -> range:
    """A whole number or `0..9`, both ends included. Raises: Rejected, with HEB538."""
    first, dots, last = text.partition("..")
    try:
        start = int(first)
        stop = int(last) if dots else start
    except ValueError:
        start, stop = 0, -1
    if not 0 <= start <= stop < min(2**32, start + 10_000):
        raise Rejected([BadSeeds(place=None, text=text)])
    return range(start, stop + 1)


def check_baseline(plan: Plan, baseline: str | None) -> None:
    """Before anything is trained. Raises: Rejected, with HEB605."""
    if baseline is not None and baseline not in plan.variants:
        from hebbdsl.comparison.record_selection import UnknownBaseline

        names = tuple(plan.variants)
        raise Rejected([UnknownBaseline(place=None, baseline=baseline, variants=names)])


def select_jobs(
    plan: Plan,
    variants: Sequence[str] | None = None,
    seeds: Iterable[int] | None = None,
    *,
    out: Path | str = "runs",
    device: str = "auto",
    threads: int = 1,
    retrain: bool = False,
) -> tuple[Job, ...]:
    """Variants × seeds, without a word all of them; each with the job of the training it evaluates.

    Variants that differ in their evaluation alone share one training. Raises: Rejected, with
    HEB535.
    """
    from hebbdsl.run.job import Job
    from hebbdsl.spec.experiment import AS_TRAINED

    experiment = plan.checked.experiment
    names = select_variants(plan, variants)
    trainings = _trainings(plan, names)
    made: dict[tuple[str, int], Job] = {}

    def job(name: str, seed: int, of: VariantPlan, training: Job | None = None) -> Job:
        if (name, seed) not in made:
            made[name, seed] = Job(
                experiment=experiment.experiment,
                variant=name,
                plan=of,
                seed=seed,
                out=Path(out),
                device=device,
                threads=threads,
                retrain=retrain,
                training=training,
            )
        return made[name, seed]

    found = []
    for seed in dict.fromkeys(experiment.seeds if seeds is None else seeds):
        for name in names:
            variant, training = plan.variants[name], None
            if variant.setup.evaluation != AS_TRAINED:
                home, of = trainings[name]
                training = job(home, seed, of)
            found.append(job(name, seed, variant, training))
    return tuple(found)


def _trainings(plan: Plan, names: Sequence[str]) -> dict[str, tuple[str, VariantPlan]]:
    """Under which name the weights of these variants are trained, where they evaluate some, and
    the plan of that: the first variant that adds nothing to what was trained, or, where all do, a
    name made of the first one's."""
    from hebbdsl.plan.planning import plan_setup
    from hebbdsl.spec.experiment import AS_TRAINED

    found: dict[str, tuple[str, VariantPlan]] = {}
    trained = {
        name: replace(variant.setup, evaluation=AS_TRAINED)
        for name, variant in plan.variants.items()
    }
    planned: dict[str, VariantPlan] = {}
    for name in names:
        sharing = [other for other, setup in trained.items() if setup == trained[name]]
        plain = [o for o in sharing if plan.variants[o].setup.evaluation == AS_TRAINED]
        if plain:
            found[name] = plain[0], plan.variants[plain[0]]
        else:
            home = f"trained_for_{sharing[0]}"[:64]
            if home not in planned:
                planned[home] = plan_setup(trained[name], plan.variants[name].facts)
            found[name] = home, planned[home]
    return found


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
    def hint(self) -> str | None:
        known = ", ".join(f"`{name}`" for name in self.variants)
        return suggestion(self.name, self.variants, f"its variants are {known}")


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
