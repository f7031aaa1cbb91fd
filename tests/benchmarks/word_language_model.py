"""A training step on words beside a hand-written loop: time, losses, memory.

The peer is the well-known `word_language_model` example of PyTorch, written from its description:
two LSTM layers, untied embedding, `nn.Linear` and `cross_entropy`, clipping and plain SGD, windows
of 20 x 35 words. Both start from the same weights, read the same tokens in the same order, and
have no dropout. torch's LSTM has two biases where ours has one: the peer's second is kept at zero.

    python tests/benchmarks/word_language_model.py [--width 200] [--threads 1] [--steps 12]
    ONEDNN_MAX_CPU_ISA=AVX2 python tests/benchmarks/word_language_model.py
    python tests/benchmarks/word_language_model.py --losses 200
    python tests/benchmarks/word_language_model.py --memory
    python tests/benchmarks/word_language_model.py --write
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hebbdsl.parts.bfloat16 import module
from hebbdsl.parts.bfloat16.module import how_multiplied
from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
from hebbdsl.parts.datasets.wikitext import Wikitext
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.optimizers.sgd import Sgd
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Output
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.building import assemble
from hebbdsl.program.data import Opened
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.spec.experiment import Setup, Training

STREAMS, WINDOW, RATE, CLIP = 20, 35, 1.0, 0.25
HEBBIAN = Hebbian(gamma=0.01, T=20, rescale="row", center="running")


def zipf(words: int, count: int) -> np.ndarray:
    """Ids of words as they are in a text: the k-th is 1/k as frequent as the first."""
    generator = np.random.default_rng(0)
    shares = 1 / np.arange(1, words + 1)
    return generator.choice(words, count, p=shares / shares.sum()).astype(np.int32)


def program(words: int, width: int, output: Output, precision: str) -> LanguageProgram:
    """Ours, as a spec would make it."""
    tokens = zipf(words, 200_000)
    content = CorpusContent(
        word="wikitext",
        origin="drawn",
        fingerprint="0" * 64,
        words=[str(number) for number in range(words)],
        counts=np.bincount(tokens, minlength=words),
        splits={"train": tokens, "validation": tokens[:1000], "test": tokens[:1000]},
    )
    data = Wikitext()
    setup = Setup(
        data=data,
        model=Lstm(hidden=(width, width), embedding=width, tied=False),
        output=output,
        training=Training(
            optimizer=Sgd(learning_rate=RATE, momentum=0.0),
            batch_size=STREAMS,
            sequence_length=WINDOW,
            epochs=1,
            clip_grad_norm=CLIP,
            precision=precision,  # type: ignore[arg-type]
        ),
    )
    plan = plan_setup(setup, content.facts())
    made = assemble("peer", "main", plan, 0, Opened(data, content), torch.device("cpu"))
    assert isinstance(made, LanguageProgram)
    return made


class Peer(nn.Module):
    """The example's model, with our initial weights."""

    def __init__(self, ours: LanguageProgram, width: int) -> None:
        super().__init__()
        words = ours.model.vocabulary_size
        self.encoder = nn.Embedding(words, width)
        self.rnn = nn.LSTM(width, width, 2)
        self.decoder = nn.Linear(width, words)
        state = ours.weights()
        with torch.no_grad():
            self.encoder.weight.copy_(state["model.embedding"])
            self.decoder.weight.copy_(state["output.rows"])
            self.decoder.bias.copy_(state["output.bias"])
            for layer in range(2):
                self.rnn.get_parameter(f"weight_ih_l{layer}").copy_(
                    state[f"model.layers.{layer}.input_weights"]
                )
                self.rnn.get_parameter(f"weight_hh_l{layer}").copy_(
                    state[f"model.layers.{layer}.hidden_weights"]
                )
                self.rnn.get_parameter(f"bias_ih_l{layer}").copy_(
                    state[f"model.layers.{layer}.bias"]
                )
                frozen = self.rnn.get_parameter(f"bias_hh_l{layer}")
                frozen.zero_()
                frozen.requires_grad_(False)

    def forward(
        self, tokens: Tensor, hidden: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        output, hidden = self.rnn(self.encoder(tokens), hidden)
        decoded = self.decoder(output)
        return decoded.view(-1, decoded.shape[-1]), hidden


def peer_loop(ours: LanguageProgram, width: int) -> Callable[[int], float]:
    """A step of the example's loop."""
    model = Peer(ours, width)
    tokens = torch.from_numpy(ours.content.splits["train"].astype(np.int64))
    length = len(tokens) // STREAMS
    data = tokens[: length * STREAMS].view(STREAMS, length).t().contiguous()
    hidden = (torch.zeros(2, STREAMS, width), torch.zeros(2, STREAMS, width))

    def step(number: int) -> float:
        nonlocal hidden
        start = number * WINDOW
        source, target = data[start : start + WINDOW], data[start + 1 : start + WINDOW + 1]
        model.zero_grad()
        hidden = (hidden[0].detach(), hidden[1].detach())
        output, hidden = model(source, hidden)
        loss = F.cross_entropy(output, target.reshape(-1))
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], CLIP)
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter.data.add_(parameter.grad, alpha=-RATE)
        return float(loss.detach())

    return step


def our_loop(ours: LanguageProgram) -> Callable[[int], float]:
    state = ours.start(STREAMS)
    statistics = torch.empty(1, len(ours.update.statistic_names))

    def step(number: int) -> float:
        nonlocal state
        state = ours.train(number, state, statistics, 1.0)
        return float(statistics[0, 0])

    return step


def without_bfloat16(loop: Callable[[int], float]) -> Callable[[int], float]:
    """Steps as on a CPU without instructions for bfloat16: with its operands, in float32."""

    def step(number: int) -> float:
        there = module._cpu_has_bfloat16
        module._cpu_has_bfloat16 = lambda: False  # type: ignore[assignment]
        try:
            return loop(number)
        finally:
            module._cpu_has_bfloat16 = there

    return step


def times(loops: dict[str, Callable[[int], float]], steps: int) -> dict[str, float]:
    """Median seconds a step, the loops taking turns."""
    seen: dict[str, list[float]] = {name: [] for name in loops}
    for number in range(steps + 2):
        for name, loop in loops.items():
            began = time.perf_counter()
            loop(number)
            seen[name].append(time.perf_counter() - began)
    return {name: statistics.median(values[2:]) for name, values in seen.items()}


def compare_times(width: int, steps: int) -> None:
    words = 33_278
    ours = program(words, width, Softmax(), "float32")
    low = program(words, width, Softmax(products="bfloat16"), "float32")
    lower = program(words, width, Softmax(products="bfloat16"), "bfloat16")
    hebbian = program(words, width, HEBBIAN, "float32")
    found = times(
        {
            "peer": peer_loop(ours, width),
            "ours": our_loop(ours),
            "ours, bfloat16 products": our_loop(low),
            "the same, no instructions": without_bfloat16(our_loop(low)),
            "ours, bfloat16 all": our_loop(lower),
            "ours, hebbian": our_loop(hebbian),
        },
        steps,
    )
    print(f"bfloat16 here: {how_multiplied(torch.bfloat16, torch.device('cpu'))['products']}")
    for name, seconds in found.items():
        print(f"{name:26} {1e3 * seconds:7.0f} ms a step  {found['peer'] / seconds:5.2f} x")


def compare_losses(width: int, steps: int) -> None:
    ours = program(33_278, width, Softmax(), "float32")
    theirs, mine = peer_loop(ours, width), our_loop(ours)
    worst = 0.0
    for number in range(steps):
        one, other = theirs(number), mine(number)
        worst = max(worst, abs(one - other))
    print(f"{steps} steps: last losses {one:.6f} and {other:.6f}, largest difference {worst:.1e}")


def share_of_the_write(width: int, steps: int) -> None:
    """What `after_step` takes of a step, its calls of torch counted."""
    ours = program(33_278, width, HEBBIAN, "float32")
    loop, write = our_loop(ours), ours.output.after_step
    took: list[float] = []

    def timed(*arguments: Tensor) -> Tensor | None:
        began = time.perf_counter()
        written = write(*arguments)  # type: ignore[arg-type]
        took.append(time.perf_counter() - began)
        return written

    ours.output.after_step = timed  # type: ignore[method-assign, assignment]
    whole = times({"step": loop}, steps)["step"]
    write_alone = statistics.median(took[2:])
    print(f"write {1e3 * write_alone:.2f} ms of {1e3 * whole:.0f} ms: {write_alone / whole:.2%}")


def one_in_memory(which: str) -> None:
    """Peak resident bytes of three steps at the size of WikiText-103's vocabulary."""
    words, width = 267_735, 200
    ours = program(words, width, Softmax(), "float32")
    loop = peer_loop(ours, width) if which == "peer" else our_loop(ours)
    if which == "peer":
        for parameter in (*ours.model.parameters(), *ours.output.parameters()):
            parameter.data = torch.empty(0)
    for number in range(3):
        loop(number)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def compare_memory() -> None:
    found = {}
    for which in ("peer", "ours"):
        command = [sys.executable, __file__, "--one", which]
        found[which] = int(
            subprocess.run(command, capture_output=True, text=True, check=True).stdout
        )
    for which, kilobytes in found.items():
        ratio = kilobytes / found["peer"]
        print(f"{which:6} {kilobytes / 1024:7.0f} MiB resident at most  {ratio:.2f} x")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=200)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--losses", type=int)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", choices=["peer", "ours"])
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    if asked.one:
        one_in_memory(asked.one)
    elif asked.write:
        share_of_the_write(asked.width, asked.steps)
    elif asked.memory:
        compare_memory()
    elif asked.losses:
        compare_losses(asked.width, asked.losses)
    else:
        compare_times(asked.width, asked.steps)


if __name__ == "__main__":
    main()
