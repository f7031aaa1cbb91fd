"""How many files a value goes through: what CONTRIBUTING.md's three walks are measured by.

    python -m tests.walks gamma           a field, from the spec to the write
    python -m tests.walks typo            a misspelt field, from the spec to its message
    python -m tests.walks loss            a validation loss, from the evaluation to the comparison

A file of hebbdsl handles a value where one of its functions is given or returns it, by itself or as
an item or field of what it is given. Files are printed in the order in which they first do.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import hebbdsl

PACKAGE = Path(hebbdsl.__file__).parent

CLASSES = """\
hebbdsl: 1
experiment: walk
seeds: 0
data: {glyphs: {image_size: 8, classes: 8}}
model: {mlp: {hidden: [8], features: 8}}
output: {hebbian: {gamma: 0.0625}}
curriculum: {growing: {start: 4, add: 4, when: test_accuracy >= 0.5}}
training: {optimizer: adam, batch_size: 8, steps: 2, evaluate_every: 1}
"""
WORDS = """\
hebbdsl: 1
experiment: walk
seeds: 0
data: {text: {train: [TEXT], validation: [TEXT], test: [TEXT], vocabulary: 50}}
model: {lstm: {hidden: [8], embedding: 8}}
output: softmax
training: {optimizer: adam, batch_size: 16, sequence_length: 8, steps: 2, evaluate_every: 1}
"""
RUN = ("--device", "cpu", "--quiet", "--out")
WALKS: Mapping[str, tuple[str, tuple[str, ...], Callable[[object], bool]]] = {
    "gamma": (CLASSES, ("run", *RUN), lambda v: v in (0.0625, "0.0625")),
    "typo": (CLASSES.replace("gamma", "gamna"), ("validate",), lambda v: v == "gamna"),
    "loss": (WORDS, ("compare", *RUN), lambda v: v == "validation_loss"),
}


def files(walk: str) -> list[str]:
    """The files that handle the value of a walk, from the root of the package."""
    from hebbdsl.cli.main import main

    spec, (command, *options), wanted = WALKS[walk]
    found: dict[str, None] = {}

    def watched(frame: FrameType, event: str, given: object) -> None:
        code = frame.f_code
        path = code.co_filename
        if event not in ("call", "return") or not path.startswith(str(PACKAGE)):
            return
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        values = [frame.f_locals.get(n) for n in names] if event == "call" else [given]
        if code.co_name != "<module>" and any(_within(value, wanted, 1) for value in values):
            found.setdefault(Path(path).relative_to(PACKAGE).as_posix())

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = folder / "text.txt"
        text.write_text(" ".join(f"w{i % 40}" for i in range(2000)))
        path = folder / "walk.yaml"
        path.write_text(spec.replace("TEXT", str(text)))
        out = [str(folder / "runs")] if options else []
        said = io.StringIO()
        before, arguments = sys.getprofile(), sys.argv
        sys.argv = ["hebbdsl", command, str(path), *options, *out]
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            sys.setprofile(watched)
            try:
                main()
            except SystemExit:
                pass
            finally:
                sys.setprofile(before)
                sys.argv = arguments
    return list(found)


def _within(value: object, wanted: Callable[[object], bool], depth: int) -> bool:
    if isinstance(value, (str, float)):
        return wanted(value)
    if depth == 0:
        return False
    inside: Iterable[Any] = ()
    if isinstance(value, dict):
        inside = [*value, *value.values()]
    elif isinstance(value, (tuple, list)):
        inside = value
    elif hasattr(type(value), "__dataclass_fields__"):
        inside = [getattr(value, name, None) for name in type(value).__dataclass_fields__]
    return any(_within(one, wanted, depth - 1) for one in [*inside][:40])


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in WALKS:
        sys.exit(__doc__)
    gone = files(sys.argv[1])
    print(*gone, f"{len(gone)} files", sep="\n")
