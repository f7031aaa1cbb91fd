"""Functions compiled by torch, with a diagnostic where that fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import torch

from hebbdsl.diagnostics.codes.run import NotCompiled
from hebbdsl.diagnostics.diagnostic import Rejected

P = ParamSpec("P")
R = TypeVar("R")


def compiled(compute: Callable[P, R]) -> Callable[P, R]:
    """Compiled when it is first called. Raises then: Rejected, with HEB537, where that fails."""
    from torch._dynamo.exc import BackendCompilerFailed

    fast = cast(Callable[P, R], torch.compile(compute))

    def called(*args: P.args, **named: P.kwargs) -> R:
        try:
            return fast(*args, **named)
        except BackendCompilerFailed as error:
            reason = str(error.inner_exception).partition("\n")[0]
            raise Rejected([NotCompiled(place=None, reason=reason)]) from error

    return called
