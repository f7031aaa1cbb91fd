"""Every random draw comes from a generator keyed by (seed, purpose, step).

So training state is a pure function of (spec, seed, step): nothing depends on what was drawn
before, or on which process does it. Weights, classes and batches are drawn on the host, and are the
same for every device; dropout and augmentation are drawn where they are used, so that no step waits
for them, and are that kind of device's own: records say which it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def derive(seed: int, purpose: str, step: int = 0) -> int:
    """A number in [0, 2^63) that differs for each (seed, purpose, step)."""
    digest = blake2b(f"{seed}/{purpose}/{step}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def numpy_generator(seed: int, purpose: str, step: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(derive(seed, purpose, step)))


def torch_generator(
    seed: int, purpose: str, step: int = 0, device: torch.device | str = "cpu"
) -> torch.Generator:
    import torch

    return torch.Generator(device).manual_seed(derive(seed, purpose, step))


@contextmanager
def own_draws_only() -> Iterator[None]:
    """The generator that all code of a process shares is left as it is.

    torch's modules draw weights from it as they are made, which are then drawn anew.
    """
    import torch

    with torch.random.fork_rng(devices=()):
        yield
