"""Stage 3's noun: an experiment that is typed, bounded and knows where each value was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.frozen import frozen
from hebbdsl.parts.part import Curriculum, Dataset, Model, Output
from hebbdsl.source import Span
from hebbdsl.spec.experiment import AS_TRAINED, Evaluation, Experiment, Setup, Training

Path = tuple[str | int, ...]
"""Field names and list indices from the root; never the word of a part."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was written, and its key (None: a list item, or the root)."""

    value: Span
    key: Span | None = None


Origins = Mapping[Path, Origin]


@frozen(kw_only=True)
class Sections:
    """The sections of a setup as far as they could be built; None: missing or rejected.

    What can be asked of some sections is asked of them, though others are wrong: all problems of
    a file are said at once.
    """

    data: Dataset | None = None
    model: Model | None = None
    output: Output | None = None
    curriculum: Curriculum | None = None
    training: Training | None = None
    evaluation: Evaluation | None = AS_TRAINED
    no_curriculum: bool = False
    """None was written, or null: the section is not missing for being wrong."""

    def complete(self) -> Setup | None:
        if (
            self.data is None
            or self.model is None
            or self.output is None
            or self.training is None
            or self.evaluation is None
            or (self.curriculum is None and not self.no_curriculum)
        ):
            return None
        return Setup(
            data=self.data,
            model=self.model,
            output=self.output,
            curriculum=self.curriculum,
            training=self.training,
            evaluation=self.evaluation,
        )


@frozen
class Draft:
    """A variant as far as it could be built."""

    name: str
    sections: Sections
    origins: Origins


@frozen
class Variant:
    """A complete setup under its name."""

    name: str
    setup: Setup
    origins: Origins


@frozen
class Checked:
    """A whole experiment: its head, and every variant resolved. Warnings were found on the way.

    Attributes:
        experiment: with all that it inherits and `--set` changes; it extends nothing any more.
        origins: where the fields of `experiment` were written: seeds, claims, names of variants,
            and its setup before variants change it.
    """

    experiment: Experiment
    variants: Mapping[str, Variant]
    baseline: str
    origins: Origins
    warnings: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        counts = f"{len(self.variants)} variants × {len(self.experiment.seeds)} seeds"
        return f"<Checked {self.experiment.experiment}: {counts}>"
