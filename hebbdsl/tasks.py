"""The two kinds of learning, and where each has its rooms: the one place that chooses between them.

What differs is asked through verbs that both answer. A part says its task, and a stage takes from
the task the class of its floor, imported when it is used: the front half never loads torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hebbdsl.frozen import frozen

if TYPE_CHECKING:
    from hebbdsl.plan.plan import VariantPlan
    from hebbdsl.program.program import Program
    from hebbdsl.run.loop import Run


@frozen
class Task:
    """One kind of learning.

    Attributes:
        name: of its room on each floor.
        holds: what its data sets hold, in sentences.
        plan, program, run: classes of the floors, as `"module:Class"`.
    """

    name: str
    holds: str
    plan: str
    program: str
    run: str

    @property
    def plan_class(self) -> type[VariantPlan]:
        found: type[VariantPlan] = _load(self.plan)
        return found

    @property
    def program_class(self) -> type[Program]:
        found: type[Program] = _load(self.program)
        return found

    @property
    def run_class(self) -> type[Run]:
        found: type[Run] = _load(self.run)
        return found


def _load(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


CLASSIFICATION = Task(
    name="classification",
    holds="labelled examples",
    plan="hebbdsl.plan.classification:ClassificationPlan",
    program="hebbdsl.program.classification.program:ClassificationProgram",
    run="hebbdsl.run.classification.run:ClassificationRun",
)
LANGUAGE = Task(
    name="language",
    holds="text",
    plan="hebbdsl.plan.language:LanguagePlan",
    program="hebbdsl.program.language.program:LanguageProgram",
    run="hebbdsl.run.language.run:LanguageRun",
)
