"""Whether there are instructions for products of bfloat16.

Where there are, such a product takes a fraction of the time of one in float32; by libraries that
make do without them, several times as much. There operands that are rounded to bfloat16 are to be
multiplied in float32, which means the same and takes the time of float32.
"""

from __future__ import annotations

import os
import platform
from functools import cache

import torch

_WITHOUT = frozenset({"AVX512_CORE", "AVX512_CORE_VNNI"})
"""Instruction sets that oneDNN may be held to, in which it multiplies bfloat16 by float32's."""


def has_bfloat16(device: torch.device) -> bool:
    """Whether this device has instructions for products of bfloat16. The same at every call."""
    if device.type == "cpu":
        return _cpu_has_bfloat16()
    return device.type != "cuda" or torch.cuda.is_bf16_supported(including_emulation=False)


@cache
def _cpu_has_bfloat16() -> bool:
    """torch says that oneDNN can; on x86 it can without instructions, but slowly."""
    supported = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    if supported is None or not supported():
        return False
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    held_to = os.environ.get("ONEDNN_MAX_CPU_ISA") or os.environ.get("DNNL_MAX_CPU_ISA") or ""
    there = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return held_to.upper() not in _WITHOUT and there is not None and bool(there())


def how_multiplied(dtype: torch.dtype, device: torch.device) -> dict[str, str]:
    """What a record says of products of this type; of float32, nothing."""
    if dtype is torch.float32:
        return {}
    name = str(dtype).removeprefix("torch.")
    by = "its instructions" if has_bfloat16(device) else "those of float32, operands rounded"
    return {"products": f"{name}, by {by}"}
