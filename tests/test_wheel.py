"""The wheel works by itself: built, installed outside the checkout, and used."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.effort import PATIENCE

ROOT = Path(__file__).parents[1]

SPEC = """\
hebbdsl: 1
experiment: tiny
data: {glyphs: {image_size: 8, classes: 12}}
model: {mlp: {hidden: [16], features: 8}}
output: hebbian
curriculum: {growing: {start: 4, add: 4, when: test_accuracy >= 0.5}}
training: {optimizer: adam, batch_size: 16, steps: 10, evaluate_every: 5}
"""


def _call(*words: object, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(word) for word in words], cwd=cwd, env=env | more, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = _call(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT,
        cwd=folder,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_it_holds_the_package_the_grammar_and_the_type_mark_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"hebbdsl/py.typed", "hebbdsl/grammar/hebbdsl.lark", "hebbdsl/pipeline.py"} <= names
    assert not [name for name in names if name.startswith(("tests/", "specs/"))]


def test_it_validates_and_runs_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "environment"
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    installed = _call(python, "-m", "pip", "install", "--no-deps", wheel, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    # The dependencies are those of this environment, after the wheel's own folder on the path:
    # installing torch once more would take minutes and show nothing.
    found = _call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=place)
    site = Path(found.stdout.strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = _call(python, "-c", "import hebbdsl; print(hebbdsl.__file__)", cwd=tmp_path)
    assert str(site) in where.stdout, where.stderr
    (tmp_path / "tiny.yaml").write_text(SPEC)
    program = place / "bin" / "hebbdsl"
    checked = _call(program, "validate", "tiny.yaml", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    trained = _call(program, "run", "tiny.yaml", "--device", "cpu", cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    assert "tiny · main · seed 0: finished" in trained.stdout
    assert [*(tmp_path / "runs" / "tiny" / "main").glob("seed-0-*/record.json")]
