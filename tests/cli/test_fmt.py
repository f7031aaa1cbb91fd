"""`hebbdsl fmt`: which files change, which do not, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import hebbdsl.spec.formatting as formatting
from hebbdsl.cli.main import app
from tests.specs import GOOD

UGLY = GOOD.replace("experiment: minimal", 'experiment:   "minimal"   # a name').replace(
    "\nmodel", "\n\n\n\nmodel"
)
PRETTY = GOOD.replace("experiment: minimal", "experiment: minimal  # a name").replace(
    "\nmodel", "\n\nmodel"
)
UGLY_TEXT = 'hebbdsl 1 # one\nexperiment = "x"\ndata=omniglot(classes = 3,) ; \n'.replace(" ; ", "")
PRETTY_TEXT = "hebbdsl 1  # one\nexperiment x\ndata = omniglot(classes=3)\n"


def fmt(*arguments: object, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["fmt", *map(str, arguments)], input=stdin)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_files_are_rewritten_in_both_surfaces(tmp_path: Path) -> None:
    yaml = write(tmp_path / "a.yaml", UGLY)
    text = write(tmp_path / "deep" / "b.hebb", UGLY_TEXT)
    result = fmt(tmp_path)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == f"formatted {yaml}\nformatted {text}\n2 files formatted\n"
    assert yaml.read_text() == PRETTY
    assert text.read_text() == PRETTY_TEXT
    assert fmt(tmp_path).stderr == "0 files formatted, 2 unchanged\n"


def test_check_writes_nothing_and_fails(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", UGLY)
    result = fmt("--check", path)
    assert result.exit_code == 1
    assert (result.stdout, path.read_text()) == ("", UGLY)
    assert result.stderr == f"would format {path}\n1 file would be formatted\n"
    assert fmt("--check", write(path, PRETTY)).exit_code == 0


def test_diff_shows_what_would_change(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", UGLY)
    result = fmt("--diff", path)
    assert result.exit_code == 1
    assert path.read_text() == UGLY
    assert '-experiment:   "minimal"   # a name\n+experiment: minimal  # a name\n' in result.stdout
    assert fmt("--diff", write(path, PRETTY)).stdout == ""


def test_a_file_with_a_syntax_error_is_left_and_the_others_go_on(tmp_path: Path) -> None:
    bad = {
        "bad.yaml": "a: [1\n",
        "twice.yaml": "a: 1\na: 2 # lost?\n",
        "bad.hebb": "a = ?\nb  =  1\n",
    }
    for name, text in bad.items():
        write(tmp_path / name, text)
    good = write(tmp_path / "good.yaml", UGLY)
    result = fmt(tmp_path)
    assert result.exit_code == 1
    assert {name: (tmp_path / name).read_text() for name in bad} == bad
    assert good.read_text() == PRETTY
    assert "HEB114" in result.stderr
    assert "HEB125" in result.stderr
    assert result.stderr.endswith("1 file formatted, 3 could not be read or written\n")


def test_semantic_errors_do_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", "output:   {hebian: {gama: '0.1'}}\nmodel:\n")
    assert fmt(path).exit_code == 0
    assert path.read_text() == 'output: {hebian: {gama: "0.1"}}\nmodel:\n'


def test_line_ends_and_permissions_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", UGLY.replace("\n", "\r\n"))
    path.chmod(0o640)
    link = tmp_path / "b.yaml"
    link.symlink_to(path)
    assert fmt(link).exit_code == 0
    assert path.read_bytes() == PRETTY.replace("\n", "\r\n").encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()


def test_standard_input() -> None:
    assert fmt("-", stdin=UGLY).stdout == PRETTY
    assert fmt("-", "--stdin-name", "x.hebb", stdin=UGLY_TEXT).stdout == PRETTY_TEXT
    assert fmt("-", "--check", stdin=UGLY).exit_code == 1
    refused = fmt("-", stdin=b"a: \xff")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "HEB105" in refused.stderr


def test_what_cannot_be_read_or_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "HEB101" in fmt(tmp_path / "none.yaml").stderr
    assert "HEB109" in fmt(tmp_path).stderr
    assert "HEB108" in fmt(write(tmp_path / "a.txt", "a: 1")).stderr
    path = write(tmp_path / "a.yaml", UGLY)

    def full(*_: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hebbdsl.writing.write_atomically", full)
    result = fmt(path)
    assert result.exit_code == 4
    assert "No space left" in result.stderr
    assert path.read_text() == UGLY


@pytest.mark.parametrize("printed", ["a: 2\n", "a: '1'\n", "a: 1\n", "a: [1\n"])
def test_a_printer_at_fault_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: str
) -> None:
    path = write(tmp_path / "a.yaml", "a:   1  # kept\n")
    monkeypatch.setattr(formatting, "print_spec", lambda *_: printed)
    assert isinstance(fmt(path).exception, formatting.MeaningChanged)
    assert path.read_text() == "a:   1  # kept\n"
