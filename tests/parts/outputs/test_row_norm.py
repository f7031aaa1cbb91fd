"""The scale of rows at the start."""

from __future__ import annotations

import pytest
import torch

from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.softmax.spec import Softmax


def _rows(spec: Softmax) -> torch.Tensor:
    layer = spec.build(64, 500)
    layer.initialise(torch.Generator().manual_seed(0))
    return layer.get_parameter("rows").detach()


@pytest.mark.parametrize("kind", [Softmax, Hebbian])
@pytest.mark.parametrize("norm", [0.1, 1.0, 3.0])
def test_rows_start_at_the_norm_that_is_asked_for(kind: type[Softmax], norm: float) -> None:
    rows = _rows(kind(row_norm=norm))
    assert float(rows.square().sum(dim=1).mean().sqrt()) == pytest.approx(norm, rel=0.01)
    torch.testing.assert_close(rows / norm, _rows(kind(row_norm=1.0)))


def test_without_a_word_they_start_as_those_of_torchs_linear() -> None:
    rows = _rows(Softmax())
    assert float(rows.abs().max()) <= 1 / 8
    assert float(rows.square().sum(dim=1).mean().sqrt()) == pytest.approx(3**-0.5, rel=0.01)
