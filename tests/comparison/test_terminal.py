"""The table on the terminal: it fits, and nothing of a name or a number is lost."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from hebbdsl.cli.comparison_table import show
from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.comparison import Comparison

from .records import claim, experiment, metric, run, steps, times


def shown(comparison: Comparison, width: int) -> str:
    file = io.StringIO()
    show(comparison, file, width)
    return file.getvalue()


@pytest.fixture(scope="module")
def substituted() -> Comparison:
    options = {"word": "glyphs", "substituted_for": "omniglot"}
    return compare_records(
        [*experiment(5, limit=1800, **options), run("softmax", 9, status="failed", **options)],
        baseline="softmax",
        claims=[
            claim("<=", metric("hebbian"), times(0.6, metric("softmax"))),
            claim(">", metric("hebbian"), metric("softmax")),
        ],
    )


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_and_no_row_is_broken(substituted: Comparison, width: int) -> None:
    text = shown(substituted, width)
    assert max(map(len, text.splitlines())) <= width
    for row in substituted.rows:
        lines = [line for line in text.splitlines() if line.startswith(f"{row.variant} ")]
        assert len(lines) == 4
    assert "≥ 1800 (5 of 5)" in text
    assert "…" not in text.replace("≥ … (k of n)", "")


def test_it_says_what_a_reader_must_know(substituted: Comparison) -> None:
    text = " ".join(shown(substituted, 120).split())
    assert text.count("trained on glyphs in place of omniglot") == 4
    assert "Not averaged: softmax seed 9 (failed)." in text
    assert "by exact sign flips, for which n = 5 is too few here" in text
    assert "holds left <= right" in text
    assert "fails left > right" in text
    assert "Holm-corrected over the variants, for each metric by itself" in text


def test_n_stays_with_each_row_where_it_is_not_the_same_everywhere() -> None:
    records = [*steps("one_rather_long_name_of_a_variant_or_two", 5, 6, 7), *steps("b", 8, 9)]
    lines = shown(compare_records(records, baseline="b"), 80).splitlines()
    head = next(line for line in lines if line.startswith("variant"))
    assert " n " in head


def test_a_file_gets_no_colours_and_no_trailing_spaces(substituted: Comparison) -> None:
    text = shown(substituted, 100)
    assert "\x1b" not in text
    assert " \n" not in text


@pytest.mark.parametrize("late", ["numpy", "rich", "matplotlib", "torch", "hebbdsl.vocabulary"])
def test_what_is_heavy_is_imported_late(late: str) -> None:
    code = (
        "import sys, hebbdsl.comparison.comparing, hebbdsl.comparison.formats,"
        " hebbdsl.comparison.export, hebbdsl.comparison.plots, hebbdsl.cli.comparison_table;"
        f" sys.exit({late!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_terminal_that_is_too_narrow_cuts_no_name_and_no_number(
    substituted: Comparison,
) -> None:
    text = shown(substituted, 30)
    for row in substituted.rows:
        lines = [line for line in text.splitlines() if line.startswith(f"{row.variant} ")]
        assert len(lines) == 4
    assert "≥ 1800 (5 of 5)" in text
