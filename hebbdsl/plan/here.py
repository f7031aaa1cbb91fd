"""What a plan asks of this machine: data and software that are there, and memory enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hebbdsl.diagnostics.codes.here import MemoryShort
from hebbdsl.diagnostics.diagnostic import At, Problem, Rejected
from hebbdsl.parts.part import FLOAT_BYTES
from hebbdsl.plan.machine import DeviceMemory, device_memory
from hebbdsl.plan.plan import Plan, VariantPlan
from hebbdsl.plan.searching import searches
from hebbdsl.spec.checked import Draft, Path
from hebbdsl.spec.origins import resolve


def here_problems(drafts: Iterable[Draft], plan: Plan | None) -> Iterator[Problem]:
    """What every variant would meet on this machine. Reads names of files, and no data.

    `plan` None: there is none, since something is wrong; data is looked for all the same.
    """
    for draft in drafts:
        for problem in draft.sections.data.missing_here() if draft.sections.data else ():
            yield resolve(problem, draft.origins, ("data",))
    if plan is None:
        return
    for name, variant in plan.variants.items():
        for path, part, work in searches(variant):
            for problem in part.missing_for(work):
                yield resolve(problem, plan.checked.variants[name].origins, path)
    if (device := device_memory()) is not None:
        yield from memory_problems(plan, device)


def refuse_missing(variant: VariantPlan) -> None:
    """Before a run begins.

    Raises: Rejected, with HEB544, when it needs software that is not installed here.
    """
    found = [p for _, part, work in searches(variant) for p in part.missing_for(work)]
    if found:
        raise Rejected([replace(problem, place=None) for problem in found])


def memory_problems(plan: Plan, device: DeviceMemory) -> Iterator[Problem]:
    """Variants too large for the device; of those that are for the same reason, the largest."""
    found: dict[object, Problem] = {}
    by_size = sorted(plan.variants.items(), key=lambda item: item[1].memory.most)
    for name, variant in by_size:
        if variant.memory.most > device.size:
            problem = MemoryShort(
                place=At(_largest(variant)),
                variant=name,
                needed=variant.memory.most,
                there=device.size,
                device=device.name,
            )
            resolved = resolve(problem, plan.checked.variants[name].origins)
            found[resolved.place] = resolved
    yield from found.values()


def _largest(variant: VariantPlan) -> Path:
    """The section that most of the memory is for."""
    setup = variant.setup
    memory, held = variant.memory, dict[Path, int]()
    # Weights, gradients and the optimizer's numbers are all of one size.
    copies = 2 + setup.training.optimizer.state_per_parameter
    of_model = sum(layer.buffer_bytes for layer in variant.model_layers)
    if memory.most > memory.total:
        copies = 1
        part = "output" if setup.evaluation.adaptation is None else "adaptation"
        held["evaluation", part] = memory.evaluation + memory.tuning
    else:
        held["data",] = memory.data
    for section, layers, buffers in (
        ("model", variant.model_layers, of_model),
        ("output", variant.output_layers, memory.buffers - of_model),
    ):
        parameters = sum(layer.parameters for layer in layers)
        held[(section,)] = copies * FLOAT_BYTES * parameters + buffers
    return max(held, key=lambda path: held[path])
