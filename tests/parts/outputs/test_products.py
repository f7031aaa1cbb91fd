"""Products into memory that is there, by either library."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from hebbdsl.parts.outputs.softmax import products
from hebbdsl.parts.outputs.softmax.products import by_onednn, product_into


def laid(shape: tuple[int, int], transposed: bool, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(shape[::-1] if transposed else shape, generator=generator)
    return drawn.t() if transposed else drawn


@given(
    sizes=st.tuples(*[st.integers(1, 9)] * 3),
    transposed=st.tuples(st.booleans(), st.booleans()),
    onednn=st.booleans(),
    form=st.sampled_from(["plain", "bias", "add"]),
    dtype=st.sampled_from([torch.float32, torch.bfloat16]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=150)
def test_every_form_is_the_product(
    sizes: tuple[int, int, int],
    transposed: tuple[bool, bool],
    onednn: bool,
    form: str,
    dtype: torch.dtype,
    seed: int,
) -> None:
    """Into a slice of columns of a larger matrix, whose other columns are left."""
    m, n, k = sizes
    a, b = (
        laid((m, k), transposed[0], seed).to(dtype),
        laid((n, k), transposed[1], seed + 1).to(dtype),
    )
    bias = torch.randn(n) if form == "bias" else None
    room = torch.randn(m, n + 2)
    before, out = room.clone(), room[:, 1:-1]
    with pytest.MonkeyPatch.context() as patch:
        if not onednn:
            patch.setattr(products, "by_onednn", lambda _: False)
        product_into(out, a, b, bias, add=form == "add")
    expected = a.double() @ b.double().T
    if bias is not None:
        expected = expected + bias
    if form == "add":
        expected = expected + before[:, 1:-1]
    bound = 1e-5 if dtype is torch.float32 else 0.03
    torch.testing.assert_close(out.double(), expected.double(), rtol=bound, atol=bound)
    assert torch.equal(room[:, [0, -1]], before[:, [0, -1]])


class Named(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.names = list[str]()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.names.append(str(func))
        return func(*args, **(kwargs or {}))


@pytest.mark.skipif(
    not by_onednn(torch.device("cpu")), reason="this torch has no product by oneDNN on this machine"
)
def test_float32_on_a_cpu_is_multiplied_by_onednn() -> None:
    with Named() as called:
        product_into(torch.empty(2, 3), torch.randn(2, 4), torch.randn(3, 4))
    assert any("mkldnn" in name for name in called.names)
    assert not any(name.startswith("aten.mm") for name in called.names)


def test_other_devices_are_left_to_torch() -> None:
    assert not by_onednn(torch.device("meta"))
