"""`hebbdsl lsp` as an editor meets it: a real client, over standard input and output."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from hebbdsl.source import Source
from hebbdsl.spec.printing import print_spec
from hebbdsl.syntax.surfaces import parse_tree
from tests.editor.client import Editor, edited

YAML = """\
hebbdsl: 1
experiment: minimal
seeds: 0..9
data:
  omniglot: {classes: 100}
model: mlp
output:
  hebbian: {gamma: 0.05, T: 300}
curriculum:
  growing: {start: 20, add: 10, when: test_accuracy >= 0.5}
training:
  optimizer: adam
  steps: 3_000
baseline: softmax
variants:
  hebbian: {}
  softmax: {output: softmax}
  slow: {output.gamma: 0.01}
claims:
  - steps_to_finish(hebbian) < steps_to_finish(softmax)
"""


def _as_text(yaml: str) -> str:
    return print_spec(parse_tree(Source("spec.yaml", yaml)), "hebb")


SPECS = {"yaml": YAML, "hebb": _as_text(YAML)}
SURFACES = tuple(SPECS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("specs")


@pytest.fixture(scope="module")
def editor(folder: Path) -> Iterator[Editor]:
    with Editor([sys.executable, "-m", "hebbdsl", "lsp"], folder) as editor:
        yield editor


class Buffer:
    """One open text, in which places are named by what stands there."""

    opened = 0

    def __init__(self, editor: Editor, folder: Path, surface: str, text: str) -> None:
        Buffer.opened += 1
        self.editor = editor
        self.text = text
        self.path = folder / f"spec_{Buffer.opened}.{surface}"
        self.uri = editor.open(self.path, text, "yaml" if surface == "yaml" else "hebb")

    def problems(self, version: int | None = None) -> dict[str, str]:
        """The code of each diagnostic, with the characters that it underlines."""
        found = self.editor.diagnostics(self.uri, version)
        return {str(d.code): self.at(d.range) for d in found}

    def diagnosed(self, text: str) -> list[lsp.Diagnostic]:
        self.text = text
        return list(self.editor.diagnostics(self.uri, self.editor.change(self.uri, text)))

    def write(self, text: str) -> dict[str, str]:
        self.text = text
        return self.problems(self.editor.change(self.uri, text))

    def at(self, range_: lsp.Range) -> str:
        return self.text[self._offset(range_.start) : self._offset(range_.end)]

    def _offset(self, position: lsp.Position) -> int:
        lines = self.text.split("\n")
        return sum(len(line) + 1 for line in lines[: position.line]) + position.character

    def place(self, before: str, occurrence: int = 0) -> tuple[int, int]:
        """Line and character behind the text `before`."""
        offset = -1
        for _ in range(occurrence + 1):
            offset = self.text.index(before, offset + 1)
        lines = self.text[: offset + len(before)].split("\n")
        return len(lines) - 1, len(lines[-1])

    def labels(self, before: str) -> Sequence[str]:
        return tuple(self.editor.completions(self.uri, *self.place(before)))

    def hover(self, before: str, occurrence: int = 0) -> str:
        found = self.editor.hover(self.uri, *self.place(before, occurrence))
        assert found is not None, f"nothing is said behind {before!r}"
        assert isinstance(found.contents, lsp.MarkupContent)
        return found.contents.value

    def request(self, method: str, kind: type, before: str, **more: object) -> object:
        line, character = self.place(before)
        where = lsp.TextDocumentIdentifier(self.uri), lsp.Position(line, character)
        document, position = where
        params = kind(text_document=document, position=position, **more)
        return self.editor.ask(f"text_document_{method}", params)


@pytest.fixture(params=SURFACES)
def surface(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def spec(editor: Editor, folder: Path, surface: str) -> Iterator[Buffer]:
    buffer = Buffer(editor, folder, surface, SPECS[surface])
    yield buffer
    editor.close(buffer.uri)


def key(surface: str, name: str) -> str:
    """How a key ends in the surface."""
    return f"{name}: " if surface == "yaml" else f"{name}="


class TestDiagnostics:
    def test_a_good_spec_has_none(self, spec: Buffer) -> None:
        assert [d for d in spec.problems() if d < "HEB7"] == []

    def test_faults_come_and_go_as_they_are_typed(self, spec: Buffer) -> None:
        good = spec.text
        assert spec.write(good.replace("gamma", "gama", 1))["HEB201"] == "gama"
        assert spec.write(good.replace("0.05", "1.5", 1))["HEB302"] == "1.5"
        assert "HEB302" not in spec.write(good)

    def test_a_diagnostic_has_code_source_severity_hint_and_version(self, spec: Buffer) -> None:
        version = spec.editor.change(spec.uri, spec.text.replace("gamma", "gama", 1))
        (found,) = (d for d in spec.editor.diagnostics(spec.uri, version) if d.code == "HEB201")
        assert found.source == "hebbdsl"
        assert found.severity is lsp.DiagnosticSeverity.Error
        assert "did you mean `gamma`?" in found.message

    def test_lint_warns(self, spec: Buffer) -> None:
        spec.text = spec.text.replace("0..9", "0..1")
        found = spec.editor.diagnostics(spec.uri, spec.editor.change(spec.uri, spec.text))
        warnings = [d for d in found if str(d.code) >= "HEB7"]
        assert warnings
        assert {d.severity for d in warnings} == {lsp.DiagnosticSeverity.Warning}

    def test_the_other_place_of_a_clash_is_told(self, spec: Buffer) -> None:
        twice = "seeds: 0..9\n" if spec.path.suffix == ".yaml" else "seeds = 0..9\n"
        version = spec.editor.change(spec.uri, spec.text + twice)
        spec.text += twice
        related = [
            (spec.at(info.location.range), info.location.uri == spec.uri)
            for d in spec.editor.diagnostics(spec.uri, version)
            for info in d.related_information or ()
            if d.code == "HEB125"
        ]
        assert related == [("seeds", True)]

    def test_columns_count_utf_16_units(self, spec: Buffer) -> None:
        yaml = spec.path.suffix == ".yaml"
        wide = 'experiment: "𝔘𝔘𝔘"  # 𝔘\n' if yaml else 'experiment = "𝔘𝔘𝔘"\n'
        first = next(line for line in spec.text.split("\n") if line.startswith("experiment"))
        version = spec.editor.change(spec.uri, spec.text.replace(first + "\n", wide))
        (found,) = (d for d in spec.editor.diagnostics(spec.uri, version) if d.code == "HEB305")
        length = found.range.end.character - found.range.start.character
        assert length == len('"𝔘𝔘𝔘"'.encode("utf-16-le")) // 2

    def test_another_yaml_is_left_alone(self, editor: Editor, folder: Path) -> None:
        uri = editor.open(folder / "compose.yaml", "services: {web: {image: nginx}}\n")
        assert list(editor.diagnostics(uri)) == []


class TestParents:
    def child(self, surface: str) -> str:
        if surface == "yaml":
            return "hebbdsl: 1\nexperiment: child\nextends: base.yaml\noutput.gamma: 0.02\n"
        return 'hebbdsl 1\nexperiment child\nextends "base.yaml"\noutput.gamma = 0.02\n'

    def test_a_child_is_checked_again_when_its_parent_changes(
        self, editor: Editor, folder: Path, surface: str
    ) -> None:
        base = editor.open(folder / "base.yaml", YAML)  # on no disk: the buffer counts
        child = Buffer(editor, folder, surface, self.child(surface))
        assert [code for code in child.problems() if code < "HEB7"] == []
        editor.discard_published(child.uri)
        editor.change(base, YAML.replace("hebbian: {gamma: 0.05, T: 300}", "softmax", 1))
        assert "gamma" in child.problems().values()
        editor.discard_published(child.uri)
        editor.close(base)
        assert "base.yaml" in child.problems()["HEB230"]
        editor.close(child.uri)

    def test_go_to_the_parent(self, editor: Editor, folder: Path, surface: str) -> None:
        base = editor.open(folder / "base.yaml", YAML)
        child = Buffer(editor, folder, surface, self.child(surface))
        to_file = child.request("definition", lsp.DefinitionParams, "base")
        assert isinstance(to_file, lsp.Location)
        assert to_file.uri == base
        said = child.hover("output.gam")
        assert "`0.02` (line 4): `hebbian`" in said
        assert "`0.01` (base.yaml, line 18): `slow`" in said
        editor.close(base)
        editor.close(child.uri)


class TestHover:
    def test_a_field(self, spec: Buffer) -> None:
        said = spec.hover("gam")
        assert "floor of the rate" in said
        assert "at least 0 and at most 1; default `0.01`" in said
        line = spec.place("gamma")[0] + 1
        assert f"`0.05` (line {line}): `hebbian`" in said

    def test_a_word_with_its_plan(self, spec: Buffer) -> None:
        output = "  hebb" if spec.path.suffix == ".yaml" else "= hebb"
        said = spec.hover(output)
        assert "Softmax whose rows are also written" in said
        assert "| hebbian | 100 | 6,500 |" in said

    def test_a_path_of_a_variant(self, spec: Buffer) -> None:
        said = spec.hover("output.gam")
        assert "Here `0.01`" in said

    def test_metrics_and_variants(self, spec: Buffer) -> None:
        assert "metric, in conditions" in spec.hover("test_acc")
        assert "metric, in claims" in spec.hover("steps_to")
        assert "**softmax** · variant" in spec.hover("finish(soft")

    def test_what_is_written_ends_no_block_of_code(self, spec: Buffer) -> None:
        text = spec.text
        for sign in (":", " ="):
            text = text.replace(f"output{sign} softmax", f'output{sign} "````\u202e ![](http://a)"')
        assert any("<U+202E>" in d.message for d in spec.diagnosed(text))
        block = spec.hover("finish(soft").split("\n\n")[1]
        assert block.startswith("`````\n")
        assert block.endswith("\n`````")
        assert "<U+202E>" in block

    def test_a_syntax_error_elsewhere_does_not_matter(self, spec: Buffer) -> None:
        spec.write(spec.text + "claims: [[[{\n")
        assert "floor of the rate" in spec.hover("gam")

    def test_nothing_is_said_of_a_comment(self, spec: Buffer) -> None:
        spec.write("# gamma\n" + spec.text)
        assert spec.editor.hover(spec.uri, 0, 4) is None


class TestCompletion:
    def test_sections_not_yet_written(self, spec: Buffer) -> None:
        spec.write(spec.text + "\n")
        line = spec.text.count("\n")
        found = spec.editor.completions(spec.uri, line, 0)
        assert {"about", "extends"} <= set(found)
        assert not {"output", "claims"} & set(found)

    def test_fields_of_the_word_not_yet_written(self, spec: Buffer) -> None:
        spec.write(spec.text.replace("T: 300", "").replace("T=300", ""))
        before = "gamma: 0.05, " if spec.path.suffix == ".yaml" else "gamma=0.05, "
        found = spec.editor.completions(spec.uri, *spec.place(before))
        assert {"T", "rescale", "center"} <= set(found)
        assert "gamma" not in found
        assert "when" not in found
        page = found["rescale"].documentation
        assert isinstance(page, lsp.MarkupContent)
        assert "norm that the written activation is given" in page.value

    def test_accepting_one_makes_a_good_line(self, spec: Buffer) -> None:
        spec.write(spec.text.replace("gamma", "gam", 1))
        item = spec.editor.completions(spec.uri, *spec.place("gam"))["gamma"]
        assert isinstance(item.text_edit, lsp.TextEdit)
        assert edited(spec.text, [item.text_edit]) == SPECS[spec.path.suffix[1:]]

    def test_words_of_the_kind_asked(self, spec: Buffer) -> None:
        yaml = spec.path.suffix == ".yaml"
        line = "optimizer: " if yaml else "optimizer = "
        spec.write(spec.text.replace(line + "adam", line))
        assert set(spec.labels(line)) == {"adam", "adamw", "rmsprop", "adagrad", "sgd"}

    def test_values_of_choices_and_booleans(self, spec: Buffer) -> None:
        yaml = spec.path.suffix == ".yaml"
        before = "rescale: " if yaml else "rescale="
        new = "T: 300, rescale: , bias: " if yaml else "T=300, rescale=, bias="
        spec.write(spec.text.replace("T: 300", new).replace("T=300", new))
        assert set(spec.labels(before)) == {"none", "row", "mean_row"}
        assert set(spec.labels("bias: " if yaml else "bias=")) == {"true", "false"}

    def test_paths_in_a_variant(self, spec: Buffer) -> None:
        spec.write(spec.text.replace("output.gamma", "output.", 1))
        found = spec.labels("output.")
        assert {"output.gamma", "output.T", "training.optimizer.learning_rate"} <= set(found)
        assert "output.size" not in found, "the cache has it, and there is none"

    def test_metrics_and_variants(self, spec: Buffer) -> None:
        spec.write(spec.text.replace("steps_to_finish(softmax)", "", 1))
        assert "steps_to_finish" in spec.labels("(hebbian) < ")
        assert "test_accuracy" not in spec.labels("(hebbian) < ")
        assert set(spec.labels("steps_to_finish(")) == {"hebbian", "softmax", "slow"}
        assert "test_accuracy" in spec.labels("test_acc")
        assert "steps_to_finish" not in spec.labels("test_acc")

    def test_the_baseline_is_a_variant(self, spec: Buffer) -> None:
        line = "baseline: " if spec.path.suffix == ".yaml" else "baseline = "
        assert {"hebbian", "softmax", "slow"} <= set(spec.labels(line))

    def test_files_to_extend(self, editor: Editor, folder: Path, surface: str) -> None:
        (folder / "other.hebb").write_text("hebbdsl 1\n")
        line = "extends: " if surface == "yaml" else "extends "
        buffer = Buffer(
            editor, folder, surface, line + "\n" if surface == "yaml" else line + '""\n'
        )
        found = buffer.labels(line if surface == "yaml" else line + '"')
        assert "other.hebb" in found
        assert buffer.path.name not in found
        editor.close(buffer.uri)

    def test_a_line_half_written_in_a_broken_text(self, spec: Buffer) -> None:
        yaml = spec.path.suffix == ".yaml"
        half = "model:\n  mlp:\n    dro" if yaml else "model = mlp(dro"
        rest = spec.text[spec.text.index("output") :]
        spec.write(f"experiment{': a' if yaml else ' a'}\n{half}\n{rest}")
        assert {"dropout", "features", "hidden"} <= set(spec.labels("dro"))


class TestFormatting:
    def test_a_spec_becomes_canonical(self, spec: Buffer) -> None:
        canonical = print_spec(parse_tree(Source(spec.path.name, spec.text)), _surface(spec))
        spec.write(spec.text + "\n\n\n")
        edits = spec.editor.ask(
            "text_document_formatting",
            lsp.DocumentFormattingParams(
                lsp.TextDocumentIdentifier(spec.uri), lsp.FormattingOptions(2, True)
            ),
        )
        assert edited(spec.text, edits) == canonical

    def test_a_broken_one_stays(self, spec: Buffer) -> None:
        spec.write(spec.text + "claims: [[[{\n")
        edits = spec.editor.ask(
            "text_document_formatting",
            lsp.DocumentFormattingParams(
                lsp.TextDocumentIdentifier(spec.uri), lsp.FormattingOptions(2, True)
            ),
        )
        assert edits is None


class TestCodeActions:
    def actions(self, spec: Buffer) -> list[lsp.CodeAction]:
        end = lsp.Position(spec.text.count("\n"), 0)
        found = spec.editor.ask(
            "text_document_code_action",
            lsp.CodeActionParams(
                lsp.TextDocumentIdentifier(spec.uri),
                lsp.Range(lsp.Position(0, 0), end),
                lsp.CodeActionContext([]),
            ),
        )
        return list(found)

    def test_a_fix_mends_the_text(self, spec: Buffer) -> None:
        good = spec.text
        spec.write(good.replace("gamma", "gama", 1))
        (action,) = (a for a in self.actions(spec) if a.title == "Write `gamma`")
        assert action.kind == lsp.CodeActionKind.QuickFix
        assert edited(spec.text, _edits(action)) == good

    def test_a_warning_is_allowed(self, spec: Buffer) -> None:
        before = spec.write(spec.text.replace("0..9", "0..1"))
        code = next(code for code in before if code >= "HEB7")
        action = next(a for a in self.actions(spec) if a.title.startswith(f"Allow {code}"))
        allowed = edited(spec.text, _edits(action)).replace(f"allow {code}: ", f"allow {code}: why")
        assert code not in spec.write(allowed)


class TestNames:
    def test_go_to_a_variant(self, spec: Buffer) -> None:
        found = spec.request("definition", lsp.DefinitionParams, "finish(soft")
        assert isinstance(found, lsp.Location)
        assert found.uri == spec.uri
        assert found.range.start.line == spec.place("slow")[0] - 1

    def test_go_to_the_field_that_a_path_changes(self, spec: Buffer) -> None:
        found = spec.request("definition", lsp.DefinitionParams, "output.gam")
        assert isinstance(found, lsp.Location)
        line, character = spec.place("gamma")
        assert found.range.end == lsp.Position(line, character)

    def test_rename_a_variant(self, spec: Buffer) -> None:
        before = "finish(soft"
        found = spec.request("rename", lsp.RenameParams, before, new_name="plain")
        assert isinstance(found, lsp.WorkspaceEdit)
        renamed = edited(spec.text, _document_edits(found))
        assert renamed.count("plain") == 3
        assert [code for code in spec.write(renamed) if code < "HEB7"] == []

    def test_no_name_that_a_variant_can_not_have(self, spec: Buffer) -> None:
        assert spec.request("rename", lsp.RenameParams, "finish(soft", new_name="9 lives") is None

    def test_references(self, spec: Buffer) -> None:
        context = lsp.ReferenceContext(include_declaration=True)
        found = spec.request("references", lsp.ReferenceParams, "finish(soft", context=context)
        assert isinstance(found, Sequence)
        assert [spec.at(location.range) for location in found] == ["softmax"] * 3

    def test_symbols(self, spec: Buffer) -> None:
        params = lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(spec.uri))
        found = spec.editor.ask("text_document_document_symbol", params)
        names = {symbol.name: symbol for symbol in found}
        assert {"data", "output", "variants", "claims"} <= set(names)
        assert [v.name for v in names["variants"].children] == ["hebbian", "softmax", "slow"]


def test_no_text_ends_the_server(editor: Editor, folder: Path, surface: str) -> None:
    odd = [
        "",
        "\x00",
        "{" * 500,
        "a: &b *b",
        "\ud800",
        "\ufeff",
        "(" * 90,
        "'",
        '"',
        "- - - -",
        "?",
    ]
    buffer = Buffer(editor, folder, surface, "")
    for text in odd:
        version = editor.change(buffer.uri, text)
        editor.completions(buffer.uri, 0, len(text))
        editor.hover(buffer.uri, 0, 1)
        editor.diagnostics(buffer.uri, version)
    assert buffer.write(SPECS[surface]).keys().isdisjoint({"HEB100", "HEB201"})


def _surface(spec: Buffer) -> str:
    return "yaml" if spec.path.suffix == ".yaml" else "hebb"


def _edits(action: lsp.CodeAction) -> list[lsp.TextEdit]:
    assert action.edit is not None
    return _document_edits(action.edit)


def _document_edits(edit: lsp.WorkspaceEdit) -> list[lsp.TextEdit]:
    (change,) = edit.document_changes or ()
    assert isinstance(change, lsp.TextDocumentEdit)
    return [e for e in change.edits if isinstance(e, lsp.TextEdit)]


def test_the_curriculum_says_when_classes_come(spec: Buffer, surface: str) -> None:
    said = spec.hover("grow")
    assert "Planned for `hebbian`: 9 levels, 20 to 100 classes." in said
    assert "Cannot finish before step 90." in said
    assert "By the clock" not in said
    when = "when: " if surface == "yaml" else "when="
    every = "every: 25, " if surface == "yaml" else "every=25, "
    assert spec.write(spec.text.replace(when, every + when)) == {}
    assert "By the clock, all classes are in play after 200 steps at the latest." in spec.hover(
        "grow"
    )
