"""Functions compiled by torch, with a diagnostic where that fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import torch

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.program.problems import NotCompiled

P = ParamSpec("P")
R = TypeVar("R")


def compiled(compute: Callable[P, R], *, of_any_length: bool = False) -> Callable[P, R]:
    """Compiled when it is first called. Raises then: Rejected, with HEB537, where that fails.

    Args:
        of_any_length: the first argument's first axis differs between calls: one graph for all.
    """
    from torch._dynamo.exc import BackendCompilerFailed

    fast = cast(Callable[P, R], torch.compile(compute))

    def called(*args: P.args, **named: P.kwargs) -> R:
        if of_any_length:
            torch._dynamo.maybe_mark_dynamic(args[0], 0)
        try:
            return fast(*args, **named)
        except BackendCompilerFailed as error:
            reason = str(error.inner_exception).partition("\n")[0]
            raise Rejected([NotCompiled(place=None, reason=reason)]) from error

    return called
