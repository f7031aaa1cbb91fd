"""The version of the language, which every file says for itself."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.codes.names import NoVersion
from hebbdsl.diagnostics.codes.values import OtherVersion
from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.source import Span
from hebbdsl.syntax.tree import Broken, Mapping, Scalar

VERSION = "hebbdsl"
"""The key of the version."""


def version_problems(root: Mapping) -> Iterator[Problem]:
    """What is wrong with the version that a spec says."""
    entry = root.entry(VERSION)
    if entry is None:
        yield NoVersion(place=Span(root.span.source, root.span.start, root.span.start))
        return
    value = entry.value
    if isinstance(value, Broken):
        return
    if not isinstance(value, Scalar) or value.quoted or value.text != "1":
        plain = isinstance(value, Scalar) and not value.missing
        place = value.span if plain else entry.key.span
        yield OtherVersion(place=place, written=value.span.text if plain else "nothing")
