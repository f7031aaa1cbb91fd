"""Matrix products into memory that is there, by the library that is fastest where they are made.

torch multiplies float32 on x86 by MKL, which keeps to AVX2 on processors that are not Intel's. The
oneDNN that torch brings with it uses AVX-512 on all that have it: twice as fast on an AMD EPYC.
"""

from __future__ import annotations

from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor


def product_into(
    out: Float[Tensor, "m n"],
    a: Float[Tensor, "m k"],
    b: Float[Tensor, "n k"],
    bias: Float[Tensor, " n"] | None = None,
    *,
    add: bool = False,
) -> None:
    """out ← a bᵀ, or a bᵀ + bias, or with `add` out + a bᵀ. No gradient passes.

    Args:
        out: in float32, `a` and `b` in that or in a type of fewer bits. Without a gap between the
            rows of `b`, or between its columns: oneDNN takes a slow way where there is one.
    """
    if a.dtype is torch.float32 and not by_onednn(a.device):
        if add:
            out.addmm_(a, b.t())
        elif bias is None:
            torch.mm(a, b.t(), out=out)
        else:
            torch.addmm(bias, a, b.t(), out=out)
        return
    if a.dtype is torch.float32:
        found = torch.ops.mkldnn._linear_pointwise(a, b, None, "none", [], "")
    else:
        found = torch.mm(a, b.t())
    if add:
        out.add_(found)
    elif bias is None:
        out.copy_(found)
    else:
        torch.add(found, bias, out=out)


def by_onednn(device: torch.device) -> bool:
    """Whether float32 on this device is multiplied by oneDNN. The same at every call."""
    return device.type == "cpu" and _is_there()


@cache
def _is_there() -> bool:
    """torch has no public name for this product: where it is missing, torch's own is as right."""
    return (
        torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and torch.backends.cpu.get_cpu_capability().startswith("AVX")
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    )
