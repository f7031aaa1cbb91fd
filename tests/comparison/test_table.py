"""What the cells of the table say, and the notes under it."""

from __future__ import annotations

import pytest

from hebbdsl.comparison.cells import number_text
from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.notes import notes
from hebbdsl.comparison.table import Tone, blocks, without_counts
from hebbdsl.expression.metrics import RUN_METRICS
from hebbdsl.run.record import Record, Value

from .records import accuracies, censored, run, steps

SIX = (560, 550, 700, 550, 580, 600)


def tones(records: list[Record]) -> dict[str, Tone]:
    block = blocks(compare_records(records))[0]
    return {line.cells[0]: line.tone for line in block.lines}


def test_a_row_has_a_tone_only_after_correction() -> None:
    faster = [*steps("base", *SIX), *steps("fast", *[s / 2 for s in SIX])]
    assert tones(faster) == {"base": Tone.BASELINE, "fast": Tone.BETTER}
    with_another = [*faster, *steps("slow", *[2 * s for s in SIX])]
    # Two tests of six seeds come to 2/32 at best.
    assert set(tones(with_another).values()) == {Tone.BASELINE, Tone.PLAIN}
    assert (
        tones([*steps("base", *SIX), *steps("slow", *[2 * s for s in SIX])])["slow"] is Tone.WORSE
    )


def test_better_is_what_the_metric_says() -> None:
    base = accuracies("base", 0.5, 0.51, 0.52, 0.53, 0.54, 0.55)
    higher = accuracies("high", 0.6, 0.61, 0.62, 0.63, 0.64, 0.65)
    assert tones([*base, *higher])["high"] is Tone.BETTER
    assert tones([*higher, *base])["base"] is Tone.WORSE


def cells(records: list[Record], variant: str) -> tuple[str, ...]:
    block = blocks(compare_records(records))[0]
    return next(line.cells for line in block.lines if line.cells[0] == variant)


def test_censored_cells_carry_their_sign() -> None:
    base = steps("base", *SIX)
    never = steps("never", *[censored(2000)] * 6)
    assert cells([*base, *never], "never") == (
        "never",
        "6",
        "≥ 2000 (6 of 6)",
        "[2000, ∞)",
        "≥ 3.40 [2.86, ∞)",
        "≤ 0.031",
    )
    assert cells([*never, *base], "base")[4:] == ("≤ 0.29 [0.00, 0.35]", "≤ 0.031")


def test_an_open_test_says_so() -> None:
    both = [*steps("a", *[censored(2000)] * 6), *steps("b", *[censored(2000)] * 6)]
    assert cells(both, "b")[4:] == ("no bound", "censored")
    assert any(note.startswith("censored:") for note in notes(compare_records(both)))


def test_sampled_flips_are_said_to_be_a_sample() -> None:
    def said(n: int) -> str:
        values = [500.0 + seed for seed in range(n)]
        records = [*steps("a", *values), *steps("b", *[v / 2 for v in values])]
        return " ".join(notes(compare_records(records)))

    assert "draws 100,000 flips" in said(21)
    assert "flips instead" not in said(20)


def test_a_p_too_small_to_write_is_written_as_a_bound() -> None:
    values = [500.0 + seed for seed in range(12)]
    assert cells([*steps("a", *values), *steps("b", *[v / 2 for v in values])], "b")[5] == "< 0.001"


def test_counts_move_to_the_heading_where_they_are_one() -> None:
    records = [
        run(name, seed, {"newest_accuracy@10": Value(value=0.3, cohorts=15 + seed)})
        for name in ("a", "b")
        for seed in (0, 1)
    ]
    narrow = without_counts(blocks(compare_records(records))[0])
    assert "cohorts" not in narrow.heads
    assert narrow.about.endswith("15–16 cohorts; n = 2")
    uneven = without_counts(blocks(compare_records(records[:3]))[0])
    assert "n" in uneven.heads


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("final_test_accuracy", 0.12345, "0.123"),
        ("final_test_accuracy", -0.0001, "0.000"),
        ("steps_to_finish", 1234.6, "1235"),
        ("peak_memory", 4.12e8, "412 MB"),
        ("peak_memory", 4.127e9, "4.13 GB"),
        ("memory_at_test", 4.127e6, "4.1 MB"),
        ("memory_at_test", 41_270, "41 kB"),
        ("steps_per_second", 12.34, "12.3"),
        ("steps_per_second", 1234.5, "1234"),
        ("levels_passed", 17.5, "17.5"),
        ("steps_to_finish", float("inf"), "∞"),
        ("test_perplexity", 475_718.4, "475718"),
        ("test_perplexity", 1.26e43, "1.3e+43"),
    ],
)
def test_numbers_have_the_digits_of_their_unit(metric: str, value: float, text: str) -> None:
    from hebbdsl.comparison.comparison import Column

    column = Column(name=metric, metric=RUN_METRICS[metric], tested=True)
    assert number_text(value, column) == text


def test_mixed_environments_and_a_baseline_without_runs_are_noted() -> None:
    records = [run("a"), run("b", environment={"device": "cuda"})]
    said = " ".join(notes(compare_records(records, baseline="c", order=["c"])))
    assert "Runs differ in device (cpu: a; cuda: b)." in said
    assert "No finished run of c." in said
    assert "The baseline c is not in this table" in said


def test_variants_that_nobody_asked_for_are_not_missing() -> None:
    found = compare_records([run("a")], baseline="c", order=["c", "a", "b"], asked=["b", "a"])
    said = " ".join(notes(found))
    assert "No finished run of b." in said
    assert "The baseline c is not in this table" in said
