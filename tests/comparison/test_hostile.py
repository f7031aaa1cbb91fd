"""Records of a stranger, whose texts are compared, printed and drawn in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hebbdsl.cli.comparison_table import show
from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.comparison import Comparison
from hebbdsl.comparison.document_schema import COMPARISON_SCHEMA
from hebbdsl.comparison.export import as_json
from hebbdsl.comparison.formats import as_csv, as_latex, as_markdown
from hebbdsl.comparison.plots import draw_figures
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.nodes import Compare
from tests.hostile import ANY_TEXT, commands, obeyed

from .records import curriculum, metric, run, setup

# Comparisons take long to shrink.
PHASES = [phase for phase in Phase if phase is not Phase.shrink]


def compared(text: str) -> Comparison:
    """Everywhere that a record or a claim holds a text stands `text`."""
    environment = {"torch": text, "device": text, "dtype": text}
    given: Mapping[str, Any] = {**setup("softmax"), text: text, "output": {"cache": {text: text}}}
    options: Mapping[str, Any] = {"word": text, "substituted_for": text}
    claims = [Claim(text, Compare("<", metric(text), metric("softmax")))]
    return compare_records(
        [
            *[curriculum("softmax", seed, limit=100, **options) for seed in (0, 1)],
            *[curriculum("hebbian", s, 100, environment=environment, **options) for s in (0, 1)],
            run("raw_write", 0, {"steps_to_finish": 5}, given=given, **options),
            run("cache", 0, status=text if text != "finished" else "failed", **options),
        ],
        claims=claims,
        order=[f"missing {text}"],
    )


def terminal(comparison: Comparison, width: int) -> str:
    file = io.StringIO()
    show(comparison, file, width)
    return file.getvalue()


@settings(max_examples=40, phases=PHASES)
@given(text=ANY_TEXT, width=st.integers(20, 120))
def test_every_format_escapes_for_itself(text: str, width: int) -> None:
    comparison = compared(text)
    written = {
        "table": terminal(comparison, width),
        "md": as_markdown(comparison),
        "csv": as_csv(comparison),
        "latex": as_latex(comparison),
        "json": as_json(comparison),
    }
    for name, shown in written.items():
        assert not obeyed(shown), name
        assert not commands(shown), name
    rectangular(written["md"])
    rows = [*csv.reader(io.StringIO(written["csv"]))]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if re.match(r"\s*[=+@＝＋－＠]|\s*-\D", cell)]
    balanced(written["latex"])
    assert written["json"].isascii()
    document = json.loads(written["json"])
    jsonschema.validate(document, COMPARISON_SCHEMA)
    assert document["data"] == {"word": text, "substituted_for": text or None}


def rectangular(markdown: str) -> None:
    """Every table has as many cells in each row."""
    for table in re.findall(r"(?:^\|.*\n)+", markdown + "\n", re.MULTILINE):
        counts = {len(re.sub(r"\\.", "", line).split("|")) for line in table.splitlines()}
        assert len(counts) == 1, table


def balanced(latex: str) -> None:
    """Braces fit, and no environment but those of the writer begins or ends."""
    body = "\n".join(line for line in latex.splitlines() if not line.startswith("%"))
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", body.replace("\\\\", "")):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert set(re.findall(r"\\(?:begin|end)\{(\w+)\}", body)) == {"table", "tabular"}
    known = "begin end toprule midrule bottomrule centering small medskip caption textbf emph"
    known += " multicolumn geq leq infty ldots textmu textbackslash textasciicircum textasciitilde"
    assert set(re.findall(r"\\([a-zA-Z]+)", body)) <= set(known.split())


DRAWN = ["$\\frac{$ --> \x1b]0;X\x07 ]]>", "lone \ud800 \x00 日本 \u202e" + "x" * 300]


@pytest.mark.parametrize("text", DRAWN, ids=["signs", "letters"])
def test_figures_draw_texts_as_they_are_written(text: str, tmp_path: Path) -> None:
    comparison = compare_records(
        [
            curriculum(name, seed, limit=200, word=text, experiment=experiment)
            for name in ("softmax", "hebbian")
            for seed in (0, 1)
            for experiment in (text, "letters")
        ]
    )
    paths = draw_figures(comparison, tmp_path)
    assert paths
    for path in paths:
        if path.suffix == ".svg":
            ElementTree.parse(path)
