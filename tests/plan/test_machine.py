"""The memory of a machine, from files and tools that say it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hebbdsl.plan import machine
from hebbdsl.plan.machine import DeviceMemory, device_memory, gpu_memory, machine_memory

GIB = 2**30


def files(root: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


MEMINFO = "MemTotal:       16777216 kB\nMemFree:         1 kB\n"


@pytest.mark.parametrize(
    ("texts", "gib"),
    [
        ({}, 16),
        ({"proc__self__cgroup": "0::/a/b\n"}, 16),
        ({"sys__fs__cgroup__memory_dot_max": f"{4 * GIB}\n"}, 4),
        (
            {
                "proc__self__cgroup": "0::/a/b\n",
                "sys__fs__cgroup__memory_dot_max": "max\n",
                "sys__fs__cgroup__a__memory_dot_max": f"{2 * GIB}\n",
                "sys__fs__cgroup__a__b__memory_dot_max": f"{8 * GIB}\n",
            },
            2,
        ),
        ({"sys__fs__cgroup__memory_dot_max": f"{64 * GIB}\n"}, 16),
        (
            {
                "proc__self__cgroup": "5:cpu,cpuacct:/x\n4:memory:/docker/1\n",
                "sys__fs__cgroup__memory__docker__1__memory_dot_limit_in_bytes": f"{GIB}\n",
            },
            1,
        ),
        (
            {"sys__fs__cgroup__memory__memory_dot_limit_in_bytes": "9223372036854771712\n"},
            16,
        ),
        ({"proc__self__cgroup": "nonsense\n"}, 16),
    ],
)
def test_what_is_installed_and_what_is_allowed(
    tmp_path: Path, texts: dict[str, str], gib: int
) -> None:
    root = files(tmp_path, proc__meminfo=MEMINFO, **texts)
    assert machine_memory(root) == DeviceMemory("this machine", gib * GIB)


def test_without_proc_the_system_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 3, "SC_PAGE_SIZE": 4096}.__getitem__)
    assert machine_memory(tmp_path) == DeviceMemory("this machine", 12288)
    monkeypatch.setattr(os, "sysconf", lambda _: int("no such name"))
    assert machine_memory(tmp_path) is None


def test_where_proc_does_not_say_it_the_system_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 5, "SC_PAGE_SIZE": 4096}.__getitem__)
    root = files(tmp_path, proc__meminfo="MemFree:  1 kB\n")
    assert machine_memory(root) == DeviceMemory("this machine", 20480)


def test_this_machine_has_some() -> None:
    found = machine_memory()
    assert found is not None
    assert found.size > GIB // 4


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A driver's tool that is there and answers; what it was asked."""
    words: list[str] = []

    def run(command: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[str]:
        words.extend(command)
        return subprocess.CompletedProcess(command, 0, "81559, NVIDIA H100 80GB HBM3\n")

    monkeypatch.setattr(machine.shutil, "which", lambda _: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(machine.subprocess, "run", run)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return words


def test_the_first_gpu_is_what_runs_would_take(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert device_memory() == DeviceMemory("NVIDIA H100 80GB HBM3", 81559 * 2**20)
    assert asked[-1] == "--id=0"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,1")
    assert gpu_memory() is not None
    assert asked[-1] == "--id=3"


@pytest.mark.parametrize("hidden", ["", "-1"])
def test_a_gpu_that_may_not_be_used_is_none(
    hidden: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    assert gpu_memory() is None
    assert asked == []


@pytest.mark.parametrize(
    "fault",
    [OSError(), subprocess.TimeoutExpired("nvidia-smi", 5), subprocess.CalledProcessError(9, "x")],
)
@pytest.mark.usefixtures("asked")
def test_a_driver_that_does_not_answer_is_none(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(machine.subprocess, "run", run)
    assert gpu_memory() is None
    assert device_memory() == machine_memory()


@pytest.mark.usefixtures("asked")
def test_an_answer_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = subprocess.CompletedProcess((), 0, "No devices were found\n")
    monkeypatch.setattr(machine.subprocess, "run", lambda *_, **__: answer)
    assert gpu_memory() is None
