"""How many small changes of the checker its tests notice.

    python -m tests.mutation.run --sample 600 --jobs 2 --out build/mutation.json

The tests run once under coverage, to know which of them reach which line. Then every mutant is
judged by those alone, the fastest first, in a process forked from this one, which has loaded what
is slow to load and nothing of hebbdsl. A mutant is killed by a failing test, by not importing, or
by taking ten times as long as it should.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.machinery
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from types import CodeType, ModuleType

from tests.mutation.mutating import Mutation, mutations

ROOT = Path(__file__).parents[2]
MODULES = (
    "checker",
    "reader",
    "mismatches",
    "variants",
    "changes",
    "claims",
    "numbers",
    "origins",
    "types",
)
TESTS = (
    "tests/spec/test_checker.py",
    "tests/spec/test_metric_checks.py",
    "tests/spec/test_extending.py",
    "tests/spec/test_types.py",
    "tests/spec/test_reader.py",
    "tests/spec/test_reader_branches.py",
    "tests/spec/test_changes_branches.py",
    "tests/spec/test_origins_branches.py",
    "tests/spec/test_named_variants.py",
    "tests/spec/test_resolved.py",
    "tests/spec/test_generated.py",
    "tests/diagnostics/test_golden.py",
    "tests/diagnostics/test_catalogue.py",
    "tests/plan/test_checks.py",
    "tests/plan/test_across.py",
    "tests/plan/test_plan_command.py",
    "tests/lint",
    "tests/cli/test_faults.py",
    "tests/cli/test_validate.py",
)
FEWEST_TESTS = 5
"""Where fewer reach a line, it ran when a module was loaded, or filled a cache for all."""
MOST_TESTS = 200
"""Tests that a mutant is put to: those that reach its line, the fastest first."""
SECONDS = 60


@dataclass(frozen=True)
class Result:
    module: str
    line: int
    what: str
    killed: bool
    seconds: float


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Finds one module changed, all others as they are."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=str(self.path))

    def get_code(self, fullname: str) -> CodeType:
        return self.code

    def get_data(self, path: str | bytes) -> bytes:
        return Path(os.fsdecode(path)).read_bytes()

    def get_filename(self, fullname: str) -> str:
        return str(self.path)


def tests_by_line() -> tuple[dict[tuple[str, int], list[str]], dict[str, float]]:
    """The tests that reach each line of the modules; and what each takes."""
    with tempfile.TemporaryDirectory() as folder:
        config, data, times = (Path(folder, name) for name in ("rc", "data", "times.xml"))
        config.write_text(
            f"[run]\ndata_file = {data}\ndynamic_context = test_function\n"
            f"include = {ROOT}/hebbdsl/spec/*\n"
        )
        subprocess.run(
            [
                *(sys.executable, "-m", "coverage", "run", f"--rcfile={config}", "-m", "pytest"),
                *("-q", "-p", "no:cacheprovider", "-p", "no:asyncio", f"--junitxml={times}"),
                *(test for test in TESTS if (ROOT / test).exists()),
            ],
            cwd=ROOT,
            check=False,  # tests that fail already are left out
            stdout=subprocess.DEVNULL,
        )
        from coverage import CoverageData

        took = _times(times)
        found = CoverageData(str(data))
        found.read()
        by_line: dict[tuple[str, int], list[str]] = {}
        for module in MODULES:
            path = f"{ROOT}/hebbdsl/spec/{module}.py"
            for line, contexts in found.contexts_by_lineno(path).items():
                by_line[module, line] = [name for name in contexts if name in took]
        return by_line, took


def _times(report: Path) -> dict[str, float]:
    """Seconds of each test function that passes, all its cases together."""
    import xml.etree.ElementTree as ElementTree

    found: dict[str, float] = defaultdict(float)
    failing: set[str] = set()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname')}.{(case.get('name') or '').partition('[')[0]}"
        found[name] += float(case.get("time") or 0)
        if case.find("failure") is not None or case.find("error") is not None:
            failing.add(name)
    return {name: seconds for name, seconds in found.items() if name not in failing}


def node_id(context: str) -> str:
    """`tests.spec.test_x.test_y` → `tests/spec/test_x.py::test_y`."""
    module, _, function = context.rpartition(".")
    return f"{module.replace('.', '/')}.py::{function}"


def judge(module: str, mutation: Mutation, chosen: Sequence[str]) -> bool:
    """Whether a test fails. Runs in a process of its own, which this forks."""
    path = ROOT / "hebbdsl" / "spec" / f"{module}.py"
    code = compile(mutation.tree, str(path), "exec")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(SECONDS)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            sys.meta_path.insert(0, _Changed(f"hebbdsl.spec.{module}", path, code))
            import pytest

            options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:asyncio"]
            status = int(pytest.main([*options, *chosen]))
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    return ended != 0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", type=int, help="so many mutants, drawn by --seed; default: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--modules", nargs="*", default=list(MODULES))
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    os.environ["CI"] = "1"  # the same examples every time
    os.chdir(ROOT)
    began = time.monotonic()
    by_line, times = tests_by_line()
    print(f"tests by line: {time.monotonic() - began:.0f} s", flush=True)
    _load_what_is_slow()

    work: list[tuple[str, Mutation]] = []
    for module in asked.modules:
        source = (ROOT / "hebbdsl" / "spec" / f"{module}.py").read_text(encoding="utf-8")
        work += [(module, mutation) for mutation in mutations(source)]
    every = len(work)
    if asked.sample is not None and asked.sample < every:
        work = random.Random(asked.seed).sample(work, asked.sample)

    of_module = {
        module: [test for (name, _), tests in by_line.items() if name == module for test in tests]
        for module in asked.modules
    }

    def one(job: tuple[str, Mutation]) -> Result:
        module, mutation = job
        names = by_line.get((module, mutation.line), [])
        if len(names) < FEWEST_TESTS:
            names = [*names, *of_module[module]]
        reaching = sorted(dict.fromkeys(names), key=lambda test: times.get(test, 0))
        start = time.monotonic()
        chosen = [node_id(test) for test in reaching[:MOST_TESTS]]
        killed = bool(chosen) and judge(module, mutation, chosen)
        return Result(module, mutation.line, mutation.what, killed, time.monotonic() - start)

    module, line = next(iter(by_line))
    as_it_is = ast.parse((ROOT / "hebbdsl" / "spec" / f"{module}.py").read_text(encoding="utf-8"))
    if one((module, Mutation(line, "nothing", as_it_is))).killed:
        raise SystemExit("a module without a change is killed: the tests can't be run like this")
    results: list[Result] = []
    with ThreadPoolExecutor(asked.jobs) as pool:
        for result in pool.map(one, work):
            results.append(result)
            if not result.killed:
                print(f"survived: {result.module}.py:{result.line}: {result.what}", flush=True)
    print(report(results, every, time.monotonic() - began))
    if asked.out is not None:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(json.dumps([asdict(result) for result in results], indent=1))


def report(results: Sequence[Result], every: int, seconds: float) -> str:
    """Killed of all, by module."""
    lines = [f"{len(results)} of {every} mutants, {seconds:.0f} s"]
    for module in (*dict.fromkeys(result.module for result in results), None):
        own = [r for r in results if module in (r.module, None)]
        killed = sum(result.killed for result in own)
        share = 100 * killed / len(own)
        lines.append(f"{module or 'all':10} {killed:5} of {len(own):5} killed  {share:5.1f} %")
    return "\n".join(lines)


def _load_what_is_slow() -> None:
    """Once, before the forks: not hebbdsl itself, which each of them loads with its change."""
    import hypothesis.strategies
    import jsonschema
    import lark
    import pytest
    import torch
    import typer.testing
    import yaml

    loaded = (hypothesis.strategies, jsonschema, lark, pytest, torch, typer.testing, yaml)
    assert all(loaded)
    assert not any(name.startswith("hebbdsl") for name in sys.modules)


if __name__ == "__main__":
    main()
