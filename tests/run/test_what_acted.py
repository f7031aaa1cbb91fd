"""What is logged is what acted, and no number is made up."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hebbdsl.expression.metric import Split
from hebbdsl.parts.bfloat16 import module
from hebbdsl.parts.bfloat16.module import has_bfloat16
from hebbdsl.parts.optimizers.adam import Adam
from hebbdsl.parts.optimizers.sgd import Sgd
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Output, Schedule
from hebbdsl.parts.schedules.constant import Constant
from hebbdsl.parts.schedules.cosine import Cosine
from hebbdsl.parts.schedules.step import Step
from hebbdsl.parts.schedules.warmup import Warmup
from hebbdsl.program.language import evaluation as scoring
from hebbdsl.program.language.evaluation import Scored
from hebbdsl.program.program import Program
from hebbdsl.run.job import failure_of
from hebbdsl.run.language import run as run_module
from hebbdsl.run.loop import execute
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Record
from hebbdsl.run.record_json import evaluation_from_json
from hebbdsl.run.store import RunFolder
from hebbdsl.vocabulary import words_of
from tests import tiny, words

RATE, STEPS, EVERY = 3e-3, 40, 8

FACTORS: dict[str, tuple[Schedule | None, Any]] = {
    "none": (None, lambda _: 1.0),
    "constant": (Constant(), lambda _: 1.0),
    "warmup": (Warmup(steps=1_000), lambda t: (t + 1) / 1_000),
    "warmup that ends": (Warmup(steps=20), lambda t: min(1.0, (t + 1) / 20)),
    "step": (Step(step_size=10, gamma=0.5), lambda t: 0.5 ** (t // 10)),
    "cosine": (
        Cosine(warmup_steps=10, floor=0.1),
        lambda t: (
            (t + 1) / 10
            if t < 10
            else 0.1 + 0.9 * (1 + math.cos(math.pi * (t - 10) / (STEPS - 1 - 10))) / 2
        ),
    ),
}
"""Of step t, counted from 0, as the docstrings write it."""


def noted(made: Program) -> list[float]:
    """Is given the rate that the optimizer has whenever it makes a step."""
    found = list[float]()

    def note(optimizer: torch.optim.Optimizer, *_: object) -> None:
        (rate,) = {group["lr"] for group in optimizer.param_groups}
        found.append(rate)

    made.optimizer.register_step_pre_hook(note)
    return found


def ran(made: Program, out: Path) -> Record:
    folder = RunFolder.of(out, made.experiment, made.variant, made.seed, made.identity)
    with folder.locked():
        return execute(made, folder, Silent())


def logged(record: Record) -> Sequence[tuple[int, float]]:
    """Steps and rates, as the file has them."""
    assert record.folder is not None
    lines = (record.folder / "metrics.jsonl").read_text().splitlines()
    return [(line["step"], line["learning_rate"]) for line in map(json.loads, lines)]


@pytest.mark.parametrize("name", FACTORS)
@pytest.mark.parametrize("of", ["words", "pictures"])
def test_the_learning_rate_is_that_of_the_last_step(of: str, name: str, tmp_path: Path) -> None:
    schedule, factor = FACTORS[name]
    fields: dict[str, Any] = {
        "optimizer": Adam(learning_rate=RATE),
        "schedule": schedule,
        "steps": STEPS,
        "evaluate_every": EVERY,
    }
    made: Program
    if of == "words":
        made = words.program(
            words.setup(**fields, epochs=None, learning_rate_decay=0.5, output=Softmax())
        )
    else:
        # A level that is never passed: all steps are taken.
        setup = tiny.setup(**fields)
        made = tiny.program(replace(setup, curriculum=replace(setup.curriculum, start=12)))  # type: ignore[call-arg, type-var]
    rates = noted(made)
    record = ran(made, tmp_path)
    found = logged(record)
    assert [step for step, _ in found] == list(range(EVERY, len(rates) + 1, EVERY))
    assert [rate for _, rate in found] == [rates[step - 1] for step, _ in found]
    slower, best = 1.0, math.inf
    for (step, rate), evaluation in zip(found, record.evaluations, strict=True):
        assert rate == pytest.approx(RATE * factor(step - 1) * slower)
        if of == "words" and (loss := evaluation.values["validation_loss"]) >= best:
            slower *= 0.5
        elif of == "words":
            best = loss


def test_lines_of_pictures_without_a_rate_are_read_as_ever(tmp_path: Path) -> None:
    record = ran(tiny.program(tiny.setup()), tmp_path)
    assert record.folder is not None
    path = record.folder / "metrics.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        del line["learning_rate"]
    assert not any("learning_rate" in evaluation_from_json(line).values for line in lines)


def test_a_text_whose_perplexity_is_no_number_fails(tmp_path: Path) -> None:
    """The loss is one: 10⁵ nats or so. Nothing stands in for its exponential."""
    setup = words.setup(optimizer=Sgd(learning_rate=1e6), output=Softmax(), clip_grad_norm=0.25)
    made = words.program(setup)
    record = ran(made, tmp_path)
    assert record.status == "failed"
    assert record.failure == {
        "step": made.train_streams.windows,
        "tensor": "validation perplexity",
    }
    assert not [name for name in record.metrics if "perplexity" in name]
    problem = failure_of(record)
    assert problem is not None
    assert problem.exit_code == 4
    assert "the validation perplexity is not finite" in problem.title


@pytest.mark.parametrize(
    ("nats", "of", "tensor"),
    [
        (100.0, "all", None),
        (104.0, "all", "test perplexity"),
        (math.nan, "all", "test loss"),
        (700.0, "a quarter", None),
        (720.0, "a quarter", "test quarter 4 perplexity"),
    ],
)
def test_of_weights_that_are_kept_every_perplexity_is_a_number_or_the_run_fails(
    nats: float, of: str, tensor: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = words.program(words.setup(output=Softmax(), epochs=1))

    def score(program: Any, split: Split, *rest: Any) -> Scored:
        found = scoring.score(program, split, *rest)
        if split == "test":
            # The last quarter of the words, asked for so seldom that the text as a whole is likely.
            chosen = slice(None) if of == "all" else np.array_split(np.arange(words.WORDS), 4)[3]
            counts, sums = found.counts.copy(), found.sums.copy()
            counts[chosen] = 1
            sums[chosen] = nats
            return replace(found, sums=sums, counts=counts)
        return found

    monkeypatch.setattr(run_module, "score", score)
    record = ran(made, tmp_path)
    measured = [value.value for name, value in record.metrics.items() if "test_perpl" in name]
    if tensor is None:
        assert record.status == "finished"
        assert max(measured) == pytest.approx(math.exp(nats))
    else:
        assert record.status == "failed"
        assert record.failure == {"step": made.train_streams.windows, "tensor": tensor}
        assert not measured


@pytest.mark.parametrize("word", ["cache", "nearest"])
def test_what_a_memory_never_saw_is_as_unlikely_as_it_says(word: str) -> None:
    """However small the even share is: all classes at once, or a label alone, say the same."""
    made: Any = words_of(Output)[word]
    layer: OutputLayer = made(uniform=1e-60).build(4, 5)
    keys = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    layer.after_step(keys, keys, torch.tensor([0, 1, 2, 0, 1, 2]), 5)
    labels = torch.tensor([0, 1, 2, 3, 4])
    h = keys[:5].clone().requires_grad_()
    every = layer.log_probabilities(h, 5)
    own = layer.label_log_probabilities(h, labels, 5)
    torch.testing.assert_close(every.gather(1, labels[:, None])[:, 0], own)
    expected = math.log(1e-60 / 5)
    assert own[3:].tolist() == pytest.approx([expected, expected], rel=1e-5)
    every.sum().backward()
    assert h.grad is not None
    assert torch.isfinite(h.grad).all()


@pytest.mark.parametrize("there", [True, False])
def test_a_record_says_whether_there_were_instructions_for_its_precision(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not there:
        monkeypatch.setattr(module, "_cpu_has_bfloat16", lambda: False)
    elif not has_bfloat16(words.CPU):
        pytest.skip("this CPU has none")
    low = ran(words.program(words.setup(epochs=1, precision="bfloat16")), tmp_path)
    assert low.status == "finished"
    expected = "by its instructions" if there else "without instructions"
    assert low.environment["bfloat16"] == expected
    plain = ran(words.program(words.setup(epochs=1)), tmp_path)
    assert "bfloat16" not in plain.environment
    apart = [
        one.values["train_loss"] - other.values["train_loss"]
        for one, other in zip(*(record.evaluations for record in (low, plain)), strict=True)
    ]
    assert 0 < max(map(abs, apart)) < 0.05
