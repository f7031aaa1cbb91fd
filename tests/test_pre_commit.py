"""The hooks of `.pre-commit-hooks.yaml`, run as pre-commit runs them, and by pre-commit itself."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.effort import PATIENCE
from tests.specs import GOOD, with_sections

ROOT = Path(__file__).parents[1]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
BAD = with_sections("output: hebian\n")
WHOLE = "HEBBDSL_PRE_COMMIT"
"""When this is set, pre-commit also installs the hooks from a clone, which takes minutes."""


def command(hook: str) -> list[str]:
    """The entry of a hook, with this checkout in the place of an installed program."""
    program, *rest = shlex.split(HOOKS[hook]["entry"])
    assert program == "hebbdsl"
    return [sys.executable, "-m", "hebbdsl", *rest]


def run(*words: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def specs(folder: Path, **texts: str) -> list[str]:
    (folder / "specs").mkdir()
    for name, text in texts.items():
        (folder / f"specs/{name}.yaml").write_text(text, encoding="utf-8")
    return [f"specs/{name}.yaml" for name in texts]


def test_file_names_are_arguments(tmp_path: Path) -> None:
    good, bad, other = specs(tmp_path, good=GOOD, bad=BAD, other=BAD)
    fine = run(*command("hebbdsl-validate"), good, good, folder=tmp_path)
    assert (fine.returncode, fine.stdout) == (0, "")
    refused = run(*command("hebbdsl-validate"), good, bad, other, folder=tmp_path)
    assert refused.returncode == 1
    assert "--> specs/bad.yaml:6:9\n" in refused.stdout
    assert "--> specs/other.yaml:6:9\n" in refused.stdout


@pytest.mark.parametrize("hook", HOOKS)
def test_which_files_are_checked(hook: str) -> None:
    pattern = HOOKS[hook]["files"]
    for name in ("a.hebb", "x/y/a.hebb", "specs/a.yaml", "x/specs/y/a.yml"):
        assert re.search(pattern, name), name
    for name in (".pre-commit-config.yaml", "a.yaml", "myspecs/a.yaml", "specs/a.yaml.bak", "hebb"):
        assert not re.search(pattern, name), name


def config(folder: Path, text: str) -> None:
    (folder / ".pre-commit-config.yaml").write_text(text, encoding="utf-8")
    for words in (["init", "-q"], ["add", "-A"]):
        assert run("git", *words, folder=folder).returncode == 0


def pre_commit(folder: Path) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("pre_commit")
    words = (sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never")
    return run(*words, folder=folder, PRE_COMMIT_HOME=str(folder.parent / "home"))


@pytest.mark.skipif(shutil.which("git") is None, reason="no git here")
def test_pre_commit_refuses_a_bad_spec(tmp_path: Path) -> None:
    """The hook as it is but for its language: installing it anew would take minutes."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    _, bad = specs(folder, good=GOOD, bad=BAD)
    (folder / "other.yaml").write_text("a: [", encoding="utf-8")
    hook = {**HOOKS["hebbdsl-validate"], "language": "system"}
    hook["entry"] = shlex.join(command("hebbdsl-validate"))
    config(folder, yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook]}]}))
    refused = pre_commit(folder)
    assert refused.returncode == 1, refused.stderr
    assert "hebbdsl validate" in refused.stdout
    assert f"--> {bad}:6:9\n" in refused.stdout
    assert "other.yaml" not in refused.stdout
    (folder / bad).write_text(GOOD, encoding="utf-8")
    assert pre_commit(folder).returncode == 0


@pytest.mark.skipif(not os.environ.get(WHOLE), reason=f"takes minutes; set {WHOLE} to run it")
def test_pre_commit_installs_the_hooks_from_a_clone(tmp_path: Path) -> None:
    clone, folder = tmp_path / "clone", tmp_path / "scratch"
    assert run("git", "clone", "-q", str(ROOT), str(clone), folder=tmp_path).returncode == 0
    head = run("git", "rev-parse", "HEAD", folder=clone).stdout.strip()
    folder.mkdir()
    _, bad = specs(folder, good=GOOD, bad=BAD)
    hooks = [{"id": "hebbdsl-validate"}]
    config(folder, yaml.safe_dump({"repos": [{"repo": str(clone), "rev": head, "hooks": hooks}]}))
    refused = pre_commit(folder)
    assert refused.returncode == 1, refused.stderr
    assert f"--> {bad}:6:9\n" in refused.stdout
