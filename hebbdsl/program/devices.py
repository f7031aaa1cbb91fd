"""Which device a run is on, and how torch computes meanwhile."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.program.problems import UnknownDevice
from hebbdsl.spec.experiment import Training


def find_device(name: str = "auto") -> torch.device:
    """`auto` is CUDA, then MPS, then the CPU: the first there is.

    Raises: Rejected, with HEB530, when torch has no such device.
    """
    if name == "auto":
        if torch.cuda.is_available():
            name = "cuda"
        else:
            name = "mps" if torch.backends.mps.is_available() else "cpu"
    if name.startswith("cuda"):
        # Of repeatable products. It is read when CUDA is first used.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()  # `meta` is a device too, and holds no numbers
    except (RuntimeError, AssertionError, ImportError) as error:
        reason = str(error).splitlines()[0]
        raise Rejected([UnknownDevice(place=None, name=name, reason=reason)]) from error
    return device


@contextmanager
def computing(device: torch.device, training: Training) -> Iterator[None]:
    """While a run lasts, this process computes as its spec says; afterwards as it did before.

    Unless the spec says otherwise float32 means float32, and on CUDA too a run is a function of
    spec and seed: neither products nor convolutions are rounded to TF32, cuDNN does not choose
    kernels by timing them, and sums over an index are made in a fixed order. An operation that has
    no such form only warns.
    """
    before = _settings()
    precision = training.float32_matmul_precision
    with warnings.catch_warnings():
        if device.type == "cuda":
            # Its sums are unordered where windows overlap; those of `convnet` do not.
            warnings.filterwarnings("ignore", message="max_pool2d_with_indices_backward_cuda")
        try:
            _set(
                replace(
                    before,
                    matmul_precision=precision,
                    convolutions_in_tf32=precision != "highest",
                    cudnn_benchmark=training.cudnn_benchmark,
                    deterministic=before.deterministic or device.type == "cuda",
                    warn_only=before.warn_only or device.type == "cuda",
                    fill=before.fill and device.type != "cuda",
                )
            )
            yield
        finally:
            _set(before)


@dataclass(frozen=True, slots=True)
class _Settings:
    """What torch keeps for the whole process.

    Attributes:
        fill: whether new memory is filled with NaN where operations are to be deterministic.
    """

    matmul_precision: str
    convolutions_in_tf32: bool
    cudnn_benchmark: bool
    deterministic: bool
    warn_only: bool
    fill: bool


def _settings() -> _Settings:
    return _Settings(
        matmul_precision=torch.get_float32_matmul_precision(),
        convolutions_in_tf32=torch.backends.cudnn.allow_tf32,
        cudnn_benchmark=torch.backends.cudnn.benchmark,
        deterministic=torch.are_deterministic_algorithms_enabled(),
        warn_only=torch.is_deterministic_algorithms_warn_only_enabled(),
        fill=torch.utils.deterministic.fill_uninitialized_memory,  # type: ignore[attr-defined]
    )


def _set(settings: _Settings) -> None:
    torch.set_float32_matmul_precision(settings.matmul_precision)
    torch.backends.cudnn.allow_tf32 = settings.convolutions_in_tf32
    torch.backends.cudnn.benchmark = settings.cudnn_benchmark
    before = _settings()
    if (settings.deterministic, settings.warn_only) != (before.deterministic, before.warn_only):
        # It loads all that compiles, to tell it so: only where something changes.
        torch.use_deterministic_algorithms(settings.deterministic, warn_only=settings.warn_only)
    torch.utils.deterministic.fill_uninitialized_memory = settings.fill  # type: ignore[attr-defined]


def use_threads(count: int) -> None:
    """How many CPU threads torch computes with in this process.

    One by default: runs are then independent of the machine's cores to the last bit, and several
    of them side by side use the cores better than one with many threads does.
    """
    if torch.get_num_threads() != count:
        torch.set_num_threads(count)
