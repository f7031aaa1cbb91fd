"""How much memory this machine has for a run, found without loading torch."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hebbdsl.frozen import frozen

ASK_GPU = ("nvidia-smi", "--query-gpu=memory.total,name", "--format=csv,noheader,nounits")
LONGEST_WAIT = 5.0
"""Seconds after which a driver that does not answer counts as none."""

_UNLIMITED = 2**60
"""A limit of so many bytes is the way that control groups say there is none."""


@frozen
class DeviceMemory:
    """What a device is called in a sentence, and its bytes."""

    name: str
    size: int


def device_memory() -> DeviceMemory | None:
    """Of the device that `--device auto` takes: the first GPU, else this machine."""
    return gpu_memory() or machine_memory()


def gpu_memory() -> DeviceMemory | None:
    """The first GPU that CUDA may use, by what its driver's own tool says; None: there is none."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0").partition(",")[0].strip()
    if visible in ("", "-1") or shutil.which(ASK_GPU[0]) is None:
        return None
    try:
        answer = subprocess.run(
            (*ASK_GPU, f"--id={visible}"),
            capture_output=True,
            text=True,
            timeout=LONGEST_WAIT,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.match(r"\s*(\d+), *+(.*\S)", answer)
    return DeviceMemory(found[2], int(found[1]) * 2**20) if found else None


def machine_memory(root: Path = Path("/")) -> DeviceMemory | None:
    """What there is, or what this process may have of it; None: nobody says."""
    limits = [*_installed(root), *_allowed(root)]
    return DeviceMemory("this machine", min(limits)) if limits else None


def _installed(root: Path) -> Iterator[int]:
    with suppress(OSError):
        text = (root / "proc/meminfo").read_text()
        if found := re.search(r"^MemTotal:\s*(\d+) kB", text, re.MULTILINE):
            yield int(found[1]) * 1024
            return
    with suppress(OSError, ValueError, AttributeError):
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _allowed(root: Path) -> Iterator[int]:
    """Limits of the control groups that hold this process, of either version."""
    groups = [""]
    with suppress(OSError, ValueError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers in ("", "memory"):
                groups.append(path.strip("/"))
    tree = root / "sys/fs/cgroup"
    for group in dict.fromkeys(groups):
        for folder in (Path(group), *Path(group).parents):
            for file in (tree / folder / "memory.max", tree / "memory" / folder / _LIMIT):
                with suppress(OSError, ValueError):
                    if 0 < (limit := int(file.read_text())) < _UNLIMITED:
                        yield limit


_LIMIT = "memory.limit_in_bytes"
