"""What our loop adds to a bare hand-written loop of the same model, in microseconds a step.

    python tests/benchmarks/loop_overhead.py

The bare loop is what a careful person writes for a script of their own: index tensors drawn for
many steps at once, a gather, forward, backward, the fused optimizer. It keeps no record, watches
for nothing and keys no randomness. Both are timed in turns, in blocks, in one process; the median
over blocks of the difference is reported, with the quartiles.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.program.classification.batches import InPlay
from hebbdsl.program.classification.program import ClassificationProgram
from tests import tiny

STEPS, BLOCKS = 100, 60


def _ours(program: ClassificationProgram, start: int) -> None:
    play = InPlay(classes=12, newest=8)
    statistics = torch.empty(STEPS, len(program.update.statistic_names))
    program.train(start, program.draw(start, STEPS, play), play, statistics)
    torch.isfinite(statistics.cpu()).all()


class Bare:
    """The same network, images and optimizer, written out."""

    def __init__(self, images: Tensor) -> None:
        self.images = images
        self.model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 16))
        self.head = nn.Linear(16, 12)
        parameters = [*self.model.parameters(), *self.head.parameters()]
        self.optimizer = torch.optim.Adam(parameters, lr=3e-3, fused=True)

    def train(self) -> None:
        classes, drawings = self.images.shape[:2]
        labels = torch.randint(classes, (STEPS, 16))
        drawn = torch.randint(drawings, (STEPS, 16))
        total = torch.zeros(())
        for row in range(STEPS):
            y = labels[row]
            x = self.images[y, drawn[row]].float() / 255
            loss = F.cross_entropy(self.head(self.model(x)), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.detach()
        float(total)


def main() -> None:
    torch.set_num_threads(1)
    setup = replace(tiny.setup(Softmax()), training=replace(tiny.setup().training, steps=10**6))
    program = tiny.program(setup)
    bare = Bare(program.examples["train"].values.unflatten(0, (12, -1)))
    ours, theirs = [], []
    for block in range(BLOCKS + 3):
        started = time.process_time()
        _ours(program, block * STEPS)
        middle = time.process_time()
        bare.train()
        ended = time.process_time()
        if block >= 3:  # the first blocks warm caches and allocators
            ours.append((middle - started) / STEPS * 1e6)
            theirs.append((ended - middle) / STEPS * 1e6)
    low, median, high = statistics.quantiles(
        [a - b for a, b in zip(ours, theirs, strict=True)], n=4
    )
    print(f"torch {torch.__version__}, cpu, 1 thread, {BLOCKS} blocks of {STEPS} steps")
    print(f"bare loop  {statistics.median(theirs):7.1f} µs a step")
    print(f"hebbdsl    {statistics.median(ours):7.1f} µs a step")
    print(f"added      {median:7.1f} µs a step (quartiles {low:.1f} to {high:.1f})")
    print(f"ratio      {statistics.median(ours) / statistics.median(theirs):7.3f}")


if __name__ == "__main__":
    main()
