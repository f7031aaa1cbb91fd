"""What a plan asks of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import Rejected, Severity
from hebbdsl.pipeline import inspect_here, load_plan
from hebbdsl.plan import here
from hebbdsl.plan.here import memory_problems, refuse_large
from hebbdsl.plan.machine import DeviceMemory
from hebbdsl.source import Span
from tests.specs import GOOD, with_sections


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache folder, no HEBBDSL_DATA, and a machine of 1 GiB."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    monkeypatch.delenv("HEBBDSL_DATA", raising=False)
    device = DeviceMemory("this machine", 2**30)
    monkeypatch.setattr("hebbdsl.plan.here.device_memory", lambda: device)


def found(tmp_path: Path, text: str) -> dict[str, tuple[str, str]]:
    """Code to title and place of each problem."""
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return {
        p.code: (p.title, p.place.text if isinstance(p.place, Span) else str(p.place))
        for p in inspect_here(path)
        if not p.code.startswith("HEB7")
    }


def test_data_that_will_be_fetched_is_a_warning_at_its_word(tmp_path: Path) -> None:
    assert found(tmp_path, GOOD) == {
        "HEB515": (
            "`images_background` and `images_evaluation` of `omniglot` are not here:"
            " a run fetches them",
            "omniglot",
        )
    }


def test_data_is_looked_for_though_something_else_is_wrong(tmp_path: Path) -> None:
    text = with_sections("output: {hebbian: {gama: 1}}\n")
    assert set(found(tmp_path, text)) == {"HEB201", "HEB515"}
    text = with_sections("data: {omniglot: {clases: 1}}\n")
    assert set(found(tmp_path, text)) == {"HEB201"}


def test_data_that_may_be_replaced_says_so(tmp_path: Path) -> None:
    text = with_sections("data: {omniglot: {classes: 100, fallback: glyphs}}\n")
    title, _ = found(tmp_path, text)["HEB515"]
    assert title.endswith("fetches them; where that fails, what `fallback` names stands in")


def test_data_of_a_variant_is_looked_for_where_it_is_written(tmp_path: Path) -> None:
    changed = "variants: {a: {}, b: {data: {omniglot: {classes: 100, image_size: 28}}}}\n"
    path = tmp_path / "spec.yaml"
    path.write_text(with_sections(changed), encoding="utf-8")
    places = [p.place for p in inspect_here(path) if p.code == "HEB515"]
    lines = [p.source.position(p.start)[0] for p in places if isinstance(p, Span)]
    assert lines == [4, 12]


def test_sets_that_are_there_are_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    for name in ("images_background", "images_evaluation"):
        (data / name).mkdir(parents=True)
    monkeypatch.setenv("HEBBDSL_DATA", str(data))
    assert found(tmp_path, GOOD) == {}
    (data / "images_evaluation").rmdir()
    (data / "images_evaluation.zip").write_text("version https://git-lfs.github.com/spec/v1\n")
    title, place = found(tmp_path, GOOD)["HEB504"]
    assert place == str(data / "images_evaluation.zip")
    assert title.endswith("is damaged: it is cut, or no zip at all")


def test_a_folder_that_is_none_gets_a_suggestion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "omniglot_data").mkdir()
    monkeypatch.setenv("HEBBDSL_DATA", str(tmp_path / "omniglot_dta"))
    path = tmp_path / "spec.yaml"
    path.write_text(GOOD, encoding="utf-8")
    (problem,) = inspect_here(path).errors
    assert (problem.code, problem.exit_code) == ("HEB502", 3)
    assert f"did you mean `{tmp_path / 'omniglot_data'}`?" in (problem.hint or "")


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ("model: {mlp: {hidden: [20_000, 20_000]}}\n", "mlp"),
        ("output: {cache: {size: 10_000_000}}\n", "cache"),
        ("data: {omniglot: {image_size: 105, rotated_classes: true}}\n", "omniglot"),
    ],
)
def test_memory_is_said_where_most_of_it_goes(tmp_path: Path, section: str, place: str) -> None:
    title, where = found(tmp_path, with_sections(section))["HEB516"]
    assert where == place
    assert title.startswith("`main` holds ")
    assert title.endswith(" bytes) of memory, and this machine has 1.0 GiB (1_073_741_824 bytes)")


TEXT = """\
data: stdlib_docs
model: {lstm: {hidden: [8], embedding: 8}}
output: softmax
curriculum: null
training: {optimizer: adam, epochs: 1}
evaluation: EVALUATION
"""


@pytest.mark.parametrize(
    ("evaluation", "place"),
    [
        ("{adaptation: {mbpa: {size: 1_000_000}}}", "mbpa"),
        ("{output: {mixture: {experts: [trained, {cache: {size: 100_000_000}}]}}}", "mixture"),
    ],
)
def test_memory_at_test_time_is_said_where_it_is_added(
    tmp_path: Path, evaluation: str, place: str
) -> None:
    spec = with_sections(TEXT.replace("EVALUATION", evaluation))
    title, where = found(tmp_path, spec)["HEB516"]
    assert where == place
    assert title.startswith("`main` holds ")


def test_a_cache_that_is_larger_than_its_text_is_no_larger_than_that(tmp_path: Path) -> None:
    large = "{output: {mixture: {experts: [trained, {cache: {size: 100_000_000}}]}}}"
    spec = with_sections(TEXT.replace("EVALUATION", large))
    assert "HEB516" not in found(tmp_path, spec.replace("stdlib_docs", "{wikitext: {version: 2}}"))


def test_of_variants_that_are_too_large_alike_the_largest_is_named(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    large = "model: {mlp: {hidden: [20_000, 20_000]}}\n"
    variants = "variants: {a: {}, b: {model.features: 99}, c: {model: mlp}}\n"
    path.write_text(with_sections(large + variants), encoding="utf-8")
    plan = load_plan(path)
    (problem,) = memory_problems(plan, DeviceMemory("this machine", 2**30))
    assert problem.title.startswith("`b` holds ")
    assert problem.severity is Severity.WARNING
    needed = plan.variants["b"].memory.total
    assert f"{needed:_} bytes" in problem.title
    assert [*memory_problems(plan, DeviceMemory("x", needed))] == []


def test_a_spec_with_errors_has_no_memory_to_ask_about(tmp_path: Path) -> None:
    large = with_sections("model: {mlp: {hidden: [60_000, 60_000]}}\n")
    assert "HEB516" in found(tmp_path, large)
    assert "HEB516" not in found(tmp_path, large.replace("mlp:", "mlpp:"))


def test_of_memory_that_nobody_knows_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = with_sections("model: {mlp: {hidden: [20_000, 20_000]}}\n")
    assert "HEB516" in found(tmp_path, large)
    monkeypatch.setattr("hebbdsl.plan.here.device_memory", lambda: None)
    assert found(tmp_path, large).keys() == {"HEB515"}


@pytest.mark.parametrize(("device", "name"), [("cpu", "this machine"), ("cuda", "NVIDIA X1")])
def test_what_the_device_can_not_hold_is_refused(
    device: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(
        with_sections(TEXT.replace("EVALUATION", "{adaptation: {mbpa: {size: 9_999}}}"))
    )
    (variant,) = load_plan(path).variants.values()
    small, large = DeviceMemory(name, variant.memory.total), DeviceMemory(name, 2**40)
    known = {"machine_memory": large, "gpu_memory": large}
    known["machine_memory" if device == "cpu" else "gpu_memory"] = small
    for word, memory in known.items():
        monkeypatch.setattr(here, word, lambda memory=memory: memory)
    refuse_large(variant, "a run", device, trains=True)
    with pytest.raises(Rejected) as caught:
        refuse_large(variant, "a run", device, trains=False)
    (problem,) = caught.value.problems
    assert problem.code == "HEB540"
    assert name in problem.title


@pytest.mark.parametrize(
    ("section", "trains", "sizes"),
    [
        ("output: {cache: {size: 1_000_000}}\n", True, ("output.size",)),
        (
            "evaluation: {output: {mixture: {experts: [trained, {cache: {size: 9_000}}]}}}\n"
            "model: {mlp: {hidden: [2], features: 900}}\n"
            "output: {cache: {size: 9}}\n",
            False,
            ("output.size", "evaluation.output.experts.1.size"),
        ),
        (
            TEXT.replace(
                "EVALUATION",
                "{adaptation: dynamic_evaluation, "
                "output: {mixture: {experts: [trained, {cache: {size: 90_000}}]}}}",
            ),
            False,
            ("evaluation.output.experts.1.size",),  # what remembers nothing has no size
        ),
    ],
)
def test_what_is_remembered_too_much_of_is_named(
    section: str,
    trains: bool,
    sizes: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(with_sections(section))
    (variant,) = load_plan(path).variants.values()
    monkeypatch.setattr(here, "machine_memory", lambda: DeviceMemory("this machine", 1_000))
    with pytest.raises(Rejected) as caught:
        refuse_large(variant, "a run", "cpu", trains)
    (problem,) = caught.value.problems
    for size in sizes:
        assert f"`{size}`" in str(problem.hint)
