"""`hebbdsl convert`: the same spec in the other surface, comments included."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hebbdsl.cli.main import app
from hebbdsl.pipeline import check_spec, parse_tree, read_source
from hebbdsl.spec.canonical import plain
from hebbdsl.spec.formatting import meaning

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))


def convert(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["convert", *map(str, arguments)])


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_there_and_back(spec: Path, tmp_path: Path) -> None:
    text, back = tmp_path / "a.hebb", tmp_path / "a.yaml"
    assert convert(spec, text).exit_code == 0
    assert convert(text, back).exit_code == 0
    trees = [parse_tree(read_source(path)) for path in (spec, text, back)]
    assert meaning(trees[0]) == meaning(trees[1]) == meaning(trees[2])
    assert CliRunner().invoke(app, ["fmt", "--check", str(tmp_path)]).exit_code == 0


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_runs_are_the_same(spec: Path, tmp_path: Path) -> None:
    text = tmp_path / "a.hebb"
    convert(spec, text)
    ours, theirs = (check_spec(parse_tree(read_source(path))) for path in (spec, text))
    assert list(ours.variants) == list(theirs.variants)
    for name, variant in ours.variants.items():
        deciding = plain(variant.setup, deciding_only=True)
        assert plain(theirs.variants[name].setup, deciding_only=True) == deciding
    assert plain(ours.experiment) == plain(theirs.experiment)


def test_to_standard_output(tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text('extends: "../base.yaml"  # the parent\noutput: {softmax: {}}\n')
    text = 'extends "../base.yaml"  # the parent\noutput = softmax()\n'
    assert convert(spec).stdout == convert(spec, "-").stdout == text
    other = tmp_path / "a.hebb"
    other.write_text(text)
    assert convert(other).stdout == "extends: ../base.yaml  # the parent\noutput: {softmax: {}}\n"


def test_nothing_is_written_over_unless_forced(tmp_path: Path) -> None:
    spec, target = tmp_path / "a.yaml", tmp_path / "a.hebb"
    spec.write_text("model: mlp\n")
    target.write_text("mine\n")
    result = convert(spec, target)
    assert result.exit_code == 1
    assert "HEB181" in result.stderr
    assert target.read_text() == "mine\n"
    assert convert(spec, target, "--force").stderr == f"wrote {target}\n"
    assert target.read_text() == "model = mlp\n"


def test_what_the_text_surface_cannot_say(tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text("model:\nvariants: {a: {output: }}\nclaims:\n  -\n")
    result = convert(spec)
    assert result.exit_code == 1
    assert result.stderr.count("HEB180") == 3 * 2  # each with its line that leads to the page
    assert result.stdout == ""


def test_other_endings_and_other_faults(tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text("a: [\n")
    assert "HEB114" in convert(spec).stderr
    spec.write_text("a: 1\n")
    assert "HEB108" in convert(spec, tmp_path / "b.txt").stderr
    blocked = tmp_path / "file"
    blocked.write_text("")
    result = convert(spec, blocked / "b.hebb")
    assert result.exit_code == 4
    assert "HEB190" in result.stderr
