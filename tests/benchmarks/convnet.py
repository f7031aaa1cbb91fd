"""A training step and an evaluation of `convnet` beside the same network as commonly written.

    PYTHONPATH=. python tests/benchmarks/convnet.py

Four blocks of 32 channels on 28×28 images, 64 features, a linear layer of 200 classes. A step is
forward and backward of 64 images, without the optimizer; an evaluation is 1,000 images. The forms
are timed in turns, in one process on one thread; minimum and median are reported.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hebbdsl.parts.models.convnet.spec import Convnet

TURNS = 25


def plain() -> nn.Module:
    layers: list[nn.Module] = []
    channels = 1
    for _ in range(4):
        layers += [nn.Conv2d(channels, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()]
        layers += [nn.MaxPool2d(2)]
        channels = 32
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(32, 64))


def ours() -> nn.Module:
    model = Convnet(channels=(32,) * 4, features=64).build((1, 28, 28))
    model.initialise(torch.Generator().manual_seed(0))
    return model


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    images, many = torch.rand(64, 1, 28, 28), torch.rand(1000, 1, 28, 28)
    labels, head = torch.randint(200, (64,)), nn.Linear(64, 200)
    models = {
        "plain": plain(),
        "channels-last": plain().to(memory_format=torch.channels_last),  # type: ignore[call-overload]
        "hebbdsl": ours(),
    }

    def train(model: nn.Module, x: Tensor) -> None:
        model.train()
        F.cross_entropy(head(model(x)), labels).backward()

    def evaluate(model: nn.Module, x: Tensor) -> None:
        model.eval()
        with torch.inference_mode():
            model(x)

    print(f"torch {torch.__version__}, cpu, 1 thread, {TURNS} turns; ms, minimum / median")
    for what, work, x in (("step of 64", train, images), ("evaluate 1,000", evaluate, many)):
        took: dict[str, list[float]] = {name: [] for name in models}
        for turn in range(TURNS + 2):
            for name, model in models.items():
                layout = x.contiguous(memory_format=torch.channels_last) if name != "plain" else x
                took[name].append(_milliseconds(work, model, layout))
                if turn < 2:
                    took[name].clear()
        base = statistics.median(took["plain"])
        for name, times in took.items():
            median = statistics.median(times)
            print(f"{what:15} {name:14} {min(times):6.1f} / {median:6.1f}  ({median / base:.2f})")


def _milliseconds(work: Callable[[nn.Module, Tensor], None], model: nn.Module, x: Tensor) -> float:
    started = time.process_time()
    work(model, x)
    return (time.process_time() - started) * 1e3


if __name__ == "__main__":
    main()
