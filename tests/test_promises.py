"""What pyproject promises of versions is what is tried."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def promised() -> dict[str, Version]:
    """The lowest release of everything that users install."""
    extras = PROJECT["optional-dependencies"]
    used = [*PROJECT["dependencies"], *(text for e in extras if e != "test" for text in extras[e])]
    found = {}
    for requirement in map(Requirement, used):
        (lowest,) = (s.version for s in requirement.specifier if s.operator == ">=")
        found[requirement.name] = Version(lowest)
    return found


def test_the_lowest_versions_are_those_that_are_tried() -> None:
    lines = (ROOT / "tests" / "lowest.txt").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line) for line in lines if not line.startswith("#")]
    tried = {one.name: next(iter(one.specifier)) for one in pinned}
    assert {s.operator for s in tried.values()} == {"=="}
    lowest = promised()
    assert tried.keys() - lowest.keys() == {"pyparsing"}
    for name in lowest:
        version = Version(tried[name].version)
        # `>=1.2` promises 1.2.0, or the first of 1.2 that was released.
        assert version >= lowest[name], name
        assert version.release[: len(lowest[name].release)] == lowest[name].release, name


def test_the_pythons_are_those_that_are_tried() -> None:
    classified = re.findall(r":: Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    script = (ROOT / ".ci" / "pythons").read_text(encoding="utf-8")
    (others,) = re.findall(r"^versions=\((.*)\)$", script, flags=re.MULTILINE)
    assert [PROJECT["requires-python"].removeprefix(">="), *others.split()] == classified
