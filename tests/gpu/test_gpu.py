"""What only a GPU can show. `tests/benchmarks/gpu.py` runs this first."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from hebbdsl.program.devices import computing, find_device
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.run.loop import advance, begin
from hebbdsl.run.monitor import Silent
from hebbdsl.run.peak_memory import peak_memory, reset_peak_memory
from tests.gpu.beside_cpu import LOSS, SETUPS, WEIGHTS, apart, program_on, stepped

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU of CUDA here"),
]


@pytest.fixture(scope="module")
def gpu() -> torch.device:
    return find_device("cuda")


@pytest.mark.parametrize("name", SETUPS)
def test_steps_are_those_of_the_cpu(name: str, gpu: torch.device) -> None:
    losses, weights = apart(gpu, name)
    assert losses <= LOSS
    assert weights <= WEIGHTS


@pytest.mark.parametrize("name", SETUPS)
def test_a_run_is_the_same_to_the_last_bit_when_it_is_repeated(
    name: str, gpu: torch.device
) -> None:
    one, other = (program_on(gpu, SETUPS[name]) for _ in range(2))
    assert torch.equal(stepped(one), stepped(other))
    mine, its = one.weights(), other.weights()
    assert all(torch.equal(mine[key], its[key]) for key in mine)


@pytest.mark.parametrize("name", SETUPS)
def test_a_step_waits_for_nothing(name: str, gpu: torch.device) -> None:
    """By CUDA's own account. What is trained on is copied there before."""
    program = program_on(gpu, SETUPS[name])
    stepped(program)  # what is set up once may wait
    statistics = torch.zeros(len(program.update.statistic_names), device=gpu)
    program.model.train()
    program.output.train()
    try:
        if isinstance(program, LanguageProgram):
            streams = program.train_streams
            pair = next(iter(streams.read(0, 1, gpu)))
            masks = program.model.masks(torch.Generator(gpu), streams.streams, len(pair[0]))
            state = program.start(streams.streams)
            torch.cuda.set_sync_debug_mode("error")
            program.step(*pair, state, masks, statistics)
        else:
            labels = torch.arange(8, device=gpu)
            inputs = program.examples["train"].inputs(labels)
            torch.cuda.set_sync_debug_mode("error")
            program.step(inputs, labels, None, 12, statistics)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert statistics.isfinite().all()


def test_products_are_rounded_only_where_the_spec_says_so(gpu: torch.device) -> None:
    a = torch.randn(256, 256, generator=torch.Generator().manual_seed(0))
    exact = a.double() @ a.double()
    errors = {}
    for precision in ("highest", "high"):
        training = replace(SETUPS["lstm, softmax"].training, float32_matmul_precision=precision)
        with computing(gpu, training):
            errors[precision] = float(((a.to(gpu) @ a.to(gpu)).cpu() - exact).abs().max())
    assert errors["highest"] < 1e-4
    if torch.cuda.get_device_capability(gpu) >= (8, 0):
        assert errors["high"] > 10 * errors["highest"]


def test_the_memory_that_was_planned_is_held(gpu: torch.device) -> None:
    program = program_on(gpu, SETUPS["lstm, hebbian"])
    reset_peak_memory(gpu)
    advance(begin(program), Silent())
    assert peak_memory(gpu) >= program.plan.memory.total
