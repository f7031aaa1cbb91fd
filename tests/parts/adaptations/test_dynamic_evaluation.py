"""`dynamic_evaluation`: the rule, number by number."""

from __future__ import annotations

from math import sqrt

import pytest
import torch
from torch import nn

from hebbdsl.parts.adaptations.dynamic_evaluation.spec import DynamicEvaluation


def test_the_rule() -> None:
    spec = DynamicEvaluation(learning_rate=0.1, decay=0.3, epsilon=0.01, training_batches=2)
    weights = [nn.Parameter(torch.tensor([1.0, -2.0])), nn.Parameter(torch.tensor([3.0]))]
    idle = nn.Parameter(torch.tensor([5.0]))
    adapter = spec.build()
    for gradients in (((1.0, 0.0), 2.0), ((3.0, 1.0), 0.0)):
        weights[0].grad, weights[1].grad = torch.tensor(gradients[0]), torch.tensor([gradients[1]])
        adapter.gather([*weights, idle])
    adapter.begin([*weights, idle])
    root = [sqrt(10 / 2), sqrt(1 / 2), sqrt(4 / 2), 0.0]
    mean = sum(root) / 4
    trained = [1.0, -2.0, 3.0, 5.0]
    now = list(trained)
    for step in ((1.0, -1.0, 0.5), (0.2, 0.0, -2.0)):
        weights[0].grad, weights[1].grad = torch.tensor(step[:2]), torch.tensor(step[2:])
        adapter.change()
        for i, slope in enumerate((*step, 0.0)):
            pull = spec.decay * min(root[i] / mean, 1 / spec.decay)
            now[i] += pull * (trained[i] - now[i]) - 0.1 * slope / (root[i] + 0.01)
        found = [*weights[0].tolist(), *weights[1].tolist(), *idle.tolist()]
        assert found == pytest.approx(now, rel=1e-5)


def test_sizes() -> None:
    assert DynamicEvaluation().bytes_at_test(10, 4, 7, None, None) == 120
