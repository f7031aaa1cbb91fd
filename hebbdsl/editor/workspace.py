"""All texts that are open, and which of them depend on which."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hebbdsl.editor.document import Document, examined, resolved
from hebbdsl.source import Source
from hebbdsl.spec.extending import from_disk
from hebbdsl.syntax.reading import refuse_unprintable
from hebbdsl.syntax.surfaces import parse_tree
from hebbdsl.syntax.tree import Tree


@dataclass(slots=True)
class _Open:
    source: Source
    version: int
    path: Path
    document: Document | None = None


@dataclass(slots=True)
class Workspace:
    """Open texts by their address. What is open wins over what is on the disk, for parents too."""

    _open: dict[str, _Open] = field(default_factory=dict)

    def put(self, address: str, name: str, text: str, version: int) -> None:
        """A text is opened, or has changed. `name` is its path, or says what it is."""
        self._open[address] = _Open(Source(name, text), version, resolved(Path(name)))
        self._outdate(self._open[address].path)

    def take(self, address: str) -> None:
        """A text is closed: what is on the disk counts again."""
        closed = self._open.pop(address, None)
        if closed is not None:
            self._outdate(closed.path)

    def outdate(self) -> None:
        """Files have changed on the disk."""
        for opened in self._open.values():
            opened.document = None

    def change(self, address: str, text: str, version: int) -> None:
        """An open text is another now."""
        opened = self._open.get(address)
        if opened is not None:
            self.put(address, opened.source.name, text, version)

    def addresses(self) -> tuple[str, ...]:
        """Those of all open texts."""
        return tuple(self._open)

    def version(self, address: str) -> int | None:
        opened = self._open.get(address)
        return None if opened is None else opened.version

    def document(self, address: str) -> Document | None:
        """What is known of an open text, examined if it was not yet."""
        opened = self._open.get(address)
        if opened is None:
            return None
        if opened.document is None:
            opened.document = examined(opened.source, self._reading)
        return opened.document

    def _outdate(self, path: Path) -> None:
        """Everything that extends the file, also by way of others."""
        for opened in self._open.values():
            if opened.document is not None and path in opened.document.parents:
                opened.document = None

    def _reading(self, path: Path) -> Tree:
        real = resolved(path)
        for opened in self._open.values():
            if opened.path == real:
                source = Source(str(path), opened.source.text)
                refuse_unprintable(source)
                return parse_tree(source)
        return from_disk(path)
