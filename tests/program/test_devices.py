"""How torch computes while a run lasts, and that nothing of it is left afterwards."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.program.devices import computing
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.run.loop import execute
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Record
from hebbdsl.run.store import RunFolder
from tests import tiny, words

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def state() -> dict[str, Any]:
    """All that a run may change of what torch keeps for a process."""
    return {
        "products": torch.get_float32_matmul_precision(),
        "products in TF32": torch.backends.cuda.matmul.allow_tf32,
        "convolutions in TF32": torch.backends.cudnn.allow_tf32,
        "benchmark": torch.backends.cudnn.benchmark,
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "only warned": torch.is_deterministic_algorithms_warn_only_enabled(),
        "filled": torch.utils.deterministic.fill_uninitialized_memory,
        "filters": list(warnings.filters),
    }


@pytest.fixture(autouse=True, params=["as torch comes", "as a user set it"])
def before(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    found = state()
    if request.param == "as a user set it":
        torch.set_float32_matmul_precision("medium")
        torch.backends.cudnn.benchmark = True
        torch.backends.cudnn.allow_tf32 = False
        torch.use_deterministic_algorithms(True)
    yield state()
    torch.set_float32_matmul_precision(found["products"])
    torch.backends.cudnn.benchmark = found["benchmark"]
    torch.backends.cudnn.allow_tf32 = found["convolutions in TF32"]
    torch.use_deterministic_algorithms(found["deterministic"], warn_only=found["only warned"])


@pytest.mark.parametrize("precision", ["highest", "high", "medium"])
def test_products_are_as_exact_as_the_spec_says(precision: str, before: dict[str, Any]) -> None:
    training = tiny.setup(float32_matmul_precision=precision).training
    with computing(CPU, training):
        inside = state()
    assert inside["products"] == precision
    assert inside["convolutions in TF32"] == (precision != "highest")
    assert inside["benchmark"] is False
    assert state() == before


def test_a_run_on_cuda_is_repeatable(before: dict[str, Any]) -> None:
    with computing(CUDA, tiny.setup(cudnn_benchmark=True).training):
        inside = state()
    assert (inside["deterministic"], inside["only warned"], inside["filled"]) == (True, True, False)
    assert inside["benchmark"] is True
    assert inside["products in TF32"] is inside["convolutions in TF32"] is False
    assert state() == before


def test_nothing_is_left_where_it_ends_badly(before: dict[str, Any]) -> None:
    training = tiny.setup(float32_matmul_precision="high", cudnn_benchmark=True).training
    with pytest.raises(KeyError), computing(CUDA, training):
        raise KeyError
    assert state() == before


def recorded(of: ClassificationProgram | LanguageProgram, folder: Path) -> Record:
    return execute(of, RunFolder(folder), Silent())


@pytest.mark.parametrize("program", [ClassificationProgram, LanguageProgram])
def test_steps_and_evaluations_are_computed_so_and_the_record_says_it(
    program: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: dict[str, Any]
) -> None:
    seen = list[str]()
    train, model = program.train, torch.nn.Module.eval

    def noted(*args: Any) -> Any:
        seen.append(f"train {torch.get_float32_matmul_precision()}")
        return train(*args)

    def evaluated(module: torch.nn.Module) -> torch.nn.Module:
        seen.append(f"eval {torch.get_float32_matmul_precision()}")
        return model(module)

    monkeypatch.setattr(program, "train", noted)
    monkeypatch.setattr(torch.nn.Module, "eval", evaluated)
    asked = {"float32_matmul_precision": "high", "steps": 5}
    if program is ClassificationProgram:
        record = recorded(tiny.program(tiny.setup(**asked, cudnn_benchmark=True)), tmp_path)
    else:
        record = recorded(words.program(words.setup(**asked, epochs=None)), tmp_path)
    assert set(seen) == {"train high", "eval high"}
    assert record.environment["float32_matmul_precision"] == "high"
    assert record.environment["cudnn_benchmark"] is (program is ClassificationProgram)
    assert state() == before


def test_a_run_says_the_defaults_too(tmp_path: Path) -> None:
    record = recorded(tiny.program(tiny.setup(steps=5)), tmp_path)
    assert record.environment["float32_matmul_precision"] == "highest"
    assert record.environment["cudnn_benchmark"] is False
