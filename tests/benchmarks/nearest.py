"""Approximate search for nearest neighbours beside exact search, at several sizes of the memory.

Both are asked the same queries in the same process: time for each query, the share of the true
neighbours that faiss finds, and how far apart that leaves the log-probability of the label that is
asked for. With `--run`, keys are the activations that a trained model makes of its training text,
and queries those of its test text; else they are made up, of some kinds as words are.

    python tests/benchmarks/nearest.py [--run runs/e/softmax/seed-0-…] [--width 128]
        [--sizes 16384 65536 262144] [--neighbours 1024] [--threads 1]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
from torch import Tensor

from hebbdsl.parts.outputs.nearest.datastore import Datastore
from hebbdsl.parts.outputs.nearest.spec import Kernel, Nearest, Search

QUERIES = 512
KINDS = 5_000
KERNELS: tuple[Kernel, ...] = ("squared_distance", "dot")
PARTS = 4_096


def made_up(count: int, width: int, seed: int) -> tuple[Tensor, Tensor]:
    centres = torch.randn(KINDS, width, generator=torch.Generator().manual_seed(99))
    generator = torch.Generator().manual_seed(seed)
    kinds = (KINDS ** torch.rand(count, generator=generator)).long() - 1
    noise = torch.randn(count, width, generator=generator)
    return torch.tanh(0.7 * centres[kinds] + 0.5 * noise), kinds


def activations(run: Path, split: str, count: int) -> tuple[Tensor, Tensor]:
    """What the model of a run makes of the first words of a split, with the words that follow."""
    from hebbdsl.launch.evaluation_job import evaluation_job
    from hebbdsl.program.language.program import LanguageProgram
    from hebbdsl.program.language.streams import Streams
    from hebbdsl.run.job import build
    from hebbdsl.run.session import Session
    from hebbdsl.run.store import RunFolder

    change = "evaluation.output={mixture: {experts: [trained]}}"
    program = build(evaluation_job(run, [change], None, "cpu", 1), Session())
    assert isinstance(program, LanguageProgram)
    RunFolder(run).load_weights(program)
    program.model.eval()
    text = Streams(program.content.splits[split][: count + 1], 1, 1_024)
    state, found, labels = program.start(1), list[Tensor](), list[Tensor]()
    with torch.no_grad():
        for words, following in text.read(0, text.windows, program.device):
            h, state = program.step.read(words, state)
            found.append(h)
            labels.append(following.flatten())
    return torch.cat(found), torch.cat(labels)


def filled(
    search: Search, kernel: Kernel, neighbours: int, keys: Tensor, held: Tensor
) -> Datastore:
    spec = Nearest(search=search, kernel=kernel, neighbours=neighbours)
    memory = Datastore(spec, 1, keys.shape[1])
    for part, labels in zip(torch.split(keys, PARTS), torch.split(held, PARTS), strict=True):
        memory.remember(part[None], labels[None], int(held.max()) + 1)
        memory.index()
    return memory


def asked(memory: Datastore, queries: Tensor) -> tuple[Tensor, Tensor, float]:
    """Scores and places of the neighbours, and milliseconds of CPU time for each query."""
    start = time.process_time()
    parts = [memory.nearest(part[None], 0, 2**40) for part in torch.split(queries, 64)]
    took = (time.process_time() - start) / len(queries) * 1e3
    scores = torch.cat([part.scores[0] for part in parts])
    return scores, torch.cat([part.places[0] for part in parts]), took


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--run", type=Path)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--sizes", type=int, nargs="*", default=[16_384, 65_536, 262_144])
    parser.add_argument("--neighbours", type=int, default=1_024)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    if given.run is None:
        every, held = made_up(max(given.sizes), given.width, 0)
        queries, labels = made_up(QUERIES, given.width, 1)
    else:
        every, held = activations(given.run, "train", max(given.sizes))
        queries, labels = activations(given.run, "test", QUERIES)
    print(f"{'memory':>9} {'kernel':16} exact ms faiss ms  times  recall  nats apart  filling s")
    for size in given.sizes:
        for kernel in KERNELS:
            keys, said = every[:size], held[:size]
            memories, filling = [], []
            for search in ("exact", "faiss"):
                start = time.process_time()
                memories.append(filled(search, kernel, given.neighbours, keys, said))  # type: ignore[arg-type]
                filling.append(time.process_time() - start)
            (scores, places, slow), (near, found, fast) = (asked(m, queries) for m in memories)
            pairs = zip(places.tolist(), found.tolist(), strict=True)
            recall = sum(len(set(a) & set(b)) for a, b in pairs) / places.numel()
            theta = (2.0 if kernel == "squared_distance" else 4.0) / float(
                queries.square().sum(1).mean()
            )
            nats = []
            for values, at in ((scores, places), (near, found)):
                shares = (theta * values).softmax(dim=1)
                mine = (shares * (said[at] == labels[:, None])).sum(dim=1)
                nats.append((0.999 * mine + 1e-3 / 5_000).log())
            apart = float((nats[1] - nats[0]).abs().mean())
            print(
                f"{size:9,} {kernel:16} {slow:8.2f} {fast:8.2f} {slow / fast:6.1f} {recall:7.3f}"
                f" {apart:11.4f}  {filling[0]:.1f} {filling[1]:.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
