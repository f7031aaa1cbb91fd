"""Loss and gradients over many words: ours, torch's plain way, and its `linear_cross_entropy`.

    PYTHONPATH=. python tests/benchmarks/word_head.py [--width 200] [--threads 1] [--repeats 4]

`linear_cross_entropy` is there from torch 2.13 on, and is left out where it is not.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from hebbdsl.parts.outputs.softmax.chunked import mean_loss

WORDS, BATCH = 33_278, 700


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=200)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=4)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(0)
    rows = (torch.randn(WORDS, asked.width) * 0.05).requires_grad_()
    bias = torch.zeros(WORDS).requires_grad_()
    h = torch.randn(BATCH, asked.width).requires_grad_()
    labels = torch.randint(0, WORDS, (BATCH,))
    ways: dict[str, Callable[[], Tensor]] = {
        "plain": lambda: F.cross_entropy(F.linear(h, rows, bias), labels),
        "ours": lambda: mean_loss(h, rows, bias, labels),
        "ours, bfloat16 products": lambda: mean_loss(h, rows, bias, labels, torch.bfloat16),
    }
    if hasattr(F, "linear_cross_entropy"):
        from torch.nn.modules.linear_cross_entropy_options import LinearCrossEntropyOptions

        warnings.simplefilter("ignore")
        for chunk in (None, 64, 175, 350, 700):
            options = LinearCrossEntropyOptions(batch_chunk_size=chunk)
            ways[f"linear_cross_entropy, {chunk or 'its own'} rows"] = lambda o=options: (
                F.linear_cross_entropy(h, rows, labels, linear_bias=bias, options=o)
            )
    reference = None
    for name, way in ways.items():
        took = []
        for _ in range(asked.repeats):
            for leaf in (rows, bias, h):
                leaf.grad = None
            began = time.perf_counter()
            way().backward()  # type: ignore[no-untyped-call]
            took.append(time.perf_counter() - began)
        reference = reference or min(took)
        print(f"{name:36} {1e3 * min(took):6.0f} ms  {reference / min(took):5.2f} x")


if __name__ == "__main__":
    main()
