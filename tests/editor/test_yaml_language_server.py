"""The JSON Schema in the server that most editors check YAML with: places, words, descriptions.

The server is `yaml-language-server` of npm, pinned in `package.json` beside this file: `npm ci`
installs it there. `HEBBDSL_YAML_SERVER` names another one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.source import Source
from hebbdsl.spec.checker import examine
from hebbdsl.spec.schema import spec_schema
from hebbdsl.syntax.yaml import parse_yaml
from tests.editor.client import Editor

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
INSTALLED = HERE / "node_modules" / ".bin" / "yaml-language-server"
SERVER = Path(os.environ.get("HEBBDSL_YAML_SERVER", INSTALLED))

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="there is no node"),
    pytest.mark.skipif(not SERVER.exists(), reason="no yaml-language-server: `npm ci` here"),
]

GOOD = """\
hebbdsl: 1
experiment: minimal
data: {omniglot: {classes: 1_000}}
model: mlp
output:
  hebbian: {gamma: 0.05, T: 300}
curriculum:
  growing: {start: 20, add: 10, when: test_accuracy >= 0.5}
training:
  optimizer: adam
  steps: 3_000
variants:
  hebbian: {}
  slow: {output.gamma: 0.01, model.hidden.0: 64}
"""

# What is wrong, as a change to the good spec, and what is underlined.
FAULTS = {
    "a typo in a nested key": ("gamma: 0.05", "gama: 0.05", "gama"),
    "a typo in a section": ("curriculum:", "curiculum:", "curiculum"),
    "a wrong type": ("steps: 3_000", "steps: many", "many"),
    "out of range": ("gamma: 0.05", "gamma: 1.5", "1.5"),
    "a duplicate key": ("model: mlp", "model: mlp\nmodel: convnet", "model: convnet"),
    "an unknown word": ("hebbian: {gamma", "hebian: {gamma", "hebian"),
    "an unknown word alone": ("optimizer: adam", "optimizer: adma", "adma"),
    "a bracket not closed": ("T: 300}", "T: 300", "curriculum:"),
    "a path that leads nowhere": ("output.gamma", "output.gama", "output.gama"),
    "a wrong value at a path": ("output.gamma: 0.01", "output.gamma: 7", "7"),
    "a wrong item at a path": ("hidden.0: 64", "hidden.0: wide", "wide"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("yaml")
    (folder / "schema.json").write_text(json.dumps(spec_schema()), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def editor(folder: Path) -> Iterator[Editor]:
    settings = {
        "yaml": {
            "schemas": {(folder / "schema.json").as_uri(): "/mapped/*.yaml"},
            "schemaStore": {"enable": False},
            "validate": True,
            "completion": True,
            "hover": True,
        }
    }
    with Editor(["node", str(SERVER.resolve()), "--stdio"], folder, settings) as editor:
        yield editor


class Buffer:
    """A text whose first line names the schema; a `|` in it is taken out and kept as a cursor."""

    opened = 0

    def __init__(self, editor: Editor, folder: Path, text: str) -> None:
        Buffer.opened += 1
        head = f"# yaml-language-server: $schema={(folder / 'schema.json').as_uri()}\n"
        before, _, after = text.partition("|")
        self.text = head + before + after
        self.cursor = ((head + before).count("\n"), len((head + before).split("\n")[-1]))
        self.editor = editor
        self.uri = editor.open(folder / f"buffer_{Buffer.opened}.yaml", self.text)

    def underlined(self) -> list[str]:
        """The characters of each diagnostic."""
        return [self._at(d.range) for d in self.editor.diagnostics(self.uri)]

    def offered(self) -> dict[str, lsp.CompletionItem]:
        self.editor.diagnostics(self.uri)
        return self.editor.completions(self.uri, *self.cursor)

    def said(self) -> str:
        self.editor.diagnostics(self.uri)
        hover = self.editor.hover(self.uri, *self.cursor)
        assert hover is not None
        assert isinstance(hover.contents, lsp.MarkupContent)
        return hover.contents.value

    def _at(self, range_: lsp.Range) -> str:
        lines = self.text.split("\n")
        starts = [sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines))]
        start = starts[range_.start.line] + range_.start.character
        return self.text[start : starts[range_.end.line] + range_.end.character]


def test_a_good_spec_has_no_faults(editor: Editor, folder: Path) -> None:
    assert Buffer(editor, folder, GOOD).underlined() == []


@pytest.mark.parametrize("kind", FAULTS)
def test_faults_are_underlined(editor: Editor, folder: Path, kind: str) -> None:
    right, wrong, underlined = FAULTS[kind]
    assert right in GOOD
    found = Buffer(editor, folder, GOOD.replace(right, wrong, 1)).underlined()
    assert found
    assert underlined in [text.strip() for text in found]


def test_four_at_once(editor: Editor, folder: Path) -> None:
    kinds = (
        "a typo in a nested key",
        "a wrong type",
        "an unknown word alone",
        "a typo in a section",
    )
    text, expected = GOOD, set()
    for kind in kinds:
        right, wrong, underlined = FAULTS[kind]
        text = text.replace(right, wrong, 1)
        expected.add(underlined)
    assert expected <= set(Buffer(editor, folder, text).underlined())


def test_a_schema_can_be_mapped_by_the_settings(editor: Editor, folder: Path) -> None:
    uri = editor.open(folder / "mapped" / "spec.yaml", GOOD.replace("gamma: 0.05", "gama: 1", 1))
    assert [d.message for d in editor.diagnostics(uri)] == ["Property gama is not allowed."]


def _gallery() -> dict[str, str]:
    paths = [*ROOT.glob("specs/*.yaml"), *ROOT.glob("tests/golden/*.yaml")]
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}


def test_every_spec_that_the_checker_takes_has_no_faults(editor: Editor, folder: Path) -> None:
    checked = 0
    for name, text in _gallery().items():
        try:
            problems = examine(parse_yaml(Source(name, text))).problems
        except Rejected:
            continue
        if not problems.errors:
            assert Buffer(editor, folder, text.replace("|", "")).underlined() == [], name
            checked += 1
    assert checked >= 4


def test_a_child_may_leave_out_what_it_inherits(editor: Editor, folder: Path) -> None:
    child = """\
hebbdsl: 1
experiment: child
extends: base.hebb
output.rescale: none
training: {steps: 5_000, optimizer.learning_rate: 1e-3}
variants: {slow: null}
variants.fast.training.steps: 10
"""
    assert Buffer(editor, folder, child).underlined() == []


COMPLETED = {
    "sections": (GOOD + "|\n", {"seeds", "claims", "baseline", "extends"}),
    "words": (GOOD.replace("optimizer: adam", "optimizer: |"), {"adam", "adamw", "sgd"}),
    "words with fields": (GOOD.replace("model: mlp", "model:\n  |"), {"convnet", "mlp"}),
    "words that need fields": (GOOD.replace("model: mlp", "data: |"), {"omniglot"}),
    "fields": (
        GOOD.replace(" {gamma: 0.05, T: 300}", "\n    gamma: 0.05\n    |"),
        {"T", "rescale", "center", "bias"},
    ),
    "fields of a section": (GOOD.replace("  steps: 3_000", "  |"), {"steps", "batch_size"}),
    "values": (GOOD.replace("T: 300", "rescale: |"), {"none", "row", "mean_row"}),
    "paths": (GOOD.replace("  hebbian: {}", "  some:\n    |"), {"output.gamma", "training.steps"}),
}


@pytest.mark.parametrize("what", COMPLETED)
def test_completion(editor: Editor, folder: Path, what: str) -> None:
    text, expected = COMPLETED[what]
    found = Buffer(editor, folder, text).offered()
    assert expected <= set(found)
    for label in expected - {"mean_row", "none", "row"}:
        assert found[label].documentation, f"{label} is offered without a word about it"


def test_hover(editor: Editor, folder: Path) -> None:
    assert "floor of the rate" in Buffer(editor, folder, GOOD.replace("gamma", "ga|mma", 1)).said()
    assert (
        "written by the activations"
        in Buffer(editor, folder, GOOD.replace("  hebbian", "  heb|bian", 1)).said()
    )
    path = GOOD.replace("output.gamma", "output.ga|mma", 1)
    assert "floor of the rate" in Buffer(editor, folder, path).said()
