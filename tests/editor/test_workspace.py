"""Open texts: examined once for each change, and again when what they extend changes."""

from __future__ import annotations

from pathlib import Path

from hebbdsl.editor.workspace import Workspace
from tests.specs import GOOD

CHILD = "hebbdsl: 1\nexperiment: child\nextends: base.yaml\n"
GRANDCHILD = 'hebbdsl 1\nexperiment grandchild\nextends "child.yaml"\n'


def test_a_text_is_examined_once(tmp_path: Path) -> None:
    workspace = Workspace()
    workspace.put("a", str(tmp_path / "a.yaml"), GOOD, 1)
    first = workspace.document("a")
    assert workspace.document("a") is first
    workspace.change("a", GOOD + "\n", 2)
    assert workspace.version("a") == 2
    assert workspace.document("a") is not first
    assert workspace.document("b") is None


def test_a_change_reaches_children_of_children(tmp_path: Path) -> None:
    workspace = Workspace()
    workspace.put("base", str(tmp_path / "base.yaml"), GOOD, 1)
    workspace.put("child", str(tmp_path / "child.yaml"), CHILD, 1)
    workspace.put("grandchild", str(tmp_path / "grandchild.hebb"), GRANDCHILD, 1)
    workspace.put("other", str(tmp_path / "other.yaml"), GOOD, 1)
    before = {address: workspace.document(address) for address in workspace.addresses()}
    assert [p.code for p in before["grandchild"].problems if p.code < "HEB7"] == []
    workspace.change("base", GOOD.replace("  steps: ", "  steps: many # "), 2)
    after = {address: workspace.document(address) for address in workspace.addresses()}
    assert [address for address in before if before[address] is after[address]] == ["other"]
    assert "HEB301" in [p.code for p in after["grandchild"].problems]


def test_what_is_open_wins_over_the_disk_until_it_is_closed(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(GOOD, encoding="utf-8")
    workspace = Workspace()
    workspace.put("base", str(tmp_path / "base.yaml"), "hebbdsl: 2\n", 1)
    workspace.put("child", str(tmp_path / "child.yaml"), CHILD, 1)
    child = workspace.document("child")
    assert child is not None
    assert [p for p in child.problems if p.code < "HEB7"]
    workspace.take("base")
    child = workspace.document("child")
    assert child is not None
    assert [p.code for p in child.problems if p.code < "HEB7"] == []


def test_a_file_that_changed_on_the_disk_is_read_again(tmp_path: Path) -> None:
    workspace = Workspace()
    workspace.put("child", str(tmp_path / "child.yaml"), CHILD, 1)
    assert "HEB230" in [p.code for p in workspace.document("child").problems]
    (tmp_path / "base.yaml").write_text(GOOD, encoding="utf-8")
    workspace.outdate()
    assert "HEB230" not in [p.code for p in workspace.document("child").problems]
