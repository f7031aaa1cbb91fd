"""What installed packages add to the language, by entry points: words of each kind, and codes.

The group `hebbdsl.outputs` holds outputs: the name of an entry point is the word, its value
"module:Class"; so do `datasets`, `models`, `adaptations`, `curricula`, `optimizers`, `schedules`.
In `hebbdsl.codes` the name is a prefix, and the value a table of codes, "module:TABLE".

Reading them takes longer than checking a spec: it is done only for what is not our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module

from hebbdsl.frozen import frozen
from hebbdsl.interrupts import Interrupted


@frozen
class Added:
    """An entry point, with the package that declares it."""

    name: str
    value: str
    package: str
    version: str

    @property
    def module(self) -> str:
        return self.value.partition(":")[0]

    def load(self) -> object:
        """Raises: BrokenError, where there is no such thing."""
        try:
            return getattr(import_module(self.module), self.value.partition(":")[2])
        except Interrupted:
            raise
        except (Exception, SystemExit) as error:
            raise BrokenError(self, f"{self.value!r} can't be imported: {error}") from error


class BrokenError(Exception):
    """A class of a package that can't be what its word says."""

    def __init__(self, added: Added, reason: str) -> None:
        super().__init__(f"{added.name} of {added.package}: {reason}")
        self.added, self.reason = added, reason


@cache
def added(group: str) -> tuple[Added, ...]:
    """The entry points of a group, by name."""
    from importlib.metadata import entry_points

    found = {
        Added(point.name, point.value, point.dist.name, point.dist.version)
        for point in entry_points(group=f"hebbdsl.{group}")
        if point.dist is not None
    }
    return tuple(sorted(found, key=lambda one: (one.name, one.package)))


@cache
def added_codes() -> Mapping[str, str]:
    """The codes of packages, each as "module:Class", where they have the prefix of their table."""
    found: dict[str, str] = {}
    for one in added("codes"):
        with suppress(BrokenError):  # refused where one of its codes is asked for
            found |= codes_of(one)
    return found


def codes_of(one: Added) -> Mapping[str, str]:
    """The codes of one table. Raises: BrokenError, where it is none."""
    if one.name == "HEB":
        raise BrokenError(one, "codes of HEB are those of hebbdsl itself")
    table = one.load()
    if not isinstance(table, Mapping) or not all(isinstance(text, str) for text in table.values()):
        raise BrokenError(one, f"{one.value!r} is no mapping of codes to `module:Class`")
    return {code: table[code] for code in table if code.removeprefix(one.name).isdigit()}


def version_of(package: str) -> str | None:
    """The version of a package, or None where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None
