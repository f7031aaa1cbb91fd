"""What a plan asks of this machine: data and software that are there, and memory enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from hebbdsl.diagnostics.diagnostic import At, Problem, Rejected, Severity
from hebbdsl.diagnostics.wording import listed, quoted
from hebbdsl.parts.part import FLOAT_BYTES, Adaptation
from hebbdsl.plan.machine import DeviceMemory, device_memory, gpu_memory, machine_memory
from hebbdsl.plan.nested import nested_memories
from hebbdsl.plan.plan import Plan, VariantPlan
from hebbdsl.plan.search_cost import searches
from hebbdsl.spec.checked import Draft, Path
from hebbdsl.spec.experiment import Setup
from hebbdsl.spec.origins import resolve

if TYPE_CHECKING:
    from hebbdsl.parts.memory_output import MemoryOutput


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
        for path, memory, work in searches(variant):
            for problem in memory.missing_for(work):
                yield resolve(problem, plan.checked.variants[name].origins, path)
    if (device := device_memory()) is not None:
        yield from memory_problems(plan, device)


def refuse_missing(variant: VariantPlan) -> None:
    """Before a run begins.

    Raises: Rejected, with HEB544, when it needs software that is not installed here.
    """
    found = [p for _, memory, work in searches(variant) for p in memory.missing_for(work)]
    if found:
        raise Rejected([replace(problem, place=None) for problem in found])


def refuse_large(variant: VariantPlan, run: str, device: str, trains: bool) -> None:
    """Before a run begins.

    Args:
        trains: whether there will be gradients, and what the optimizer remembers of them; else it
            is tuned and tested.

    Raises: Rejected, with HEB540, when it holds more than the device has. Who asks a machine for
        more than that is often not refused, but killed later on; a GPU refuses, but only after what
        is evaluated was trained.
    """
    memory = variant.memory
    needed = memory.total if trains else memory.at_test + memory.tuning
    there = machine_memory() if device == "cpu" else gpu_memory()
    if there is None or needed <= there.size:
        return
    reason = f"{in_gib(needed)} are held, and {there.name} has {in_gib(there.size)}"
    remembered = memory.buffers + (0 if trains else memory.evaluation + memory.tuning)
    sizes = tuple(_size_fields(variant.setup, trains)) if 2 * remembered > needed else ()
    problem = OutOfMemory(place=None, run=run, device=device, reason=reason, sizes=sizes)
    raise Rejected([problem])


def _size_fields(setup: Setup, trains: bool) -> Iterator[str]:
    """Paths of the fields that say how much is remembered."""
    parts: list[tuple[Path, MemoryOutput | Adaptation]] = [
        *nested_memories(setup.output, ("output",))
    ]
    if not trains:
        parts += nested_memories(setup.evaluation.output, ("evaluation", "output"))
        if setup.evaluation.adaptation is not None:
            parts.append((("evaluation", "adaptation"), setup.evaluation.adaptation))
    for path, part in parts:
        if (field := part.size_field()) is not None:
            yield ".".join(map(str, (*path, field)))


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


def in_gib(count: int) -> str:
    """`1.5 GiB (1_610_612_736 bytes)`."""
    return f"{count / 2**30:.1f} GiB ({count:_} bytes)"


class MemoryShort(Problem):
    """A variant holds more memory than this machine, or its GPU, has.

    `hebbdsl plan` shows what the memory is for: weights, gradients, the optimizer's numbers,
    buffers and images. The activations of a batch come on top, so a variant that just fits may not
    fit either. Lower what the caret shows, or use a device that has more.

    Wrong:
        hebbdsl validate --here specs/large.yaml --set model.features=65_536

    Right:
        hebbdsl validate --here specs/large.yaml --set model.features=256
    """

    code = "HEB516"
    severity = Severity.WARNING
    variant: str
    needed: int
    there: int
    device: str

    @property
    def title(self) -> str:
        needed, there = in_gib(self.needed), in_gib(self.there)
        return f"{quoted(self.variant)} holds {needed} of memory, and {self.device} has {there}"

    label = "most of it is for this"
    hint = "activations come on top; `hebbdsl plan` shows what holds how much"


class OutOfMemory(Problem):
    """The device has not the memory that a run needs.

    `hebbdsl plan` shows what a run holds all the time; activations of a batch come on top. Lower
    `batch_size` or the model's widths, run fewer at a time, or use another device.

    Wrong:
        hebbdsl run specs/omniglot_full.yaml --device cuda --set training.batch_size=20_000

    Right:
        hebbdsl run specs/omniglot_full.yaml --device cuda --set training.batch_size=256
    """

    code = "HEB540"
    exit_code = 4
    run: str
    device: str
    reason: str
    sizes: tuple[str, ...] = ()
    """Fields that say how much is remembered, where most of the memory is for that."""

    title = "{run}: the memory of {device} is too small ({reason})"

    @property
    def hint(self) -> str:
        first = f"{listed(self.sizes, 'and')}; else " if self.sizes else ""
        return (
            f"lower {first}`training.batch_size`, the model's widths, the `vocabulary` of a text or"
            " `--workers`; `hebbdsl plan` shows what is held"
        )
