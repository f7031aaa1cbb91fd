"""The documentation that ships with Python: help topics, and docstrings read without importing."""

from __future__ import annotations

import ast
import hashlib
import inspect
import os
import platform
import sysconfig
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from hebbdsl.expression.metric import Split
from hebbdsl.parts.datasets.corpora.corpus_source import Piece, Splits

LEFT_OUT = ("test", "tests", "idlelib", "lib2to3", "turtledemo", "site-packages", "__pycache__")
"""Folders whose docstrings say little of Python, or that are not of the standard library."""

_SHARES = 20
"""One in so many topics and modules is for validation, and one for test."""


def stdlib_docs_splits() -> tuple[Splits, str]:
    """Whole topics and modules, each to a split that its name decides.

    The name alone: so another version of Python holds out the same ones.
    """
    modules: dict[Split, list[Path]] = {"train": [], "validation": [], "test": []}
    home = Path(sysconfig.get_paths()["stdlib"])
    for path in _modules(home):
        modules[_split(f"module {path.relative_to(home).as_posix()}")].append(path)
    version = platform.python_version()
    # Its origin alone is asked for: loading what it holds takes longer.
    topics = find_spec("pydoc_data.topics")
    shared = (Path(topics.origin),) if topics is not None and topics.origin is not None else ()
    splits: dict[Split, list[Piece]] = {
        split: [
            Piece(
                f"Python's own documentation, {split}",
                (*shared, *paths),
                sum(path.stat().st_size for path in paths),
                partial(_text, split, tuple(paths)),
                f"{version} {split}",
            )
        ]
        for split, paths in modules.items()
    }
    return splits, f"Python {version}'s own documentation"


def _split(name: str) -> Split:
    digest = hashlib.sha256(name.encode()).digest()
    share = int.from_bytes(digest[:4], "little") % _SHARES
    return "validation" if share == 0 else "test" if share == 1 else "train"


def _modules(home: Path) -> Iterator[Path]:
    for folder, inside, names in os.walk(home):
        inside[:] = sorted(name for name in inside if name not in LEFT_OUT)
        yield from (Path(folder, name) for name in sorted(names) if name.endswith(".py"))


def _text(split: Split, modules: Sequence[Path]) -> Iterator[bytes]:
    from pydoc_data.topics import topics

    for name in sorted(topics):
        if _split(f"topic {name}") == split:
            yield _clean(topics[name])
    for path in modules:
        if found := list(_docstrings(path)):
            yield _clean("\n".join(found))


def _clean(text: str) -> bytes:
    """What is no text in UTF-8 (lone surrogates) is no documentation either."""
    return text.replace("\0", "").encode(errors="ignore") + b"\n"


def _docstrings(path: Path) -> Iterator[str]:
    """Those of a module, in the order of its text. A broken file holds none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a module warns of is not of interest here
            tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    yield from filter(None, map(_docstring, ast.walk(tree)))


def _docstring(node: ast.AST) -> str:
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return inspect.cleandoc(ast.get_docstring(node, clean=False) or "")
    return ""
