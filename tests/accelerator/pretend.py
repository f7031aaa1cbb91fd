"""An accelerator that is not there: tensors on it have shapes and no numbers. The host is real.

torch's backend for devices of others, registered from Python, under a mode whose tensors are fake.
It has no float64, as Apple's GPUs have none. What a GPU would make the host wait for is counted or
refused, and a tensor on the wrong device is refused. Kernels, cuDNN and dtypes under autocast are
not tried.

It must be registered before the first backward of a process, and stays: a process that imports this
tests nothing else.
"""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator
from typing import Any, ClassVar
from unittest import mock

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils import _pytree as pytree
from torch.utils import backend_registration as backend
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes


class Waited(Exception):
    """The host waits for the device where it must not."""


class WrongDevice(Exception):
    """Tensors, or a tensor and a generator, are on different devices."""


class NoFloat64(TypeError):
    """A number of 64 bits was made on the device."""


class _Module(backend._DummyBackendModule):
    def is_available(self) -> bool:
        return False  # `as_tensor` then never makes storage on the device

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16]


backend._setup_privateuseone_for_python_backend("pretend", backend_module=_Module())
DEVICE = torch.device("pretend", 0)
# No casts: under autocast only that nothing raises is tried.
_LIBRARY = torch.library.Library("_", "IMPL", "AutocastPrivateUse1")
_LIBRARY.fallback(torch.library.fallthrough_kernel)


_REAL = torch.Generator


class _Generator(_REAL):
    """One on the device draws nothing, and is known by its seed. One on the host is torch's own."""

    seeds: ClassVar[set[int]] = set()

    def __new__(cls, device: torch.device | str = "cpu") -> torch.Generator:
        there = torch.device(device).type == DEVICE.type
        return torch._C.Generator.__new__(cls) if there else _REAL(device)

    def __init__(self, device: torch.device | str = "cpu") -> None:
        pass

    @property
    def device(self) -> torch.device:
        return DEVICE

    def manual_seed(self, seed: int) -> torch.Generator:
        self.seeds.add(seed)
        return super().manual_seed(seed)


def _moved(self: nn.Module, device: object = None, **_: object) -> nn.Module:
    """`nn.Module.to`, which swaps tensors; fake ones can't be."""
    for module in self.modules():
        for group in (module._parameters, module._buffers):
            for name, value in group.items():
                if value is not None and device is not None:
                    new = value.detach().to(device)
                    group[name] = nn.Parameter(new) if isinstance(value, nn.Parameter) else new
    return self


COPIES = {torch.ops.aten._to_copy, torch.ops.aten.copy_, torch.ops.aten.copy}
WRITES = {
    torch.ops.aten.index_put,
    torch.ops.aten.index_put_,
    torch.ops.aten._index_put_impl_,
    torch.ops.aten._unsafe_index_put,
}
KNOWN = {*COPIES, *WRITES, torch.ops.aten._local_scalar_dense}
BOOLEANS = (torch.bool, torch.uint8)
NUMBERS_OF_64_BITS = (torch.float64, torch.complex128)


class Watch(TorchDispatchMode):
    """Counts copies to the host and from it, and refuses what else waits for the device.

    Attributes:
        waits: copies of the device's numbers that the host waited for.
        uploads: copies to the device. They too wait, where memory is not pinned.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waits = self.uploads = 0
        self._last = ""

    @contextlib.contextmanager
    def waiting_for_nothing(self) -> Iterator[None]:
        """Raises: Waited, at its end: an exception while gradients are taken ends the process."""
        before = self.waits
        yield
        if self.waits > before:
            raise Waited(f"{self.waits - before} times, the last time here:\n{self._last}")

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        tensors = [one for one in pytree.tree_leaves((args, kwargs)) if isinstance(one, Tensor)]
        here = [one for one in tensors if _there(one)]
        to = kwargs.get("device")
        goes_there = to is not None and torch.device(to).type == DEVICE.type
        if not here and not goes_there:
            with _disable_current_modes():
                return func(*args, **kwargs)
        if func.overloadpacket not in KNOWN and func.namespace == "aten":
            # In inference mode what is made of other operations comes whole.
            with self:
                made = func.decompose(*args, **kwargs)
            if made is not NotImplemented:
                return made
        if func.overloadpacket in COPIES:
            return self._copy(func, args, kwargs)
        if func.overloadpacket is torch.ops.aten._local_scalar_dense:
            self._wait(func)
            return 1.0 if here[0].is_floating_point() else 1
        if any(not _there(one) and one.dim() for one in tensors):
            raise WrongDevice(f"{func}: {[(str(one.device), tuple(one.shape)) for one in tensors]}")
        if _asks_for_values(func, args):
            raise Waited(f"{func} has a shape that depends on values, or gives one to the host")
        generator = kwargs.get("generator")
        if generator is not None and generator.initial_seed() not in _Generator.seeds:
            raise WrongDevice(f"{func}: its generator is on the host, or was given no seed")
        found = func(*args, **kwargs)
        _refuse_float64(func, found)
        return found

    def _copy(self, func: Any, args: Any, kwargs: Any) -> Any:
        """From the first argument to another device or dtype, or from the second into the first."""
        into = isinstance(args[1], Tensor) if len(args) > 1 else False
        source = args[1] if into else args[0]
        to = args[0].device if into else torch.device(kwargs.get("device") or source.device)
        if to.type == DEVICE.type:
            self.uploads += not _there(source)
            found = func(*args, **kwargs)
            _refuse_float64(func, found)
            return found
        self._wait(func)
        # The host goes on with numbers, though they are not the device's: ones.
        if into:
            return args[0]
        with _disable_current_modes():
            return torch.ones(source.shape, dtype=kwargs.get("dtype") or source.dtype)

    def _wait(self, func: Any) -> None:
        self.waits += 1
        self._last = f"{''.join(traceback.format_stack()[-12:-2])}{func}"


def _there(one: Tensor) -> bool:
    return one.device.type == DEVICE.type


def _refuse_float64(func: Any, found: Any) -> None:
    for one in pytree.tree_leaves(found):
        if isinstance(one, Tensor) and _there(one) and one.dtype in NUMBERS_OF_64_BITS:
            raise NoFloat64(f"{func} makes {one.dtype} on the device")


def _asks_for_values(func: Any, args: Any) -> bool:
    packet = func.overloadpacket
    if packet in (torch.ops.aten.index, torch.ops.aten._unsafe_index):
        return _by_mask(args[1])
    if packet in WRITES:
        # One number at the places of a mask is a fill, that waits for nothing.
        return _by_mask(args[1]) and args[2].numel() != 1
    tags = func.tags
    return torch.Tag.dynamic_output_shape in tags or torch.Tag.data_dependent_output in tags


def _by_mask(indices: Any) -> bool:
    return any(one is not None and one.dtype in BOOLEANS for one in indices)


@contextlib.contextmanager
def pretending() -> Iterator[Watch]:
    """What is made inside may be on the device."""
    with (
        mock.patch("torch.Generator", _Generator),
        mock.patch.object(nn.Module, "to", _moved),
        FakeTensorMode(allow_non_fake_inputs=True),
        Watch() as watch,
    ):
        yield watch
