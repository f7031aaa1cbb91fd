"""Spec files near the one that is written: what it may extend."""

from __future__ import annotations

import os
from pathlib import Path

from hebbdsl.syntax.reading import ENDINGS

_MOST = 200


def spec_files(name: str, before: str) -> tuple[str, ...]:
    """Specs and folders in the folder that `before` names, relative to the file `name`."""
    folder, _, _ = before.rpartition("/")
    lead = f"{folder}/" if folder or before.startswith("/") else ""
    found: list[str] = []
    try:
        with os.scandir(Path(name).parent / lead) as entries:
            for entry in entries:
                if len(found) >= _MOST:
                    break
                if entry.name.startswith(".") or (entry.name == Path(name).name and not lead):
                    continue
                if entry.is_dir():
                    found.append(f"{lead}{entry.name}/")
                elif Path(entry.name).suffix.lower() in ENDINGS:
                    found.append(f"{lead}{entry.name}")
    except (OSError, ValueError):
        return ()
    return tuple(sorted(found, key=lambda path: (path.endswith("/"), path)))
