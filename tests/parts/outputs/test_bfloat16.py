"""Products of bfloat16 mean the same whether there are instructions for them or not."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from hebbdsl.parts.bfloat16 import module
from hebbdsl.parts.bfloat16.module import has_bfloat16, how_multiplied
from hebbdsl.parts.models.gru.spec import Gru
from hebbdsl.parts.models.language_model import LanguageModel
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.mixture_of_softmaxes.spec import MixtureOfSoftmaxes
from hebbdsl.parts.outputs.sampled_softmax.spec import SampledSoftmax
from hebbdsl.parts.outputs.softmax.chunked import MANY
from hebbdsl.parts.outputs.softmax.spec import Softmax

CPU, HIDDEN, CLASSES, BATCH = torch.device("cpu"), 24, MANY, 30
ROUNDING = 2.0**-7
"""Between neighbouring numbers of bfloat16: what one rounding more or less may make."""

OUTPUTS = {
    "softmax": Softmax(products="bfloat16"),
    "hebbian": Hebbian(products="bfloat16"),
    "mixture_of_softmaxes": MixtureOfSoftmaxes(products="bfloat16", components=2),
    "sampled_softmax": SampledSoftmax(products="bfloat16", samples=100),
}


@pytest.fixture(params=[True, False], ids=["instructions", "none"])
def having(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether this machine is said to have instructions: torch multiplies either way."""
    there: bool = request.param
    having_bfloat16(there, monkeypatch)
    return there


def having_bfloat16(there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_cpu_has_bfloat16", lambda: there)


class Multiplied(TorchDispatchMode):
    """The types of matrices that are multiplied."""

    def __init__(self) -> None:
        super().__init__()
        self.types = set[torch.dtype]()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        name = str(func)
        if any(one in name for one in ("mm", "linear", "lstm", "gru", "rnn")):
            found = [one for one in args if isinstance(one, Tensor) and one.ndim > 1]
            self.types |= {one.dtype for one in found}
        return func(*args, **(kwargs or {}))


def built(output: Softmax) -> OutputLayer:
    layer = output.build(HIDDEN, CLASSES)
    layer.initialise(torch.Generator().manual_seed(1))
    layer.draw(torch.Generator().manual_seed(5), CLASSES)
    return layer


def losses_and_slopes(output: Softmax) -> list[Tensor]:
    layer = built(output)
    generator = torch.Generator().manual_seed(2)
    h = torch.randn(BATCH, HIDDEN, generator=generator).requires_grad_()
    labels = torch.randint(0, CLASSES, (BATCH,), generator=generator)
    loss = layer.loss(h, labels, CLASSES)
    loss.backward()
    with torch.no_grad():
        likely = layer.label_log_probabilities(h, labels, CLASSES)
    gradients = [h.grad, *(weights.grad for weights in layer.parameters())]
    return [loss.detach(), likely, *(gradient for gradient in gradients if gradient is not None)]


@pytest.mark.parametrize("name", OUTPUTS)
def test_losses_and_gradients_are_the_same_to_the_rounding(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for there in (True, False):
        having_bfloat16(there, monkeypatch)
        with Multiplied() as seen:
            found.append(losses_and_slopes(OUTPUTS[name]))
        assert (torch.bfloat16 in seen.types) is there
    for one, other in zip(*found, strict=True):
        apart = torch.linalg.vector_norm(one - other) / torch.linalg.vector_norm(one)
        assert float(apart) < ROUNDING / 4
    exact = losses_and_slopes(
        type(OUTPUTS[name])(**({"samples": 100} if "sampled" in name else {}))
    )
    if name != "mixture_of_softmaxes":
        assert 0 < abs(float(exact[0] - found[1][0])) < ROUNDING * float(exact[0])


@pytest.mark.parametrize("spec", [Lstm(hidden=(8, 9)), Gru(hidden=(8, 9))])
def test_recurrent_kernels_are_the_same_to_the_rounding(
    spec: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = spec.build(50)
    network.initialise(torch.Generator().manual_seed(0))
    words = torch.randint(0, 50, (7, 3), generator=torch.Generator().manual_seed(1))
    found = []
    for there in {has_bfloat16(CPU), False}:
        having_bfloat16(there, monkeypatch)
        with torch.autocast("cpu", torch.bfloat16):
            embedded = network.look_up(words, None)
            h, after = network.from_embedded(embedded, words, network.start(3, "cpu"), None)
        assert h.dtype is torch.bfloat16
        assert {one.dtype for one in after} == {torch.float32}
        found.append(h.float())
    exact, _ = network.from_embedded(
        network.look_up(words, None), words, network.start(3, "cpu"), None
    )
    for one in found:
        torch.testing.assert_close(one, exact, rtol=4 * ROUNDING, atol=2 * ROUNDING)


def test_a_record_says_how_they_were_made(having: bool) -> None:
    said = "bfloat16, by " + (
        "its instructions" if having else "those of float32, operands rounded"
    )
    assert how_multiplied(torch.bfloat16, CPU) == {"products": said}
    assert how_multiplied(torch.float32, CPU) == {}
    for output in OUTPUTS.values():
        of_layers = [
            layer.computed_with()
            for layer in built(output).modules()
            if isinstance(layer, OutputLayer)
        ]
        assert {"products": said} in of_layers
    assert built(Softmax()).computed_with() == {}
    few = Softmax(products="bfloat16").build(HIDDEN, MANY - 1)
    assert few.computed_with() == {}, "few are multiplied in float32"


ASK = "from hebbdsl.parts.bfloat16.module import *; print(has_bfloat16(torch.device('cpu')))"


@pytest.mark.parametrize("held_to", ["AVX2", "AVX512_CORE", "AVX512_CORE_VNNI"])
def test_a_processor_that_is_held_to_less_has_none(held_to: str) -> None:
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(
        command, env={"ONEDNN_MAX_CPU_ISA": held_to}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False"]


def test_other_devices_are_asked_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(including_emulation: bool) -> bool:
        return including_emulation

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", asked)
    assert not has_bfloat16(torch.device("cuda"))
    assert has_bfloat16(torch.device("mps"))
