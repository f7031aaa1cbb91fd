"""Which device a run is on, and what is noted of it."""

from __future__ import annotations

import os
import warnings

import torch

from hebbdsl.diagnostics.codes.run import UnknownDevice
from hebbdsl.diagnostics.diagnostic import Rejected


def find_device(name: str = "auto") -> torch.device:
    """`auto` is CUDA, then MPS, then the CPU: the first there is.

    On CUDA this process then computes exactly and repeatably: see `_be_repeatable`.

    Raises: Rejected, with HEB530, when torch has no such device.
    """
    if name == "auto":
        if torch.cuda.is_available():
            name = "cuda"
        else:
            name = "mps" if torch.backends.mps.is_available() else "cpu"
    if name.startswith("cuda"):
        _be_repeatable()
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()  # `meta` is a device too, and holds no numbers
    except (RuntimeError, AssertionError, ImportError) as error:
        reason = str(error).splitlines()[0]
        raise Rejected([UnknownDevice(place=None, name=name, reason=reason)]) from error
    return device


def _be_repeatable() -> None:
    """Let float32 mean float32, and a run be a function of spec and seed, on CUDA too.

    Convolutions are not rounded to TF32, cuDNN does not choose kernels by timing them, and sums
    over an index are made in a fixed order. An operation that has no such form only warns.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True, warn_only=True)
    # Its sums are unordered where windows overlap; those of `convnet` do not.
    warnings.filterwarnings("ignore", message="max_pool2d_with_indices_backward_cuda")
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def use_threads(count: int) -> None:
    """How many CPU threads torch computes with in this process.

    One by default: runs are then independent of the machine's cores to the last bit, and several
    of them side by side use the cores better than one with many threads does.
    """
    if torch.get_num_threads() != count:
        torch.set_num_threads(count)
