"""SIGHUP, SIGINT and SIGTERM end the program with one line and 128 + their number, whatever it was
doing, once what is being written is whole.

This file is the first that is loaded, and loads little: a signal may come at any time.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

HANGUP = getattr(signal, "SIGHUP", signal.SIGTERM)
HANDLED = (HANGUP, signal.SIGINT, signal.SIGTERM)

_AGAIN = 1.0
"""Seconds after which a further signal raises again. Before it the first one is still on its way:
people press Ctrl-C twice, and a terminal that closes hangs up more than once."""


class Interrupted(SystemExit):
    """Raised amid whatever the program does when a signal ends it. Nothing need catch it; who has
    something to keep does, and passes it on."""


class _SignalState:
    """What signals said, and what the program does about them."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.raised_at: float | None = None
        self.deferring = 0
        self.pending = False
        self.leaving = False
        self.note = ""

    def end(self) -> None:
        """Raises: Interrupted."""
        assert self.number is not None, "a signal came"
        self.pending = False
        self.raised_at = time.monotonic()
        raise Interrupted(128 + self.number)


_STATE = _SignalState()


def handle_signals(numbers: tuple[int, ...] = HANDLED) -> None:
    """From now on these signals end the program; those that are ignored stay so (`nohup`).

    An exception that is raised just anywhere can be swallowed, in a destructor or a callback, or
    become another one, as in the loading of an extension. So the number is kept: it is asked for by
    `check`, and decides how the program ends, whatever became of the exception.
    """
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _handle)
    sys.unraisablehook = _quiet(sys.unraisablehook)
    atexit.register(_leave)


def _quiet(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def show(unraisable: Any) -> None:
        if not issubclass(unraisable.exc_type, Interrupted):
            hook(unraisable)

    return show


def _handle(number: int, _frame: object) -> None:
    if _STATE.number is None:
        _STATE.number = number
    if _STATE.leaving:
        _leave()
    elif _STATE.deferring:
        _STATE.pending = True
    elif _STATE.raised_at is None or time.monotonic() - _STATE.raised_at > _AGAIN:
        _STATE.end()


def received() -> bool:
    """Whether a signal came: then a fault may be what became of its exception."""
    return _STATE.number is not None


def check() -> None:
    """Raises: Interrupted, where a signal came, though its exception was swallowed."""
    if _STATE.number is not None:
        _STATE.end()


@contextmanager
def deferred() -> Iterator[None]:
    """Hold back what a signal raises until the end of the block, which writes or tidies up."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals raise in the main thread alone
        return
    _STATE.deferring += 1
    try:
        yield
    finally:
        _STATE.deferring -= 1
        if _STATE.pending and not _STATE.deferring:
            _STATE.end()


def set_note(text: str) -> None:
    """What the line shall say besides, where the program is interrupted from now on."""
    _STATE.note = text


def _leave() -> None:
    """The last thing at the program's end: say so, where it was a signal's."""
    _STATE.leaving = True
    if _STATE.number is None:
        return
    with suppress(OSError, ValueError, AttributeError):  # a stream that is gone, or was none
        sys.stdout.flush()
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write("; ".join(filter(None, ("interrupted", _STATE.note))) + "\n")
        sys.stderr.flush()
    os._exit(128 + _STATE.number)
