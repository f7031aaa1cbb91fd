"""The Python surface: its names, what importing loads, and experiments as typed objects."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy
import pytest

import hebbdsl
from hebbdsl import (
    Adam,
    Claim,
    Condition,
    Convnet,
    Experiment,
    Growing,
    Hebbian,
    Mixture,
    Omniglot,
    Rejected,
    Softmax,
    Training,
    check_spec,
    dump_spec,
    load_spec,
    make_plan,
    parse_tree,
)
from hebbdsl.parts.part import Part
from hebbdsl.source import Source, Span
from hebbdsl.vocabulary import KINDS, every_part

ROOT = Path(__file__).parents[1]
SPECS = sorted(ROOT.glob("specs/*.yaml"))

EXPERIMENT = Experiment(
    hebbdsl=1,
    experiment="made_in_python",
    about='Does "it" work: yes, or # no?',
    seeds=(0, 1, 2, 7),
    data=Omniglot(classes=100),
    model=Convnet(channels=(8, 8)),
    output=Hebbian(gamma=0.05, T=500),
    curriculum=Growing(start=20, add=10, when=Condition.parse("test_accuracy >= 0.5")),
    training=Training(optimizer=Adam(), steps=2_000),
    baseline="softmax",
    variants={
        "hebbian": {},
        "softmax": {"output": Softmax()},
        "raw": {"output.rescale": "none"},
        "both": {"output": Mixture(experts=(Softmax(bias=False), Hebbian(T=3)))},
        "other": {"training": {"steps": 1_500}, "curriculum.when": "test_accuracy > 0.7"},
    },
    claims=(Claim.parse("steps_to_finish(hebbian) < steps_to_finish(softmax)"),),
)


def test_every_name_is_there_and_no_more() -> None:
    pytest.importorskip("torch")  # words hold what trains
    words = {cls.__name__ for cls in every_part()}
    kinds = {kind.__name__ for kind in KINDS}
    nouns = {"Source", "Tree", "Checked", "Plan", "Program", "Record", "Comparison"}
    verbs = {"read_source", "parse_tree", "check_spec", "make_plan", "build_program"}
    verbs |= {"run_program", "compare_records", "load_plan", "inspect", "load_spec", "dump_spec"}
    verbs |= {"compare", "run_spec", "evaluate_run", "show_progress"}
    others = {
        "Evaluation",
        "Experiment",
        "Setup",
        "Training",
        "Condition",
        "Claim",
        "Problem",
        "Rejected",
        "Runs",
    }
    assert set(hebbdsl.__all__) == words | kinds | nouns | verbs | others | {"__version__"}
    assert len(hebbdsl.__all__) == len(set(hebbdsl.__all__))
    assert set(hebbdsl.__all__) <= set(dir(hebbdsl))
    for name in hebbdsl.__all__:
        assert getattr(hebbdsl, name).__name__ == name if name != "__version__" else True


def test_what_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Sotfmax'"):
        hebbdsl.Sotfmax  # noqa: B018


def test_no_name_is_that_of_a_module() -> None:
    """Not even in another case, but for the nouns that are their module's whole point."""
    pytest.importorskip("torch")
    modules = {module.name for module in pkgutil.iter_modules(hebbdsl.__path__)}
    assert not modules & set(hebbdsl.__all__)
    alike = {name for name in hebbdsl.__all__ if name.lower() in modules}
    assert alike == {"Source", "Plan", "Program", "Comparison"}
    assert not any(issubclass(getattr(hebbdsl, name), Part) for name in alike)


def test_importing_loads_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import hebbdsl; hebbdsl.__version__;"
        "print(*sorted(name for name in set(sys.modules) - before if name[0] != '_'))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(result.stdout.split()) <= {"hebbdsl", "typing", "collections", "collections.abc"} | {
        *("contextlib", "functools", "re", "operator", "copyreg", "enum", "keyword", "reprlib"),
        *("types", "warnings", "typing.io", "typing.re", "itertools"),
    } | {name for name in result.stdout.split() if name.startswith(("re.", "sre"))}


def test_experiments_load_no_torch() -> None:
    code = (
        "import sys, hebbdsl; hebbdsl.make_plan(hebbdsl.check_spec("
        "hebbdsl.load_spec('specs/omniglot_curriculum.yaml'))); hebbdsl.Softmax;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("surface", ["yaml", "hebb"])
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_what_is_dumped_is_what_was_loaded(path: Path, surface: str, tmp_path: Path) -> None:
    loaded = load_spec(path)
    file = tmp_path / f"again.{surface}"
    text = dump_spec(loaded, file)
    assert file.read_text() == text == dump_spec(loaded, surface)
    assert load_spec(file) == loaded


@pytest.mark.parametrize("surface", ["yaml", "hebb"])
def test_an_experiment_made_in_python(surface: str) -> None:
    checked = check_spec(EXPERIMENT)
    assert list(checked.variants) == ["hebbian", "softmax", "raw", "both", "other"]
    assert checked.variants["softmax"].setup.output == Softmax()
    assert checked.variants["both"].setup.output == EXPERIMENT.variants["both"]["output"]
    assert checked.variants["other"].setup.training.steps == 1_500
    again = check_spec(parse_tree(Source(f"s.{surface}", dump_spec(EXPERIMENT, surface))))
    assert {n: v.setup for n, v in again.variants.items()} == {
        n: v.setup for n, v in checked.variants.items()
    }
    assert again.experiment == checked.experiment
    assert make_plan(checked).variants["raw"].parameters > 0


def said(experiment: Experiment) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as caught:
        check_spec(experiment)
    found = []
    for problem in caught.value.problems:
        assert isinstance(problem.place, Span)
        assert problem.place.source.name == "<python>"
        found.append((problem.code, problem.place.text))
    return found


def test_objects_out_of_bounds_are_said_as_in_a_file() -> None:
    assert said(replace(EXPERIMENT, output=Hebbian(gamma=1.5))) == [("HEB302", "1.5")]
    assert said(replace(EXPERIMENT, output=Hebbian(gamma=float("nan")))) == [("HEB308", "nan")]
    assert said(replace(EXPERIMENT, experiment="Not A Name")) == [("HEB305", "Not A Name")]
    assert said(replace(EXPERIMENT, baseline="sotfmax")) == [("HEB226", "sotfmax")]
    wrong = {"rwa": {"output.rescal": "none"}}
    changed = replace(EXPERIMENT, variants=wrong, baseline=None, claims=())
    assert said(changed) == [("HEB210", "rescal")]


@pytest.mark.parametrize(
    ("experiment", "title"),
    [
        (replace(EXPERIMENT, seeds=(numpy.int64(3),)), "`seeds.0` holds `int64`"),  # type: ignore[arg-type]
        (replace(EXPERIMENT, output=object()), "`output` holds `object`"),  # type: ignore[arg-type]
        (replace(EXPERIMENT, variants={3: {}}), "`variants` holds `int`"),  # type: ignore[dict-item]
        (replace(EXPERIMENT, data=Omniglot), "`data` holds `type`"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_objects_that_no_file_can_say(experiment: Experiment, title: str) -> None:
    with pytest.raises(Rejected) as caught:
        check_spec(experiment)
    (problem,) = caught.value.problems
    assert (problem.code, problem.title) == ("HEB237", f"{title}, which no spec can say")


def test_overrides_of_an_experiment_made_in_python() -> None:
    changed = load_spec(SPECS[0], ["training.steps=7", "seeds=3"])
    assert (changed.training.steps, changed.seeds) == (7, (3,))
    found = check_spec(EXPERIMENT, ["training.steps=9"])
    assert {variant.setup.training.steps for variant in found.variants.values()} == {9}
    assert {v.setup.training.steps for v in check_spec(found.experiment).variants.values()} == {9}


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "a.json", "HEB108"), (tmp_path, "HEB108")):
        with pytest.raises(Rejected) as caught:
            dump_spec(EXPERIMENT, path)
        assert [problem.code for problem in caught.value.problems] == [code]
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(Rejected) as caught:
        dump_spec(EXPERIMENT, tmp_path / "folder.yaml")
    assert [problem.code for problem in caught.value.problems] == ["HEB190"]


USER = """\
from dataclasses import replace
from hebbdsl import (
    Adam, Comparison, Condition, Experiment, Fixed, Growing, Hebbian, Mlp, Omniglot, Output, Plan,
    Record, Rejected, Runs, Softmax, Training, build_program, check_spec, compare, compare_records,
    dump_spec, load_spec, make_plan, run_program, run_spec, show_progress,
)

def setups(outputs: dict[str, Output]) -> Experiment:
    return Experiment(
        hebbdsl=1, experiment="mine", data=Omniglot(classes=50), model=Mlp(hidden=(32,)),
        output=Softmax(), curriculum=Growing(when=Condition.parse("test_accuracy > 0.5")),
        training=Training(optimizer=Adam(learning_rate=1e-3), steps=100),
        variants={name: {"output": output} for name, output in outputs.items()},
    )

def train(experiment: Experiment) -> Comparison:
    plan: Plan = make_plan(check_spec(experiment))
    records: list[Record] = [run_program(build_program(plan, name)) for name in plan.variants]
    return compare_records(records)

def train_all(experiment: Experiment) -> Comparison:
    with show_progress() as monitor:
        runs: Runs = run_spec(experiment, ["softmax"], range(3), out="runs", monitor=monitor)
        finished: list[Record] = [one for one in runs.records if one.status == "finished"]
    return compare("a.yaml", seeds=[0, 1], device="cpu", workers=None, baseline="softmax")

try:
    text: str = dump_spec(replace(load_spec("a.yaml"), curriculum=Fixed()), "hebb")
except Rejected as rejected:
    codes: list[str] = [problem.code for problem in rejected.problems]
train(setups({"softmax": Softmax(), "hebbian": Hebbian(gamma=0.1)}))
"""


def test_mypy_sees_every_type(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "good.py").write_text(USER)
    (tmp_path / "bad.py").write_text(
        "import hebbdsl\nhebbdsl.Hebbian(gama=1)\nhebbdsl.load_spec(3)\nreveal_type(hebbdsl.Plan)\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent"]
    result = subprocess.run(
        [*command, "--cache-dir", str(tmp_path / "cache"), "good.py", "bad.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"MYPYPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip
    assert "good.py" not in result.stdout
    assert 'Unexpected keyword argument "gama" for "Hebbian"' in result.stdout
    assert 'incompatible type "int"' in result.stdout
    assert "hebbdsl.plan.plan.Plan" in result.stdout


def test_what_is_known_before_training_prints_on_one_line() -> None:
    source = Source("made.yaml", dump_spec(EXPERIMENT))
    tree = parse_tree(source)
    checked = check_spec(tree)
    nouns = (source, tree, checked, make_plan(checked))
    said = [repr(noun) for noun in nouns]
    assert [line.split()[0] for line in said] == ["<Source", "<Tree", "<Checked", "<Plan"]
    assert all("\n" not in line and len(line) < 250 for line in said)
    assert f"{len(checked.variants)} variants × 4 seeds" in said[2]
