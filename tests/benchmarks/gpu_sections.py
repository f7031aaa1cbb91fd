"""The sections of `gpu.py`: each measures something, and says so row by row."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean

import numpy as np
import torch
import torch.nn.functional as F

from hebbdsl import Cache, Hebbian, Output, Softmax, Transformer
from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
from hebbdsl.pipeline import build_program, check_spec, make_plan, parse_tree, read_source
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.building import assemble
from hebbdsl.program.data import Opened
from hebbdsl.program.devices import computing, find_device, use_threads
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.run.environment import device_name
from hebbdsl.run.loop import advance, begin
from hebbdsl.run.monitor import Silent
from hebbdsl.run.peak_memory import peak_memory, reset_peak_memory
from hebbdsl.spec.experiment import Setup
from tests import words as tiny
from tests.benchmarks.gpu import Row, Task
from tests.gpu.beside_cpu import LOSS, SETUPS, WEIGHTS, apart

ROOT = Path(__file__).parents[2]
PAPER = ROOT / "specs" / "wikitext103_lstm.yaml"
QUICK = ROOT / "specs" / "stdlib_docs_quickstart.yaml"
WIKITEXT103 = 267_735


def machine(task: Task) -> Iterator[Row]:
    device = find_device(task.device)
    yield Row("device", None, "", device_name(device))
    yield Row("torch", None, "", f"{torch.__version__}, CUDA {torch.version.cuda}")
    if device.type == "cuda":
        there = torch.cuda.get_device_properties(device)
        yield Row("memory", there.total_memory / 2**30, "GiB")
        yield Row("bfloat16", float(torch.cuda.is_bf16_supported()), "")
    for package in ("pytest", "jsonschema", "platformdirs", "lark", "triton"):
        if find_spec(package) is None:
            yield Row(f"{package} is missing", None, "", "sections that need it fail")


def gpu_tests(task: Task) -> Iterator[Row]:
    """Those that are marked, without what other tests need to be collected."""
    options = ("-q", "-m", "gpu", "--noconftest", "-W", "default", "-p", "no:cacheprovider")
    if task.smoke:
        options += ("--collect-only",)
    command = (sys.executable, "-m", "pytest", *options, "tests/gpu/test_gpu.py")
    seconds = max(1.0, task.until - time.monotonic())
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as late:
        said = late.stdout.decode() if isinstance(late.stdout, bytes) else late.stdout or ""
        print(said[-2_000:])
        yield Row("failed", None, "", f"not done after {seconds:.0f} s")
        return
    lines = (done.stdout + done.stderr).strip().splitlines() or ["nothing was said"]
    if done.returncode:
        print("\n".join(lines[-60:]))
    yield Row("failed" if done.returncode else "tests", None, "", lines[-1].strip("= "))


def equality(task: Task) -> Iterator[Row]:
    """Ten steps and an evaluation from the same weights."""
    device = find_device(task.device)
    for name in list(SETUPS)[: 2 if task.smoke else None]:
        if task.over:
            yield Row(name, None, "", "no time was left")
            continue
        losses, weights = apart(device, name)
        fits = losses <= LOSS and weights <= WEIGHTS
        said = f"weights {weights:.1e}; tolerances {LOSS:.0e}, {WEIGHTS:.0e}"
        yield Row(name, losses, "relative, losses", ("" if fits else "NOT EQUAL, ") + said)


def quick_start(task: Task) -> Iterator[Row]:
    for variant in ("softmax", "hebbian"):
        if task.over:
            yield Row(variant, None, "", "no time was left")
            continue
        program, seconds, metrics = _ran(task, variant, 0)
        yield Row(f"{variant}: a run", seconds, "s", f"{program.steps} steps")
        for metric in ("tokens_per_second", "test_perplexity", "peak_memory"):
            yield Row(f"{variant}: {metric}", metrics[metric], "")


def ten_seeds(task: Task) -> Iterator[Row]:
    """As many pairs of runs as there is time for."""
    ratios = list[float]()
    began = time.monotonic()
    for seed in range(1 if task.smoke else 10):
        if task.over:
            break
        found = [
            _ran(task, variant, seed)[2]["test_perplexity"] for variant in ("hebbian", "softmax")
        ]
        ratios.append(math.log(found[0] / found[1]))
        print(f"seed {seed}: hebbian {found[0]:.2f}, softmax {found[1]:.2f}", flush=True)
    if not ratios:
        yield Row("pairs of runs", 0, "", "no time was left")
        return
    yield Row("pairs of runs", len(ratios), "", "of ten that are wanted")
    yield Row("a pair", (time.monotonic() - began) / len(ratios), "s")
    yield Row("perplexity, hebbian over softmax", math.exp(fmean(ratios)), "mean of ratios")


def _ran(task: Task, variant: str, seed: int) -> tuple[LanguageProgram, float, dict[str, float]]:
    """A whole run of the quick start, without a folder; tested by the last weights."""
    device = find_device(task.device)
    use_threads(1)
    if task.smoke:
        output = Softmax() if variant == "softmax" else tiny.HEBBIAN
        program = _program(tiny.setup(output=output, epochs=1), tiny.content(300, 60), device, seed)
    else:
        plan = make_plan(check_spec(parse_tree(read_source(QUICK))))
        made = build_program(plan, variant, seed, task.device)
        assert isinstance(made, LanguageProgram)
        program = made
    began = time.perf_counter()
    with computing(device, program.setup.training):
        run = begin(program)
        reset_peak_memory(device)
        while not run.ended:
            advance(run, Silent())
        run.conclude(Silent())
    seconds = time.perf_counter() - began
    metrics = {name: one.value for name, one in run.metrics().items()}
    return program, seconds, metrics | {"peak_memory": peak_memory(device)}


# --- the paper's model ----------------------------------------------------------------------------


def wikitext103(task: Task) -> Iterator[Row]:
    """Tokens a second of a whole step and of its parts, in float32 and as the spec says."""
    for name, changes in {
        "bfloat16": {"precision": "bfloat16"},
        "float32": {"precision": "float32"},
        "TF32": {"precision": "float32", "float32_matmul_precision": "high"},
    }.items():
        if task.over:
            yield Row(name, None, "", "no time was left")
            continue
        setup = _paper(task.smoke, changes)
        yield from _by_part(task, name, setup)
        torch.cuda.empty_cache()
    bfloat16 = _paper(task.smoke, {"precision": "bfloat16"})
    rows = replace(bfloat16.output, products="bfloat16")  # type: ignore[call-arg]
    yield from _whole(task, "bfloat16, products too", replace(bfloat16, output=rows))
    # Recurrent kernels are left as they are, so that another model shows what compiling does.
    small = task.smoke
    model = Transformer(
        d_model=64 if small else 512, num_heads=2 if small else 8, num_layers=2, tied=True
    )
    for compiled in (False, True) if not small else (False,):
        setup = replace(bfloat16, model=model)
        training = replace(setup.training, compile=compiled, batch_size=4 if small else 128)
        name = f"transformer, {'compiled' if compiled else 'not compiled'}"
        yield from _whole(task, name, replace(setup, training=training))


def _paper(small: bool, changes: dict[str, object]) -> Setup:
    """As the spec has it, whatever it is given to read; `small`: a hundredth of it."""
    setup = make_plan(check_spec(parse_tree(read_source(PAPER)))).variants["hebbian"].setup
    model = setup.model
    if small:
        model = replace(model, hidden=(32,), features=16, embedding=16)  # type: ignore[call-arg]
        changes = {**changes, "batch_size": 4, "sequence_length": 10}
    training = replace(setup.training, **changes)  # type: ignore[arg-type]
    return replace(setup, model=model, training=training)


def _text(setup: Setup, words: int) -> CorpusContent:
    """Tokens as they are in a text: the k-th word is 1/k as frequent as the first."""
    training = setup.training
    count = training.batch_size * (training.sequence_length * 40 + 1)
    drawn = np.random.default_rng(0).random(count)
    tokens = (np.exp(drawn * math.log(words + 1)) - 1).astype(np.int32).clip(0, words - 1)
    return CorpusContent(
        word="wikitext",
        origin="drawn",
        fingerprint="0" * 64,
        words=[str(number) for number in range(words)],
        counts=np.arange(words, 0, -1),
        splits={"train": tokens, "validation": tokens[:2_000], "test": tokens[:2_000]},
    )


def _program(
    setup: Setup, content: CorpusContent, device: torch.device, seed: int = 0
) -> LanguageProgram:
    plan = plan_setup(setup, content.facts())
    made = assemble("gpu", "main", plan, seed, Opened(setup.data, content), device)
    assert isinstance(made, LanguageProgram)
    return made


def _drawn(task: Task, setup: Setup) -> LanguageProgram:
    words = 500 if task.smoke else WIKITEXT103
    return _program(setup, _text(setup, words), find_device(task.device))


def _step_of(program: LanguageProgram) -> Callable[[], object]:
    """A step of what it does, forward to the write, on one window after the other."""
    state, number = program.start(program.train_streams.streams), 0

    def step() -> None:
        nonlocal state, number
        statistics = torch.zeros(1, len(program.update.statistic_names), device=program.device)
        state = program.train(number, state, statistics, 1.0)
        number += 1

    return step


def _whole(task: Task, name: str, setup: Setup) -> Iterator[Row]:
    if task.over:
        yield Row(name, None, "", "no time was left")
        return
    program = _drawn(task, setup)
    tokens = setup.training.batch_size * setup.training.sequence_length
    with computing(program.device, setup.training):
        seconds = _timed(_step_of(program), program.device, task)
    yield Row(f"{name}: a step", tokens / seconds, "tokens/s", f"{seconds * 1e3:.3g} ms")


def _by_part(task: Task, name: str, setup: Setup) -> Iterator[Row]:
    device = find_device(task.device)
    reset_peak_memory(device)
    yield from _whole(task, name, setup)
    program = _drawn(task, setup)
    if device.type == "cuda":
        yield Row(f"{name}: memory planned", program.plan.memory.total / 2**20, "MiB")
        yield Row(f"{name}: memory measured", peak_memory(device) / 2**20, "MiB", "at most")
    tokens = setup.training.batch_size * setup.training.sequence_length
    with computing(device, setup.training):
        for part, work in _parts(program).items():
            seconds = _timed(work, device, task)
            said = f"{seconds * 1e3:.3g} ms"
            yield Row(f"{name}: {part}", tokens / seconds, "tokens/s", said)


def _parts(program: LanguageProgram) -> dict[str, Callable[[], object]]:
    """What a step is made of, each by itself, with its gradients."""
    model, output, device = program.model, program.output, program.device
    streams, training = program.train_streams, program.setup.training
    words, following = next(iter(streams.read(0, 1, device)))
    state, labels = program.start(streams.streams), following.flatten()
    rows = output.class_rows()
    table = rows if model.embedding is None else model.embedding
    assert table is not None
    lower = training.precision == "bfloat16"
    embedded = F.embedding(words, table.detach()).requires_grad_()
    scratch = torch.zeros_like(table)

    def layers() -> torch.Tensor:
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=lower):
            return model.from_embedded(embedded, words, state, None)[0].float()

    h = layers().detach().flatten(0, 1).requires_grad_()
    projection = model.projection
    wide = None
    if projection is not None:
        shape = (*words.shape, projection.shape[1])
        wide = torch.randn(shape, device=device).requires_grad_()

    def embedding() -> None:
        F.embedding(words, table.detach())
        scratch.index_add_(0, words.flatten(), embedded.detach().flatten(0, 1))

    def linear() -> None:
        assert wide is not None
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=lower):
            F.linear(wide, projection).float().sum().backward()  # type: ignore[no-untyped-call]

    def backward(of: Callable[[], torch.Tensor]) -> None:
        of().backward()  # type: ignore[no-untyped-call]

    program.model.train()
    parts = {
        "embedding": embedding,
        "layers and linear map": partial(backward, lambda: layers().sum()),
        "linear map": linear,
        "head": partial(backward, lambda: output.loss(h, labels, model.vocabulary_size)),
        "write": partial(output.after_step, h.detach(), h.detach(), labels, model.vocabulary_size),
        "optimizer": program.optimizer.step,
    }
    if wide is None:
        del parts["linear map"]
    return parts


def write_share(task: Task) -> Iterator[Row]:
    """A step of Hebbian rows beside one of a softmax, and the write by itself."""
    for words, width in ((500, 16),) if task.smoke else ((33_278, 200), (33_278, 650)):
        seconds = dict[str, float]()
        outputs: dict[str, Output] = {
            "softmax": Softmax(),
            "hebbian": Hebbian(gamma=0.01, T=20, rescale="row", center="running"),
        }
        for name, output in outputs.items():
            model = replace(tiny.setup().model, hidden=(width, width), embedding=width)  # type: ignore[call-arg]
            setup = tiny.setup(model=model, output=output, batch_size=20, sequence_length=35)
            program = _program(setup, _text(setup, words), find_device(task.device))
            with computing(program.device, setup.training):
                seconds[name] = _timed(_step_of(program), program.device, task)
                if name == "hebbian":
                    seconds["write"] = _timed(_parts(program)["write"], program.device, task)
        size = f"{words:,} words, width {width}"
        share = seconds["write"] / seconds["hebbian"]
        yield Row(f"{size}: the write of a step", 100 * share, "%")
        yield Row(f"{size}: hebbian over softmax", seconds["hebbian"] / seconds["softmax"], "times")


def cache_evaluation(task: Task) -> Iterator[Row]:
    """Words of a held-out text a second, by a cache of what stood before them."""
    device = find_device(task.device)
    words, width, stretch = (500, 16, 64) if task.smoke else (WIKITEXT103, 512, 1_024)
    for size in (100,) if task.smoke else (2_000, 10_000):
        layer = Cache(size=size).build(width, words).to(device)
        h = torch.randn(stretch, 1, width, device=device)
        labels = torch.randint(words, (stretch, 1), device=device)
        with torch.inference_mode():
            for _ in range(-(-size // stretch)):  # fill what is remembered
                layer.score_text(h, labels, words)
            seconds = _timed(partial(layer.score_text, h, labels, words), device, task)
        yield Row(f"{size:,} pairs", stretch / seconds, "words/s")


def _timed(work: Callable[[], object], device: torch.device, task: Task) -> float:
    """Seconds of one, by the best of some rounds of three, after two that warm up."""
    rounds, times = (1, 1) if task.smoke else (5, 3)
    for _ in range(2):
        work()
    best = math.inf
    for number in range(rounds):
        if number and task.over:
            break
        _wait(device)
        began = time.perf_counter()
        for _ in range(times):
            work()
        _wait(device)
        best = min(best, (time.perf_counter() - began) / times)
    return best


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
