"""Loss and gradients of a mixture of softmaxes over many words: ours, and torch's plain way.

    PYTHONPATH=. python tests/benchmarks/mixture_of_softmaxes.py [--components 4] [--words 33278]

The peer is written from the formula: all logits of all components, a softmax of each, their sum by
shares, the logarithm at the labels. Each way has a process of its own: processor time, the best of
the repeats, and the most memory that it holds beyond weights and inputs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

import torch
import torch.nn.functional as F
from torch import Tensor

from hebbdsl.parts.outputs.mixture_of_softmaxes.module import MixtureOfSoftmaxesLayer
from hebbdsl.parts.outputs.mixture_of_softmaxes.spec import MixtureOfSoftmaxes
from hebbdsl.parts.outputs.softmax.spec import Softmax
from tests.memory import peak_bytes

WAYS = ("plain", "ours", "ours, bfloat16 products", "one softmax, ours")


def plain(layer: MixtureOfSoftmaxesLayer, h: Tensor, labels: Tensor) -> Tensor:
    components, width, hidden = layer.weights.shape
    made = F.linear(h, layer.weights.view(-1, hidden), layer.offsets.view(-1)).tanh()
    logits = F.linear(made.view(-1, width), layer.softmax.rows, layer.softmax.bias)
    assert layer.shares is not None
    shares = F.linear(h, layer.shares).softmax(dim=1)
    p = logits.softmax(dim=1).view(len(h), components, -1)
    mixed = (p * shares[:, :, None]).sum(dim=1)
    return F.nll_loss((mixed + 1e-8).log(), labels)


def measure(way: str, asked: argparse.Namespace) -> None:
    torch.set_num_threads(asked.threads)
    products = "bfloat16" if "bfloat16" in way else "float32"
    spec = MixtureOfSoftmaxes(components=asked.components, products=products)
    layer = (Softmax() if way.startswith("one") else spec).build(asked.width, asked.words)
    layer.initialise(torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(1)
    h = torch.randn(asked.batch, asked.width, generator=generator).requires_grad_()
    labels = torch.randint(0, asked.words, (asked.batch,), generator=generator)
    before, took, loss = peak_bytes(), [], torch.zeros(())
    for _ in range(asked.repeats):
        for leaf in (h, *layer.parameters()):
            leaf.grad = None
        began = time.process_time()
        if way == "plain":
            assert isinstance(layer, MixtureOfSoftmaxesLayer)
            loss = plain(layer, h, labels)
        else:
            loss = layer.loss(h, labels, asked.words)
        loss.backward()  # type: ignore[no-untyped-call]
        took.append(time.process_time() - began)
    mib = (peak_bytes() - before) / 2**20
    print(f"{min(took)} {mib} {float(loss.detach())}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--components", type=int, default=4)
    parser.add_argument("--words", type=int, default=33_278)
    parser.add_argument("--width", type=int, default=200)
    parser.add_argument("--batch", type=int, default=700)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--way", choices=WAYS)
    asked = parser.parse_args()
    if asked.way is not None:
        measure(asked.way, asked)
        return
    first: tuple[float, float] | None = None
    for way in WAYS:
        command = [sys.executable, *sys.argv, "--way", way]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        seconds, mib, loss = map(float, said.split())
        first = first or (seconds, mib)
        print(
            f"{way:24} {1e3 * seconds:7.0f} ms  {first[0] / seconds:5.2f} x   {mib:6.0f} MiB"
            f"  {mib / first[1]:5.2f} of it   loss {loss:.6f}"
        )


if __name__ == "__main__":
    main()
