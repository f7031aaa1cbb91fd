"""The version of the language, which every file says for itself."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.wording import quoted, version
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


class NoVersion(Problem):
    """The spec does not say which version of the language it is written in.

    Begin every spec with `hebbdsl: 1`.

    Wrong:
        hebbdsl validate unversioned.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB214"
    title = "the version of the language is missing"

    @property
    def label(self) -> str:
        return f"begin with {quoted(version(self.place))}"

    @property
    def hint(self) -> str | None:
        return f"add the line {quoted(version(self.place))} at the top"


class OtherVersion(Problem):
    """The spec is written in a version of the language that this program does not read.

    Wrong:
        hebbdsl: 2

    Right:
        hebbdsl: 1
    """

    code = "HEB311"
    written: str

    title = "this program reads version 1 of the language, not {written!q}"
    label = "other version"

    @property
    def hint(self) -> str | None:
        line = quoted(version(self.place))
        return f"write {line}, or install the hebbdsl that the spec was written for"
