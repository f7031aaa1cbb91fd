"""What memories that grow are planned to take, and what is said where that is too much."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import Rejected, Severity
from hebbdsl.parts.neighbour_search import Searching
from hebbdsl.pipeline import (
    build_program,
    check_spec,
    inspect_here,
    inspect_source,
    load_plan,
    make_plan,
    parse_tree,
)
from hebbdsl.plan.here import refuse_missing
from hebbdsl.plan.machine import DeviceMemory
from hebbdsl.plan.plan import Plan
from hebbdsl.plan.search_cost import searches
from hebbdsl.source import Source, Span

PICTURES = """\
hebbdsl: 1
experiment: pictures
seeds: 0..9
data: {glyphs: {image_size: 8, classes: 20, validation_drawings: 3}}
model: {mlp: {hidden: [8], features: 8}}
output: {nearest: {kernel: dot}}
curriculum: {growing: {start: 4, add: 4, when: validation_accuracy >= 0.5}}
training: {optimizer: adam, batch_size: 16, steps: 200, evaluate_every: 5}
"""

TEXT = """\
hebbdsl: 1
experiment: words
seeds: [0]
data: {wikitext: {version: 2}}
model: {lstm: {hidden: [8], embedding: 8}}
output: softmax
training: {optimizer: adam, batch_size: 20, sequence_length: 35, steps: 1_000}
evaluation: {output: {mixture: {experts: [trained, {nearest: {search: exact}}]}}}
"""
TRAIN, VALIDATION, TEST = 2_088_628, 217_646, 245_569


def plan(text: str) -> Plan:
    return make_plan(check_spec(parse_tree(Source("spec.yaml", text))))


def work(text: str) -> list[tuple[str, Searching]]:
    variant = plan(text).variants["main"]
    return [(".".join(map(str, path)), searching) for path, _, searching in searches(variant)]


def room(pairs: int) -> int:
    return next(1_024 * 2**n for n in count() if 1_024 * 2**n >= pairs)


def test_work_on_pictures_is_that_of_a_loop_over_the_steps() -> None:
    ((path, found),) = work(PICTURES)
    assert path == "output"
    pairs = queries = comparisons = 0
    for step in range(1, 201):
        queries, comparisons, pairs = queries + 16, comparisons + 16 * pairs, pairs + 16
        if step % 5 == 0:
            asked = 20 * (5 + 3)
            queries, comparisons = queries + asked, comparisons + asked * pairs
    assert (found.hidden, found.pairs, found.queries) == (8, pairs, queries)
    assert found.products == pytest.approx(8 * comparisons, rel=0.02)
    limited = PICTURES.replace("evaluate_every: 5", "evaluate_every: 5, evaluation_classes: 2")
    ((_, fewer),) = work(limited)
    assert fewer.queries == 200 * 16 + 40 * 2 * 8


def test_work_at_test_time_on_pictures_is_that_of_all_drawings() -> None:
    text = PICTURES.replace("output: {nearest: {kernel: dot}}", "output: softmax")
    text += "evaluation.output: {mixture: {experts: [trained, {mixture: {experts: [nearest]}}]}}\n"
    text = text.replace("evaluation.output: ", "evaluation: {output: ")[:-1] + "}\n"
    ((path, found),) = work(text)
    assert path == "evaluation.output.experts.1.experts.0"
    assert (found.pairs, found.queries) == (20 * 12, 20 * 8)
    assert found.products == 8 * 20 * 12 * 20 * 8
    memory = plan(text).variants["main"].memory
    assert memory.evaluation == 1_024 * (9 * 4 + 8)
    assert memory.buffers == 0


def test_work_on_text_is_that_of_both_held_out_texts() -> None:
    ((path, found),) = work(TEXT)
    assert path == "evaluation.output.experts.1"
    assert (found.pairs, found.queries) == (TEST, VALIDATION + TEST)
    assert found.products == 8 * (VALIDATION**2 // 2 + TEST**2 // 2)
    trained = "output: {mixture: {experts: [softmax, nearest]}}"
    ((path, more),) = work(TEXT.replace("output: softmax", trained).rpartition("evaluation")[0])
    pairs = 1_000 * 20 * 35
    assert path == "output.experts.1"
    evaluations = 1  # 1,000 steps are less than an epoch
    assert (more.pairs, more.queries) == (
        pairs,
        pairs + (1 + evaluations) * VALIDATION + TEST,
    )
    streams = evaluations * VALIDATION**2 // 20
    assert more.products == 8 * (pairs**2 // 2 + streams) + found.products


def test_work_on_the_train_text_is_that_of_every_held_out_word_with_all_of_it() -> None:
    text = TEXT.replace("search: exact", "search: exact, datastore: train")
    ((_, found),) = work(text)
    asked = VALIDATION + TEST
    assert (found.pairs, found.queries, found.products) == (TRAIN, asked, 8 * TRAIN * asked)
    assert plan(text).variants["main"].memory.evaluation == room(TRAIN) * (9 * 4 + 8)
    trained = "output: {nearest: {datastore: train, kernel: dot}}"
    text = TEXT.replace("output: softmax", trained).rpartition("evaluation")[0]
    ((_, found),) = work(text)
    pairs, queries = 1_000 * 20 * 35, VALIDATION  # 1,000 steps are less than an epoch
    assert (found.pairs, found.queries) == (pairs, pairs + queries + asked)
    assert found.products == 8 * (pairs**2 // 2 + queries * pairs // 2 + asked * pairs)
    assert plan(text).variants["main"].memory.evaluation == 0


def test_of_a_text_that_is_not_read_yet_nothing_is_known() -> None:
    text = TEXT.replace("{wikitext: {version: 2}}", "stdlib_docs")
    ((_, found),) = work(text)
    assert (found.pairs, found.products) == (0, 0)
    assert plan(text).variants["main"].memory.evaluation == 0


def test_bytes_are_those_of_the_room_and_of_what_the_index_holds() -> None:
    memory = plan(PICTURES).variants["main"].memory
    assert memory.buffers == memory.at_test - memory.weights == 4_096 * (8 * 4 + 8)
    exact = room(TEST) * (9 * 4 + 8)
    copy = (TEST - 1) * (8 * 4 + 8)  # its first word is not asked for
    kept = VALIDATION * 100 * 5
    stored = VALIDATION * (8 * 4 + 8)
    for fields, expected in (
        ("search: exact", exact),
        ("search: faiss", exact + copy),
        ("search: auto", exact + copy),
        ("search: exact, theta: tuned, neighbours: 100", exact + stored + kept),
        ("search: exact, theta: tuned, neighbours: 10_000", exact + stored),  # too many to keep
    ):
        text = TEXT.replace("search: exact", fields)
        found = plan(text).variants["main"].memory
        assert found.evaluation + found.tuning == expected
    both = TEXT.replace("output: softmax", "output: {nearest: {search: exact}}")
    memory = plan(both).variants["main"].memory
    assert memory.buffers == room(700_000) * (9 * 4 + 8)
    assert memory.evaluation == 2 * exact, "at test time each has a memory of the test text"


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ("search: exact", ["HEB751"]),
        ("search: faiss", []),
        ("search: auto", []),
    ],
)
def test_exact_search_that_takes_too_long_is_said(fields: str, codes: list[str]) -> None:
    text = TEXT.replace("output: softmax", f"output: {{nearest: {{{fields}}}}}")
    text = text.replace("hidden: [8]", "hidden: [8], features: 1_024")
    text = text.replace("steps: 1_000", "steps: 5_000")
    found = inspect_source(Source("spec.yaml", text)).warnings
    assert [problem.code for problem in found] == codes
    for problem in found:
        assert problem.severity is Severity.WARNING
        assert isinstance(problem.place, Span)
        assert problem.place.text == "exact"
        assert "3_500_000 of 1_024 numbers: 6." in problem.title
        assert "faiss" in (problem.hint or "")


@pytest.fixture
def without_faiss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hebbdsl.parts.outputs.nearest.spec.faiss_is_here", lambda: False)
    monkeypatch.setattr(
        "hebbdsl.plan.here.device_memory", lambda: DeviceMemory("this machine", 2**50)
    )


def here(tmp_path: Path, text: str) -> list[tuple[str, str, str]]:
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return [
        (p.code, p.place.text if isinstance(p.place, Span) else str(p.place), p.title)
        for p in inspect_here(path).errors
    ]


@pytest.mark.usefixtures("without_faiss")
def test_faiss_that_is_asked_for_and_missing_is_said_of_this_machine_alone(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    text = PICTURES.replace("kernel: dot", "search: faiss")
    assert not inspect_source(Source("spec.yaml", text)).errors
    assert here(tmp_path, text) == [
        ("HEB544", "faiss", "`search: faiss` needs faiss, which is not installed here")
    ]
    assert here(tmp_path, PICTURES) == []
    with pytest.raises(Rejected) as caught:
        build_program(load_plan(tmp_path / "spec.yaml", ["output.search=faiss"]))
    (problem,) = caught.value.problems
    assert (problem.code, problem.exit_code) == ("HEB544", 1)
    assert "search: exact" in (problem.hint or "")


@pytest.mark.usefixtures("without_faiss")
def test_auto_needs_faiss_where_exact_search_is_hopeless(tmp_path: Path) -> None:
    text = PICTURES.replace("kernel: dot", "search: auto")
    assert here(tmp_path, text) == []
    refuse_missing(plan(text).variants["main"])  # nothing is
    large = text.replace("steps: 200", "steps: 5_000_000")
    ((code, place, title),) = here(tmp_path, large)
    assert (code, place) == ("HEB544", "nearest")
    assert title.startswith("faiss is not installed here, and exact search compares ")
    assert here(tmp_path, large.replace("search: auto", "search: exact")) == []


def test_with_faiss_nothing_is_missing(tmp_path: Path) -> None:
    pytest.importorskip("faiss")
    assert here(tmp_path, PICTURES.replace("kernel: dot", "search: faiss")) == []


@pytest.mark.parametrize(
    ("trained", "place"), [("{nearest: {kernel: dot}}", "nearest"), ("softmax", "output")]
)
def test_a_memory_larger_than_the_device_is_said_where_it_is(
    trained: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = DeviceMemory("this machine", 2**20)
    monkeypatch.setattr("hebbdsl.plan.here.device_memory", lambda: device)
    text = PICTURES.replace("{nearest: {kernel: dot}}", trained).replace(
        "steps: 200", "steps: 9_999"
    )
    if trained == "softmax":
        text = text.replace("classes: 20", "classes: 500")
        text += "evaluation: {output: {mixture: {experts: [trained, nearest]}}}\n"
        monkeypatch.setattr("hebbdsl.plan.here.device_memory", lambda: DeviceMemory("x", 2**18))
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    (problem,) = (p for p in inspect_here(path) if p.code == "HEB516")
    assert isinstance(problem.place, Span)
    assert place in problem.place.text or place == "output"
