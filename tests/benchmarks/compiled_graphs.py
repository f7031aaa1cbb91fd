"""How many graphs torch.compile makes in a long run on words.

A transformer with a Hebbian output; the learning rate follows a cosine, γ and T are changed every
97 steps, and the last window of every epoch is shorter. Counted are graphs, not seconds.

    PYTHONPATH=. python tests/benchmarks/compiled_graphs.py [--steps 10000]
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import torch

from hebbdsl.parts.models.transformer.spec import Transformer
from hebbdsl.parts.outputs.hebbian.module import HebbianLayer
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.schedules.cosine import Cosine
from tests.words import program, setup

EVERY = 97
MODEL = Transformer(d_model=12, num_heads=2, num_layers=1, dim_feedforward=16, context_length=9)


def graphs() -> int:
    return int(torch._dynamo.utils.counters["stats"]["unique_graphs"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=10_000)
    steps = parser.parse_args().steps
    torch.set_num_threads(1)
    rule = Hebbian(center="running", rescale="row")
    made = setup(model=MODEL, output=rule, schedule=Cosine())
    made = replace(made, training=replace(made.training, compile=True, steps=steps, epochs=None))
    run = program(made)
    assert isinstance(run.output, HebbianLayer)
    state, step, after_three = run.start(run.train_streams.streams), 0, 0
    while step < steps:
        count = 3 if step == 0 else min(EVERY, steps - step)
        statistics = torch.empty(count, len(run.update.statistic_names))
        run.output.rule = replace(rule, gamma=0.01 + step % 7 / 10, T=2 + step % 30)
        state = run.train(step, state, statistics, 1.0)
        assert bool(torch.isfinite(statistics).all())
        step += count
        after_three = after_three or graphs()
    print(f"{steps} steps in windows of {run.train_streams.windows} an epoch:")
    print(f"{after_three} graphs after step 3, {graphs()} at the end")


if __name__ == "__main__":
    main()
