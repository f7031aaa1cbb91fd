"""Matrix products by the library, and in the arithmetic, that is fastest where they are made.

A product of bfloat16 is one of operands that are rounded to it, summed in float32, and rounded once
more. Where there are no instructions for it, the rounded operands are multiplied in float32.

torch multiplies float32 on x86 by MKL, which keeps to AVX2 on processors that are not Intel's. The
oneDNN that torch brings with it uses AVX-512 on all that have it: twice as fast on an AMD EPYC.
"""

from __future__ import annotations

from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor

from hebbdsl.parts.bfloat16.module import has_bfloat16


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
    elif has_bfloat16(a.device):
        found = torch.mm(a, b.t())
    else:
        found = _in_float32(a, b)
    if add:
        out.add_(found)
    elif bias is None:
        out.copy_(found)
    else:
        torch.add(found, bias, out=out)


def product(
    a: Float[Tensor, "m k"], b: Float[Tensor, "n k"], dtype: torch.dtype
) -> Float[Tensor, "m n"]:
    """a bᵀ in float32, of operands in `dtype`. Differentiable: gradients are rounded to it too."""
    a, b = a.to(dtype), b.to(dtype)
    if dtype is torch.float32 or has_bfloat16(a.device):
        return (a @ b.t()).float()
    return (a.float() @ b.float().t()).to(dtype).float()


def _in_float32(a: Tensor, b: Tensor) -> Tensor:
    """a bᵀ as instructions for its type would make it. No gradient passes."""
    wide, other = a.float(), b.float()
    if by_onednn(a.device):
        found = torch.ops.mkldnn._linear_pointwise(wide, other, None, "none", [], "")
    else:
        found = torch.mm(wide, other.t())
    rounded: Tensor = found.to(a.dtype)
    return rounded


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
