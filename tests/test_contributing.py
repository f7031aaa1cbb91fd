"""What CONTRIBUTING.md says is so: its files are there, its steps work, its walks are walked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.effort import PATIENCE
from tests.walks import WALKS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
HINGE = ROOT / "tests" / "fixtures" / "hinge_package" / "hebbdsl_hinge"
NEW = "hebbdsl/parts/outputs/hinge"


def _walks() -> dict[str, str]:
    return dict(
        zip(WALKS, re.split(r"\n\d\. ", TEXT[TEXT.index("## Three walks") :])[1:], strict=True)
    )


def test_the_files_that_it_names_are_there() -> None:
    named = set(re.findall(r"`((?:hebbdsl|tests|grammar|\.ci)/[\w./]*)`", TEXT))
    assert len(named) > 25
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == [f"{NEW}/"]


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_goes_through_the_files_that_it_names(walk: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.walks", walk],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    entered = done.stdout.splitlines()
    told = _walks()[walk].partition("## ")[0]
    named = re.findall(r"`([\w/]+\.py)`", told)
    assert len(named) >= 2
    assert [name for name in named if name not in entered] == []


def test_a_word_is_one_folder_and_its_lines(tmp_path: Path) -> None:
    """In a copy of the package, where the generated files are not written again."""
    shutil.copytree(ROOT / "hebbdsl", tmp_path / "hebbdsl", ignore=shutil.ignore_patterns("__py*"))
    shutil.copytree(ROOT / "grammar", tmp_path / "grammar")
    folder = tmp_path / NEW
    folder.mkdir()
    for name in ("__init__.py", "spec.py", "module.py"):
        text = (HINGE / name).read_text().replace("hebbdsl_hinge", "hebbdsl.parts.outputs.hinge")
        text = text.replace("HINGE401", "HEB491").replace("HINGE701", "HEB791")
        (folder / name).write_text(re.sub(r"\nCODES: .*?\n}\n", "", text, flags=re.DOTALL))
    spec = "hebbdsl.parts.outputs.hinge.spec"
    for name, after, lines in (
        ("vocabulary.py", "    Output: {\n", f'"hinge": "{spec}:Hinge",\n'),
        (
            "diagnostics/codes.py",
            "CODES: Mapping[str, str] = {\n",
            f'"HEB491": "{spec}:HingeInside",\n"HEB791": "{spec}:NoMargin",\n',
        ),
    ):
        path = tmp_path / "hebbdsl" / name
        text = path.read_text()
        assert text.count(after) == 1
        path.write_text(text.replace(after, after + lines))

    def hebbdsl(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "hebbdsl", *words],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    path = tmp_path / "spec.yaml"
    path.write_text(WALKS["gamma"][0].replace("{hebbian: {gamma: 0.0625}}", "{hinge: {margin: 0}}"))
    code, said = hebbdsl("validate", path.name)
    assert code == 0
    assert "warning[HEB791]: there is no margin" in said
    assert "lead that the label's score must have" in hebbdsl("explain", "hinge")[1]
    inside = "output={mixture: {experts: [hinge, softmax]}}"
    assert "error[HEB491]" in hebbdsl("validate", path.name, "--set", inside)[1]
    code, said = hebbdsl("run", path.name, "--device", "cpu", "--quiet")
    assert code == 0, said
