"""A text that an editor holds, and all that the front half of the compiler has to say of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.lint.examination import Examined
from hebbdsl.pipeline import examine_source
from hebbdsl.plan.plan import Plan
from hebbdsl.source import Source
from hebbdsl.spec.checked import Draft
from hebbdsl.spec.extending import Reading
from hebbdsl.syntax.reading import refuse_unprintable
from hebbdsl.syntax.surfaces import TEXT_ENDING
from hebbdsl.syntax.tree import Tree

_SPEC = re.compile(r"^[\"']?(?:hebbdsl|experiment|extends)[\"']?[ \t]*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """One text, examined.

    Attributes:
        parents: the files that it extends, as paths with links resolved; also those not there.
    """

    source: Source
    problems: tuple[Problem, ...] = ()
    tree: Tree | None = None
    drafts: tuple[Draft, ...] = ()
    plan: Plan | None = None
    parents: frozenset[Path] = field(default_factory=frozenset)


def examined(source: Source, reading: Reading) -> Document:
    """All that is known of a text. Parents are had by `reading`."""
    parents: set[Path] = set()

    def noted(path: Path) -> Tree:
        parents.add(resolved(path))
        return reading(path)

    try:
        refuse_unprintable(source)
        found = examine_source(source, reading=noted)
    except Rejected as rejected:
        return Document(source, rejected.problems)
    return _document(source, found, frozenset(parents))


def _document(source: Source, found: Examined, parents: frozenset[Path]) -> Document:
    drafts = found.drafted.drafts if found.drafted is not None else ()
    return Document(source, tuple(found.problems), found.tree, drafts, found.plan, parents)


def resolved(path: Path) -> Path:
    """One name for one file, be it there or not."""
    try:
        return path.resolve()
    except (OSError, ValueError):
        return path


def is_spec(source: Source) -> bool:
    """Whether the text is meant as a spec: of YAML, only what has a key that only specs have."""
    if source.name.lower().endswith(TEXT_ENDING):
        return True
    return not source.text.strip() or _SPEC.search(source.text) is not None
