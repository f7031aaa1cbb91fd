"""What a run was computed with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from hebbdsl import __version__
from hebbdsl.parts.bfloat16.module import has_bfloat16
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.program.identity import SEMANTICS, packages_of, raised_parts
from hebbdsl.program.program import Program


def environment(program: Program, *outputs: OutputLayer) -> Mapping[str, Any]:
    """What a run was computed with.

    Args:
        outputs: those that predicted, asked with all that is inside them.
    """
    found: dict[str, Any] = {
        "semantics": SEMANTICS,
        "hebbdsl": __version__,
        "torch": torch.__version__,
        "device": device_name(program.device),
        "dtype": program.setup.training.precision,
        "threads": torch.get_num_threads(),
        "float32_matmul_precision": torch.get_float32_matmul_precision(),
        "cudnn_benchmark": torch.backends.cudnn.benchmark,
    }
    if parts := raised_parts(program.setup):
        found["parts"] = parts
    if packages := packages_of(program.setup):
        found["packages"] = packages
    if program.setup.training.precision == "bfloat16":
        there = has_bfloat16(program.device)
        found["bfloat16"] = "by its instructions" if there else "without instructions"
    for output in outputs:
        for layer in output.modules():
            if isinstance(layer, OutputLayer):
                found |= layer.computed_with()
    return found


def device_name(device: torch.device) -> str:
    """With the name of the GPU, where it is one."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    return device.type
