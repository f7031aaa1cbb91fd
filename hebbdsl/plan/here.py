"""What a plan asks of this machine: data that is there, and memory enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hebbdsl.diagnostics.codes.here import MemoryShort
from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.parts.part import FLOAT_BYTES
from hebbdsl.plan.machine import DeviceMemory, device_memory
from hebbdsl.plan.plan import Plan, VariantPlan
from hebbdsl.spec.checked import Draft, Path
from hebbdsl.spec.origins import resolve


def here_problems(drafts: Iterable[Draft], plan: Plan | None) -> Iterator[Problem]:
    """What every variant would meet on this machine. Reads names of files, and no data.

    `plan` None: there is none, since something is wrong; data is looked for all the same.
    """
    for draft in drafts:
        for problem in draft.sections.data.missing_here() if draft.sections.data else ():
            yield resolve(problem, draft.origins, ("data",))
    if plan is not None and (device := device_memory()) is not None:
        yield from memory_problems(plan, device)


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
    if memory.most > memory.total:
        copies = 1
        part = "output" if setup.evaluation.adaptation is None else "adaptation"
        held["evaluation", part] = memory.evaluation + memory.tuning
    else:
        held["data",] = memory.data
    for section, layers in (
        ("model", variant.model_layers),
        ("output", variant.output_layers),
    ):
        parameters = sum(layer.parameters for layer in layers)
        buffers = sum(layer.buffer_bytes for layer in layers)
        held[(section,)] = copies * FLOAT_BYTES * parameters + buffers
    return max(held, key=lambda path: held[path])
