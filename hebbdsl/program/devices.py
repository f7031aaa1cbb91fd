"""Which device a run is on, and what is noted of it."""

from __future__ import annotations

import torch

from hebbdsl.diagnostics.codes.run import UnknownDevice
from hebbdsl.diagnostics.diagnostic import Rejected


def find_device(name: str = "auto") -> torch.device:
    """`auto` is CUDA, then MPS, then the CPU: the first there is.

    Raises: Rejected, with HEB530, when torch has no such device.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()  # `meta` is a device too, and holds no numbers
    except (RuntimeError, AssertionError, ImportError) as error:
        reason = str(error).splitlines()[0]
        raise Rejected([UnknownDevice(place=None, name=name, reason=reason)]) from error
    return device


def use_threads(count: int) -> None:
    """How many CPU threads torch computes with in this process.

    One by default: runs are then independent of the machine's cores to the last bit, and several
    of them side by side use the cores better than one with many threads does.
    """
    if torch.get_num_threads() != count:
        torch.set_num_threads(count)
