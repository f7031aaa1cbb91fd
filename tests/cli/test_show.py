"""`hebbdsl show`: a spec that stands alone, each value with where it comes from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hebbdsl.cli.main import app
from hebbdsl.pipeline import load_spec
from tests.specs import GOOD

CHILD = """\
hebbdsl: 1
experiment: child
extends: parent.yaml
output.gamma: 0.1
variants:
  as_written: {}
  raw: {output.rescale: mean_row}
"""


def show(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["show", *arguments])


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("parent.yaml").write_text(GOOD)
    Path("child.yaml").write_text(CHILD)


def note(text: str, entry: str) -> str:
    """The comment beside the one line that begins with `entry`."""
    (line,) = (line for line in text.splitlines() if line.strip().startswith(entry))
    return line.partition("  # ")[2].strip()


def test_each_value_says_where_it_comes_from() -> None:
    shown = show("child.yaml", "--variant", "raw", "--set", "training.batch_size=8")
    assert shown.exit_code == 0
    assert note(shown.stdout, "gamma:") == "child.yaml:4:15"
    assert note(shown.stdout, "rescale:") == "variant raw, child.yaml:7:25"
    assert note(shown.stdout, "batch_size:") == "--set"
    trained = shown.stdout.split("\nevaluation:")[0]
    assert note(trained, "output:") == "parent.yaml:6:9"
    assert note(shown.stdout, "center:") == "default"
    columns = {line.rindex("  # ") for line in shown.stdout.splitlines() if "  # " in line}
    assert len(columns) == 1


@pytest.mark.parametrize("surface", ["yaml", "hebb"])
@pytest.mark.parametrize("variant", [None, "raw"])
@pytest.mark.parametrize("origins", ["--origins", "--no-origins"])
def test_what_is_shown_is_a_spec(surface: str, variant: str | None, origins: str) -> None:
    chosen = ["--variant", variant] if variant else []
    shown = show("child.yaml", "--format", surface, origins, *chosen)
    assert ("# default" in shown.stdout) == (origins == "--origins")
    Path(f"again.{surface}").write_text(shown.stdout)
    again, first = load_spec(f"again.{surface}"), load_spec("child.yaml")
    assert list(again.variants) == (["raw"] if variant else ["as_written", "raw"])
    rescale = "mean_row" if variant else "none"
    assert again.output == type(first.output)(gamma=0.1, rescale=rescale)  # type: ignore[call-arg]
    assert again.training == first.training


def test_the_surface_of_the_spec_is_the_default() -> None:
    Path("child.hebb").write_text('hebbdsl 1\nexperiment child\nextends "parent.yaml"\n')
    assert show("child.hebb").stdout.startswith("hebbdsl 1")
    assert show("child.yaml").stdout.startswith("hebbdsl: 1")


def test_json() -> None:
    shown = json.loads(show("child.yaml", "--format", "json", "--variant", "raw").stdout)
    assert (shown["version"], shown["experiment"], shown["variant"]) == (1, "child", "raw")
    fields = {field["path"]: field for field in shown["fields"]}
    assert fields["output"]["value"] == "hebbian"
    assert fields["output.gamma"] == {
        "path": "output.gamma",
        "value": 0.1,
        "origin": {"kind": "spec", "file": "child.yaml", "line": 4, "column": 15},
    }
    assert fields["output.rescale"]["origin"]["kind"] == "variant"
    assert fields["output.center"]["origin"] == {
        "kind": "default",
        "file": None,
        "line": None,
        "column": None,
    }
    bare = json.loads(show("child.yaml", "--format", "json", "--no-origins").stdout)
    assert bare["variant"] is None
    assert all("origin" not in field for field in bare["fields"])


def test_what_is_wrong_is_said() -> None:
    Path("child.yaml").write_text(CHILD.replace("gamma", "gama"))
    shown = show("child.yaml")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "HEB210" in shown.stderr
    Path("child.yaml").write_text(CHILD)
    unknown = show("child.yaml", "--variant", "rwa")
    assert unknown.exit_code != 0
    assert "HEB535" in unknown.stderr
