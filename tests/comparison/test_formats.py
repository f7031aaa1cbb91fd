"""Every format, read back: JSON against its schema, CSV, Markdown cells, LaTeX braces."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable

import jsonschema
import pytest

from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.comparison import Comparison
from hebbdsl.comparison.document_schema import COMPARISON_SCHEMA
from hebbdsl.comparison.export import as_document, as_json
from hebbdsl.comparison.formats import as_csv, as_latex, as_markdown

from .records import accuracies, censored, claim, experiment, metric, run, steps, times

CLAIMS = [
    claim("<=", metric("hebbian"), times(0.6, metric("softmax"))),
    claim("<", metric("nobody"), 3),
]
ALL_WAYS = [as_markdown, as_csv, as_latex, as_json]


@pytest.fixture(scope="module")
def whole() -> Comparison:
    return compare_records(
        experiment(10, limit=1800), baseline="softmax", claims=CLAIMS, order=["hebbian", "softmax"]
    )


@pytest.fixture(scope="module")
def hard() -> Comparison:
    """Substituted data, unfinished and censored runs, an open test, mixed environments."""
    options = {"word": "glyphs", "substituted_for": "omniglot"}
    return compare_records(
        [
            *[run("a", s, {"steps_to_finish": censored(2000)}, **options) for s in (0, 1)],
            *[run("b", s, {"steps_to_finish": censored(2000)}, **options) for s in (0, 1)],
            run("c", 0, {"steps_to_finish": 5}, environment={"device": "cuda"}, **options),
            run("c", 1, status="failed", **options),
        ],
        order=["a", "d"],
    )


def test_json_keeps_to_its_schema(whole: Comparison, hard: Comparison) -> None:
    jsonschema.Draft202012Validator.check_schema(COMPARISON_SCHEMA)
    for comparison in (whole, hard):
        jsonschema.validate(json.loads(as_json(comparison)), COMPARISON_SCHEMA)
    assert json.loads(as_json(whole)) == as_document(whole)


@pytest.mark.parametrize("lost", ["version", "rows", "claims", "notes"])
def test_the_schema_misses_what_is_left_out(whole: Comparison, lost: str) -> None:
    document = dict(as_document(whole))
    del document[lost]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, COMPARISON_SCHEMA)


def test_json_has_the_form_that_is_documented(whole: Comparison) -> None:
    document = json.loads(as_json(whole))
    assert (document["version"], document["experiment"], document["baseline"]) == (
        1,
        "letters",
        "softmax",
    )
    row = document["rows"][0]
    assert row["variant"] == "hebbian"
    found = row["metrics"]["steps_to_finish"]
    values = [value["value"] for value in found["per_seed"].values()]
    assert found["mean"] == pytest.approx(sum(values) / 10)
    assert (found["n"], found["censored"]) == (10, 0)
    assert list(found["per_seed"]) == [*map(str, range(10))]
    assert found["interval_of"] == "geometric_mean"
    assert found["against_baseline"]["test"] == {
        "method": "sign_flips",
        "p": 2.0**-9,
        "p_corrected": 7 * 2.0**-9,
        "bound": False,
        "exact": True,
        "decidable": True,
    }
    assert [c["verdict"] for c in document["claims"]] == ["holds", "undecided"]
    assert document["differences"][0]["path"] == "output"


def test_json_of_censored_values(hard: Comparison) -> None:
    document = json.loads(as_json(hard))
    found = document["rows"][1]["metrics"]["steps_to_finish"]
    assert (found["bound"], found["censored"]) == ("≥", 2)
    assert found["interval"] is None
    assert found["against_baseline"]["estimate"] is None
    assert found["against_baseline"]["test"]["p"] is None
    assert document["missing"] == ["d"]
    assert document["unfinished"] == [{"variant": "c", "seed": 1, "status": "failed"}]
    assert document["mixed_environments"][0]["key"] == "device"


@pytest.mark.parametrize("form", ALL_WAYS)
def test_every_format_says_that_data_was_substituted(
    form: Callable[[Comparison], str], hard: Comparison, whole: Comparison
) -> None:
    assert "omniglot" in form(hard)
    assert "in place of" not in form(whole)
    if form is not as_csv:
        assert "trained on glyphs in place of omniglot" in form(hard).lower()


def test_csv_has_a_line_for_each_variant_and_metric(whole: Comparison, hard: Comparison) -> None:
    lines = list(csv.DictReader(io.StringIO(as_csv(whole))))
    assert len(lines) == 6 * len(whole.columns)
    first = lines[0]
    assert first["variant"] == "hebbian"
    assert float(first["mean"]) == whole.rows[0].summaries["steps_to_finish"].mean.value
    assert float(first["p"]) == 2.0**-9
    newest = next(line for line in lines if line["metric"] == "newest_accuracy@10")
    assert newest["most_cohorts"] == "17"
    assert all(None not in line for line in lines)
    bound = next(csv.DictReader(io.StringIO(as_csv(hard))))
    assert (bound["high"], bound["censored"], bound["substituted_for"]) == ("", "2", "omniglot")


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_markdown_tables_are_rectangular(whole: Comparison) -> None:
    text = as_markdown(whole)
    tables = [part.splitlines() for part in text.split("\n\n") if part.startswith("|")]
    assert len(tables) == 1 + 3 + 1 + 1
    for table in tables:
        assert len({len(cells(line)) for line in table}) == 1
    steps_table = next(t for t in tables if "ratio to softmax" in t[0])
    raw = next(cells(line) for line in steps_table if line.startswith("| raw_write"))
    assert raw[2] == "≥ 1800 (10 of 10)"
    assert raw[4].startswith("≥ ")
    assert raw[5] == "≤ 0.014"


def test_markdown_escapes_what_would_break_a_table() -> None:
    found = compare_records([run("a|b*c", 0, {"final_test_accuracy": 0.5})])
    assert r"| a\|b\*c |" in as_markdown(found)
    others = [run("a", given={"about": "x|y"}), run("b", given={"about": "z"})]
    assert r"| `x\|y` |" in as_markdown(compare_records(others))


def test_latex_is_escaped_and_balanced(whole: Comparison) -> None:
    text = as_latex(whole)
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    assert r"raw\_write" in body
    assert not re.search(r"(?<!\\)_", body)
    assert not re.search(r"(?<!\\)%", body)
    assert body.isascii()
    bare = re.sub(r"\\[{}]", "", body)
    assert bare.count("{") == bare.count("}")
    assert body.count(r"\toprule") == body.count(r"\bottomrule") == 4
    for table in re.findall(r"\\begin\{tabular\}\{(l?r*)\}(.*?)\\end\{tabular\}", body, re.S):
        for line in table[1].splitlines():
            if "&" in line:
                assert len(re.findall(r"(?<!\\)&", line)) == len(table[0]) - 1


def test_an_interval_of_differences_shows_its_signs() -> None:
    found = compare_records(
        [*accuracies("a", 0.5, 0.52, 0.51, 0.5, 0.52), *accuracies("b", 0.4, 0.41, 0.45, 0.4, 0.4)]
    )
    assert "−0.098 [−0.126, −0.070]" in as_markdown(found)


def test_equal_accuracies_differ_by_nothing() -> None:
    found = compare_records([*accuracies("a", 0.5, 0.5), *accuracies("b", 0.5, 0.5)])
    assert "| 0.000 |" in as_markdown(found)


def test_the_same_records_give_the_same_text() -> None:
    texts = {
        as_markdown(compare_records(list(order), baseline="a"))
        for order in (
            [*steps("a", 5, 6, 7), *steps("b", 8, 9, 9)],
            [*steps("a", 5, 6, 7)[::-1], *steps("b", 8, 9, 9)[::-1]],
        )
    }
    assert len(texts) == 1
