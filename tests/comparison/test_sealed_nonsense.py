"""Runs whose records are sealed as they should be, and hold what no run can have left."""

from __future__ import annotations

import io
import json
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hebbdsl.cli.comparison_table import show
from hebbdsl.cli.run import summary
from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.comparison import Verdict
from hebbdsl.comparison.document_schema import COMPARISON_SCHEMA
from hebbdsl.comparison.export import as_json
from hebbdsl.comparison.formats import as_csv, as_latex, as_markdown
from hebbdsl.comparison.plots import draw_figures
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.diagnostics.escaping import json_text
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.nodes import Arithmetic, Compare, Number
from hebbdsl.run.record import Evaluation, Record, Value
from hebbdsl.run.record_json import record_to_json
from hebbdsl.run.store import METRICS, RECORD, RunFolder, find_runs
from tests.resealed import reseal, stored

from .records import curriculum, metric, run, setup, steps

Path_ = tuple[str | int, ...]

EXTREMES: tuple[Any, ...] = (
    *(10**300, -(10**300), 10**4_000, 2**63, 2**53, -1, 0, 1),
    *(1e308, -1e308, 5e-324, 1e16, -0.0, 0.5, 1.0),
    *("", "x" * 100_000, "9" * 400, None, True, [], {}, [[]], {"": {}}),
    *([1e308, -1e308], ["a"], [None], {"a": 10**300}, {"cache": 5}, {"nearest": {"remembers": []}}),
)
DEEP = 300


def nested(depth: int, kind: Callable[[Any], Any]) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = kind(value)
    return value


VALUES = (*EXTREMES, nested(DEEP, lambda one: [one]), nested(DEEP, lambda one: {"cache": one}))


def text_run(variant: str, seed: int, tuned: Any) -> Record:
    """Of a text, evaluated otherwise."""
    evaluations = tuple(
        Evaluation(
            step=step,
            seconds=1.0,
            values={
                "epoch": step / 10,
                "tokens": step * 50,
                "train_loss": 5.0,
                "validation_loss": 5.0 - step / 20,
                "learning_rate": 0.1,
                "best": True,
            },
        )
        for step in range(0, 30, 10)
    )
    metrics: dict[str, float | Value] = {
        "validation_perplexity": 90.0 + seed,
        "test_perplexity": 100.0 + seed,
        "test_perplexity_below_100": 1000.0,
        "memory_at_test": 1e6,
        "predictions_per_second": 1e4,
    }
    record = run(
        variant,
        seed,
        metrics,
        given={**setup("softmax"), "evaluation": {"output": {"cache": {}}, "adaptation": None}},
        evaluations=evaluations,
        word="text",
    )
    parent = {"variant": "lstm", "identity": "0" * 64, "folder": "lstm/seed-0-00000000"}
    evaluation = {"parent": parent, "tuned": tuned, "reads_labels": True}
    data = {**record.data, "words": 100, "tokens": {"train": 5, "test": 5}}
    return replace(record, data=data, evaluation=evaluation)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two experiments, the records of which the tests alter one at a time."""
    out = tmp_path_factory.mktemp("runs")
    pictures = [curriculum(n, s, limit=150) for n in ("softmax", "raw_write") for s in (0, 1, 2)]
    pictures.append(curriculum("hebbian", 0, limit=150))
    tuned = {"theta": 0.3, "weights": [0.2, 0.8]}
    texts = [text_run("softmax", seed, tuned) for seed in (0, 1)]
    texts.append(text_run("cache", 0, tuned))
    for record in pictures:
        stored(out / "pictures", record)
    for record in texts:
        stored(out / "texts", record)
    return {name: out / name for name in ("pictures", "texts")}


CLAIM = Claim(
    "nonsense",
    Compare(
        "<",
        Arithmetic("*", metric("hebbian"), metric("hebbian")),
        Arithmetic("/", metric("softmax"), Arithmetic("-", metric("softmax"), Number(1e308))),
    ),
)


def printed(out: Path, figures: Path | None) -> None:
    """All that is done with the records, in every format. Raises: Rejected."""
    found = [run.read() for run in find_runs(out)]
    records = [record for record in found if record is not None]
    for record in records:
        summary(record)
        json_text(record_to_json(record))
    comparison = compare_records(records, baseline="softmax", claims=[CLAIM])
    show(comparison, io.StringIO(), 80)
    for write in (as_markdown, as_csv, as_latex, as_json):
        write(comparison)
    if figures is not None:
        draw_figures(comparison, figures)


def leaves(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The paths of all values, those that hold others included."""
    if path:
        yield path
    inner: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inner:
        yield from leaves(one, (*path, key))


def put(value: Any, path: Path_, new: Any) -> None:
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = new


def mutants(out: Path) -> list[tuple[Path, str, Path_, int]]:
    """Every leaf of one run's files, with the number of a value to be put there."""
    folder = next(iter(find_runs(out))).path
    body = json.loads((folder / RECORD).read_bytes())
    lines = [json.loads(line) for line in (folder / METRICS).read_bytes().splitlines()][-2:]
    places = [("record", path) for path in leaves(body) if path[0] not in ("files", "seal")]
    places += [("metrics", (-1, *path)) for path in leaves(lines[-1])]
    return [(folder, file, path, n) for file, path in places for n in range(len(VALUES))]


def survives(mutant: tuple[Path, str, Path_, int], out: Path, figures: Path | None) -> bool:
    """Whether the altered run is printed; False: it is refused. Anything else is raised."""
    folder, file, path, number = mutant
    kept = {each.name: each.read_bytes() for each in folder.iterdir()}
    try:
        edits: dict[str, Any] = {file: lambda value: put(value, path, VALUES[number])}
        reseal(folder, **edits)
        printed(out, figures)
    except Rejected:
        return False
    finally:
        for name, content in kept.items():
            (folder / name).write_bytes(content)
    return True


@pytest.mark.parametrize("kind", ["pictures", "texts"])
def test_no_value_of_a_sealed_run_breaks_a_comparison(
    kind: str, runs: dict[str, Path], tmp_path: Path
) -> None:
    out = runs[kind]
    printed(out, tmp_path)
    chosen = random.Random(kind).sample(mutants(out), 100)
    outcomes = [survives(mutant, out, None) for mutant in chosen]
    assert 10 < sum(outcomes) < 90


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("steps",), 10**300, "a whole number of 997 bits"),
        (("steps",), 2**54, "maximum"),
        (("steps",), 5.0, "not of type 'integer'"),
        (("seed",), 2**32, "maximum"),
        (("levels", 0, "began"), 10**100, "a whole number of 333 bits"),
        (("levels", 0, "classes"), 0, "minimum"),
        (("levels",), [{"classes": 1, "began": 0, "passed": None}] * 10_001, "at $.levels"),
        (("metrics", "final_test_accuracy", "value"), 1.5, "maximum"),
        (("metrics", "steps_to_finish", "value"), -1, "minimum"),
        (("metrics", "steps_to_finish", "value"), 1e308, "maximum"),
        (("metrics", "steps_to_finish", "value"), 10**40, "a whole number of 133 bits"),
        (("metrics", "\x1b[2J"), {"value": 1, "censored": False, "cohorts": None}, "match"),
        (("data", "word"), "x" * 5_000, "at $.data.word"),
        (("environment", "device"), "x" * 20_000, "a text of 20,000 characters"),
        (("setup", "data"), nested(DEEP, lambda one: [one]), "more than 64 deep"),
        (("setup", "evaluation"), "cache", "not of type"),
    ],
)
def test_what_no_run_leaves_is_refused_with_its_place(
    path: Path_, value: Any, said: str, tmp_path: Path
) -> None:
    folder = stored(tmp_path, curriculum("softmax", 0, limit=20))
    reseal(folder, record=lambda body: put(body, path, value))
    with pytest.raises(Rejected) as rejected:
        RunFolder(folder).read()
    (problem,) = rejected.value.problems
    assert problem.code == "HEB534"
    assert said in problem.title
    assert problem.place == str(folder / RECORD)


def test_the_largest_values_are_compared() -> None:
    """Sums, squares and ratios of what a record may hold are beyond a float."""
    largest = sys.float_info.max
    huge = [run("huge", s, {"test_perplexity": v}) for s, v in enumerate((largest, 1e308, 9e307))]
    small = [run("small", s, {"test_perplexity": v}) for s, v in enumerate((5e-324, 1.0, 0.0))]
    comparison = compare_records([*huge, *small], baseline="small")
    rows = {row.variant: row.summaries["test_perplexity"].mean for row in comparison.rows}
    assert rows["huge"].value == pytest.approx(largest / 3 + 1e308 / 3 + 9e307 / 3)
    document = json.loads(as_json(comparison))
    jsonschema.validate(document, COMPARISON_SCHEMA)
    text = io.StringIO()
    show(comparison, text, 100)
    assert "∞" in text.getvalue()
    assert "nan" not in text.getvalue()


def test_a_product_beyond_a_float_equals_no_other() -> None:
    """Such a number is only known to be large: no claim on it holds for want of digits."""
    runs = [*steps("a", 1e200, 1e201), *steps("b", 1e202, 1e203)]
    squares = [Arithmetic("*", metric(name), metric(name)) for name in "ab"]
    equal = Claim("equal", Compare("==", *squares))
    larger = Claim("larger", Compare(">", squares[1], metric("b")))
    verdicts = [claim.verdict for claim in compare_records(runs, claims=[equal, larger]).claims]
    assert verdicts[0] is not Verdict.HOLDS
    assert verdicts[1] is not Verdict.FAILS
