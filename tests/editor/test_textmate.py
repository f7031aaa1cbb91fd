"""The colours of `.hebb` texts, by the very engine that VS Code colours with.

The engine is installed by `npm ci` in this folder.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hebbdsl.source import Source
from hebbdsl.spec.printing import print_spec
from hebbdsl.syntax.comments import comments_of
from hebbdsl.syntax.surfaces import parse_tree
from hebbdsl.vocabulary import KINDS, words_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GRAMMAR = ROOT / "grammar" / "hebb.tmLanguage.json"

engine = pytest.mark.skipif(
    shutil.which("node") is None or not (HERE / "node_modules" / "vscode-textmate").exists(),
    reason="no vscode-textmate: `npm ci` here",
)

SAMPLE = """\
hebbdsl 1
experiment sample  # a "comment"
extends "base.hebb"
"A question, with a # in it \\u00e9"
seeds = 0..9
output = hebbian(gamma=0.05, T=5_000, rescale=mean_row, bias=true)
training {
  optimizer = adam(learning_rate=1e-3)
  output.rescale = none
}
claims = [newest_accuracy@10(hebbian) >= 0.7 * final_test_accuracy(softmax) and 1 < 2]
"""

COLOURS = {
    "hebbdsl": "keyword.control.hebb",
    "sample": "entity.name.type.hebb",
    '# a "comment"': "comment.line.number-sign.hebb",
    "extends": "keyword.control.hebb",
    "base.hebb": "string.quoted.double.hebb",
    "A question, with a # in it ": "string.quoted.double.hebb",
    "\\u00e9": "constant.character.escape.hebb",
    "0..9": "constant.numeric.hebb",
    "output": "variable.other.property.hebb",
    "hebbian": "entity.name.function.hebb",
    "0.05": "constant.numeric.hebb",
    "5_000": "constant.numeric.hebb",
    "1e-3": "constant.numeric.hebb",
    "mean_row": "variable.other.hebb",
    "true": "constant.language.hebb",
    "training": "variable.other.property.hebb",
    "output.rescale": "variable.other.property.hebb",
    "newest_accuracy@10": "entity.name.function.hebb",
    ">=": "keyword.operator.comparison.hebb",
    "*": "keyword.operator.arithmetic.hebb",
    "and": "keyword.operator.logical.hebb",
}


def tokens(text: str) -> list[tuple[int, int, int, tuple[str, ...]]]:
    """Line, start, end and scopes of each token."""
    done = subprocess.run(
        ["node", str(HERE / "tokens.cjs")], input=text, capture_output=True, text=True, check=True
    )
    return [(t[0], t[1], t[2], tuple(t[3:])) for t in json.loads(done.stdout)]


@engine
def test_each_kind_of_token_has_its_colour() -> None:
    lines = SAMPLE.split("\n")
    found: dict[str, str] = {}
    for line, start, end, scopes in tokens(SAMPLE):
        if scopes:
            own = [scope for scope in scopes if not scope.startswith("punctuation")] or scopes
            found.setdefault(lines[line][start:end].strip() or " ", own[-1])
    comment = next(text for text in found if "comment" in text)
    found['# a "comment"'] = found.pop(comment)
    assert {word: found.get(word.strip()) or found.get(word) for word in COLOURS} == COLOURS


@engine
def test_comments_are_those_of_the_parser() -> None:
    compared = 0
    for path in ROOT.glob("specs/*.yaml"):
        tree = parse_tree(Source(path.name, path.read_text(encoding="utf-8")))
        text = print_spec(tree, "hebb")
        printed = parse_tree(Source("spec.hebb", text))
        expected = [c.span.source.position(c.span.start) for c in comments_of(printed)]
        begins = [
            (line + 1, start + 1)
            for line, start, _, scopes in tokens(text)
            if "punctuation.definition.comment.hebb" in scopes
        ]
        assert begins == expected
        compared += len(expected)
    assert compared


def test_no_word_of_the_language_is_in_the_grammar() -> None:
    text = GRAMMAR.read_text(encoding="utf-8")
    assert json.loads(text)["scopeName"] == "source.hebb"
    patterns = " ".join(re.findall(r'"(?:match|begin|end)": "(.*)"', text))
    assert patterns
    assert [
        word for kind in KINDS for word in words_of(kind) if re.search(rf"\b{word}\b", patterns)
    ] == []
