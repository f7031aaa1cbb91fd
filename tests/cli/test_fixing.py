"""`validate --fix` and `--diff`: what happens to files."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from hebbdsl.cli import fixing
from hebbdsl.source import Source
from tests.cli.test_validate import validate, write
from tests.specs import GOOD, with_sections

SLIPS = with_sections("model: mlpp  # a slip\n")
MENDED = with_sections("model: mlp  # a slip\n")
BEYOND = with_sections("data: {omniglot: {clases: 10_000_000}}\n")


def written(path: Path) -> tuple[int, int, bytes]:
    """Which file it is, when it was last written, and what it holds."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, path.read_bytes()


def test_fixes_are_written_and_what_remains_is_shown(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", SLIPS + "seeds: 9..0\n")
    result = validate(path, "--fix", "--format", "concise")
    assert path.read_text() == MENDED + "seeds: 9..0\n"
    assert result.exit_code == 1
    assert [line.split("[")[1][:6] for line in result.stdout.splitlines()] == ["HEB312"]
    assert result.stderr == "fixed 1 problem in 1 file\n1 error in 1 file\n"


def test_all_files_are_fixed(tmp_path: Path) -> None:
    for name in ("a.yaml", "b/c.yml"):
        write(tmp_path / name, re.sub("steps: .*", "steps: 2e3", SLIPS))
    write(tmp_path / "good.yaml", GOOD)
    result = validate(tmp_path, "--fix")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "fixed 4 problems in 2 files\nno problems in 3 files\n"


def test_a_good_file_is_not_touched(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", GOOD)
    before = written(path)
    result = validate(path, "--fix")
    assert result.stderr == "nothing that is safe to fix\nno problems in 1 file\n"
    assert written(path) == before


def test_a_fix_that_brings_up_others_leaves_the_file_and_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", BEYOND)
    before = written(path)
    result = validate(path, "--fix")
    assert result.exit_code == 1
    assert written(path) == before
    said = result.stderr.splitlines()
    assert said[0].startswith(
        f"not fixed, as other problems would come up: {path}:3:19: error[HEB201]"
    )
    assert said[1:] == ["nothing that is safe to fix", "1 error in 1 file"]


def test_diff_shows_and_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", SLIPS)
    result = validate(path, "--diff")
    assert result.exit_code == 1
    assert path.read_text() == SLIPS
    changed = [line for line in result.stdout.splitlines() if line[:1] in "+-"]
    assert changed[2:] == ["-model: mlpp  # a slip", "+model: mlp  # a slip"]
    assert result.stderr == "1 problem in 1 file can be fixed\n1 error in 1 file\n"
    fine = validate(write(path, GOOD), "--diff")
    assert (fine.exit_code, fine.stdout) == (0, "")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_a_diff_is_one_that_patch_takes(tmp_path: Path, ending: str, last: bool) -> None:
    text = SLIPS if last else SLIPS.rstrip("\n") + "\nseeds: 1e0"
    path = tmp_path / "a.yaml"
    path.write_text(text, newline=ending)
    shown = fixing.difference(*_fixed(path))
    (tmp_path / "a.diff").write_text(shown, newline="")
    patch = ["git", "apply", "-p0", "--unsafe-paths", "a.diff"]
    shown = shown.replace(str(path), "a.yaml")
    (tmp_path / "a.diff").write_text(shown.replace(" (fixed)", ""), newline="")
    done = subprocess.run(patch, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with path.open(newline="") as file:
        assert file.read() == _fixed(path)[0].text


def _fixed(path: Path) -> tuple[Source, Source]:
    found = fixing._fixed(path)
    assert found is not None
    return found[0], found[1].source


def test_line_ends_mark_permissions_and_links_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SLIPS.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to("a.yaml")
    assert validate(link, "--fix").exit_code == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + MENDED.replace("\n", "\r\n").encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.yaml", "link.yaml"]


def test_overrides_are_checked_but_not_fixed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", SLIPS)
    result = validate(path, "--fix", "--set", "output.gama=1")
    assert path.read_text() == MENDED
    assert result.exit_code == 1
    assert "--> --set:1:8" in result.stdout


def test_what_cannot_be_read_is_said_once(tmp_path: Path) -> None:
    result = validate(tmp_path / "none.yaml", "--fix", "--format", "concise")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "HEB101" in result.stdout


def test_a_file_that_is_changed_meanwhile_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.yaml", SLIPS)
    read = fixing._fixed

    def meanwhile(file: Path) -> object:
        found = read(file)
        file.write_text("# mine\n" + SLIPS)
        return found

    monkeypatch.setattr(fixing, "_fixed", meanwhile)
    result = validate(path, "--fix")
    assert result.exit_code == 4
    assert "HEB190" in result.stdout
    assert "it was changed in the meantime" in result.stdout
    assert path.read_text() == "# mine\n" + SLIPS


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written_is_left(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", SLIPS)
    path.chmod(0o444)
    result = validate(path, "--fix")
    assert result.exit_code == 4
    assert "Permission denied" in result.stdout
    assert path.read_text() == SLIPS
