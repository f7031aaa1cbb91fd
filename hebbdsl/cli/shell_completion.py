"""What a shell offers at the cursor: specs, their variants, topics, words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import typer

_ACTIVE = frozenset("\"'\\`$;")
"""Names that hold one are not offered: scripts of completion evaluate what they are offered."""


def specs(incomplete: str) -> list[str]:
    """Specs and folders that begin so; of a folder that is the only one, what is in it."""
    found = [*_entries(incomplete)]
    while len(found) == 1 and found[0].endswith(os.sep):
        if not (inside := [*_entries(found[0])]):
            break
        found = inside
    return sorted(found)


def topics(incomplete: str) -> list[str]:
    """Codes, words, fields and metrics that `hebbdsl explain` has a page on."""
    from hebbdsl.diagnostics.codes import CODES
    from hebbdsl.entry_points import added_codes
    from hebbdsl.spec.glossary import topics

    return _beginning([*topics(), *CODES, *added_codes()], incomplete)


def variants(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of the variants of the spec that the line has named."""
    from hebbdsl.diagnostics.diagnostic import Rejected
    from hebbdsl.pipeline import parse_tree, read_source
    from hebbdsl.spec.checker import examine

    if (named := _named(ctx)) is None:
        return []
    try:
        drafts = examine(parse_tree(read_source(named))).drafts
    except Rejected:
        return []
    return _beginning([draft.name for draft in drafts], incomplete)


def words_for(section: str) -> Callable[[str], list[str]]:
    """What completes the word of a part of a new spec."""

    def words(incomplete: str) -> list[str]:
        from hebbdsl.spec.scaffold import asked, offered

        return _beginning(offered(asked()[section]), incomplete)

    return words


def _entries(incomplete: str) -> Iterator[str]:
    from hebbdsl.syntax.reading import ENDINGS

    folder, name = os.path.split(incomplete)
    try:
        with os.scandir(folder or ".") as entries:
            for entry in entries:
                if not entry.name.startswith(name) or (entry.name[0] == "." and not name):
                    continue
                if not entry.name.isprintable() or not _ACTIVE.isdisjoint(entry.name):
                    continue
                path = os.path.join(folder, entry.name)
                if entry.is_dir():
                    yield path + os.sep
                elif Path(path).suffix.lower() in ENDINGS:
                    yield path
    except OSError:
        return


def _named(ctx: typer.Context) -> Path | None:
    """The spec among what stands before the cursor."""
    named = ctx.params.get("spec") or ctx.params.get("paths") or ()
    # Behind an option that still lacks its value, arguments are left unread.
    for path in (*(named if isinstance(named, (list, tuple)) else (named,)), *ctx.args):
        if os.path.isfile(path):
            return Path(path)
    return None


def _beginning(words: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]
