"""Words of packages: one that is installed in a fresh environment, and ones that are missing,
taken twice or broken. No line of hebbdsl knows of any of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.effort import PATIENCE

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "tests" / "fixtures" / "hinge_package"

SPEC = """\
hebbdsl: 1
experiment: margins
requires: [hebbdsl-hinge]
seeds: 0..1
data: {glyphs: {image_size: 8, classes: 12}}
model: {mlp: {hidden: [16], features: 8}}
output: hinge
curriculum: {growing: {start: 4, add: 4, when: test_accuracy >= 0.5}}
training: {optimizer: adam, batch_size: 16, steps: 10, evaluate_every: 5}
variants:
  hinge: {}
  softmax: {output: softmax}
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


def runner(site: Path, folder: Path) -> Run:
    def run(*words: object, code: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{site}", **env},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return run


def hebbdsl(run: Run, *words: object, code: int = 0) -> str:
    done = run("-m", "hebbdsl", *words, code=code)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs Python where the package is installed, in a folder with a spec that uses it."""
    folder = tmp_path_factory.mktemp("hinge")
    source, site = folder / "source", folder / "site"
    for file in (path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".toml")):
        copied = source / file.relative_to(PACKAGE)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_bytes(file.read_bytes())
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--quiet"]
    done = subprocess.run(
        [*pip, "--no-index", "--disable-pip-version-check", "--target", str(site), str(source)],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "spec.yaml").write_text(SPEC)
    return runner(site, folder)


def test_it_is_checked_explained_and_planned(installed: Run) -> None:
    assert "error" not in hebbdsl(installed, "validate", "spec.yaml")
    page = hebbdsl(installed, "explain", "hinge")
    assert page.startswith("hinge: an output\n")
    assert "lead that the label's score must have" in page
    assert hebbdsl(installed, "explain", "hinge401").startswith("error HINGE401")
    overview = hebbdsl(installed, "explain")
    assert "trained, hinge" in " ".join(overview.split())
    assert "Of packages, HINGE" in overview
    schema = json.loads(installed("-m", "hebbdsl", "schema").stdout)
    assert schema["$defs"]["output.hinge"]["properties"]["margin"]["minimum"] == 0
    assert "hinge" in hebbdsl(installed, "plan", "spec.yaml")
    shown = hebbdsl(installed, "show", "spec.yaml", "--variant", "hinge")
    assert "margin" in shown
    assert "hebbdsl-hinge" in shown


EDITOR = """
from pathlib import Path
from hebbdsl.editor.completion import completion_at
from hebbdsl.editor.document import examined
from hebbdsl.editor.hover import hover_at
from hebbdsl.source import Source
from hebbdsl.spec.extending import from_disk
text = Path("spec.yaml").read_text()
at = text.index("output: hinge") + len("output: h")
hover = hover_at(examined(Source("spec.yaml", text), from_disk), at)
print("lead that the label" in hover.page)
found = completion_at(Source("spec.yaml", text), at)
print("hinge" in [one.label for one in found.candidates])
"""


def test_editors_and_shells_offer_it_and_show_its_page(installed: Run) -> None:
    assert installed("-c", EDITOR).stdout.split() == ["True", "True"]
    code = "import sys; sys.argv = ['hebbdsl']; from hebbdsl.cli.main import main; main()"
    line = {"_HEBBDSL_COMPLETE": "complete_bash", "COMP_CWORD": "2"}
    offered = installed("-c", code, **line, COMP_WORDS="hebbdsl explain hin")
    assert offered.stdout.split() == ["hinge"]


def test_it_refuses_to_stand_inside_a_mixture(installed: Run) -> None:
    wrong = "output={mixture: {experts: [softmax, hinge]}}"
    said = hebbdsl(installed, "validate", "spec.yaml", "--set", wrong, code=1)
    assert "error[HINGE401]: `hinge` has a margin and no likelihood" in said
    assert "inside `mixture`" in said
    assert "more: hebbdsl explain HINGE401" in said


def test_its_warnings_are_allowed_by_a_comment(installed: Run, tmp_path: Path) -> None:
    path = tmp_path / "zero.yaml"
    path.write_text(SPEC.replace("output: hinge\n", "output: {hinge: {margin: 0}}\n"))
    assert "warning[HINGE701]" in hebbdsl(installed, "validate", path)
    allowed = "output: {hinge: {margin: 0}}  # allow HINGE701: a perceptron is meant\n"
    path.write_text(SPEC.replace("output: hinge\n", allowed))
    assert "HINGE" not in hebbdsl(installed, "validate", path)
    path.write_text(SPEC.replace("output: hinge\n", allowed.replace("701", "702")))
    assert "HINGE702" in hebbdsl(installed, "validate", path)


def test_it_is_trained_and_compared_and_its_record_says_where_it_is_from(installed: Run) -> None:
    quiet = ("--device", "cpu", "--quiet")
    said = hebbdsl(installed, "run", "spec.yaml", *quiet)
    assert "margins · hinge · seed 0: finished" in said
    said = hebbdsl(installed, "compare", "spec.yaml", *quiet)
    assert "hinge" in said
    folder = Path(installed("-c", "import os; print(os.getcwd())").stdout.strip())
    (trained,) = folder.glob("runs/margins/hinge/seed-0-*")
    added = "evaluation.output={mixture: {experts: [trained, cache]}}"
    said = hebbdsl(installed, "evaluate", trained, "--set", added, *quiet)
    assert "hinge" in said
    records = {
        name: json.loads(next(folder.glob(f"runs/margins/{name}/seed-0-*/record.json")).read_text())
        for name in ("hinge", "softmax")
    }
    body = {name: record.get("record", record) for name, record in records.items()}
    assert body["hinge"]["environment"]["packages"] == {"hinge": "hebbdsl-hinge 0.3.1"}
    assert "packages" not in body["softmax"]["environment"]
    page = hebbdsl(installed, "compare", "spec.yaml", "--device", "cpu", "--quiet",
                   "--format", "md")  # fmt: skip
    assert "hinge" in page


OF_OUTPUTS = "tests/parts/outputs/test_every_output.py"
OF_PAGES = "tests/diagnostics/test_catalogue.py"


def laws(run: Run, *laws: str, code: int = 0) -> str:
    """The tests of these files that are about the word, or about codes of its package."""
    files = (str(ROOT / file) for file in laws)
    options = ("-q", "-p", "no:cacheprovider", "-k", "hinge", "--rootdir", str(ROOT))
    config = ("-c", str(ROOT / "pyproject.toml"))
    return run("-m", "pytest", *options, *config, *files, code=code).stdout


def test_it_keeps_the_laws_of_every_output_and_its_pages_those_of_every_problem(
    installed: Run,
) -> None:
    assert int(laws(installed, OF_OUTPUTS, OF_PAGES).split(" passed")[0].split()[-1]) > 20


def test_the_laws_find_what_a_package_does_wrong(tmp_path: Path) -> None:
    """More is planned than is built, and without a margin what is built is no distribution."""
    source = PACKAGE / "hebbdsl_hinge"
    for name, old, new in (
        ("__init__", "", ""),
        ("spec", "parameters=classes * hidden", "parameters=classes * hidden + 1"),
        ("module", "F.log_softmax(h @ self.rows[:in_play].T, dim=1)", "h @ self.rows[:in_play].T"),
    ):
        text = (source / f"{name}.py").read_text()
        assert old in text
        (tmp_path / "hebbdsl_hinge").mkdir(exist_ok=True)
        (tmp_path / "hebbdsl_hinge" / f"{name}.py").write_text(text.replace(old, new))
    point = "[hebbdsl.outputs]\nhinge = hebbdsl_hinge.spec:Hinge\n"
    made(tmp_path, "broken-hinge", point)
    said = laws(runner(tmp_path, tmp_path), OF_OUTPUTS, code=1)
    assert "test_the_plan_is_what_is_built[hinge]" in said
    assert "test_the_probabilities_of_active_classes_sum_to_one[3-hinge]" in said


def test_where_it_is_missing_one_problem_names_it(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    run = runner(tmp_path / "nothing", tmp_path)
    said = hebbdsl(run, "validate", "spec.yaml", code=1)
    assert said.count("error[") == 1
    assert "error[HEB216]: the package `hebbdsl-hinge` is not installed" in said
    assert "pip install hebbdsl-hinge" in said
    (tmp_path / "spec.yaml").write_text(SPEC.replace("requires: [hebbdsl-hinge]\n", ""))
    assert "error[HEB202]: there is no output `hinge`" in hebbdsl(
        run, "validate", "spec.yaml", code=1
    )


def made(site: Path, package: str, points: str, module: str = "") -> None:
    """A package as an installer leaves it: a module, and what it declares."""
    name = package.replace("-", "_")
    (site / f"{name}.py").write_text(module)
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(points)


def test_a_word_of_two_packages_stands_for_neither(tmp_path: Path) -> None:
    for package in ("first-package", "second-package"):
        made(tmp_path, package, f"[hebbdsl.outputs]\nhinge = {package.replace('-', '_')}:A\n")
    (tmp_path / "spec.yaml").write_text(SPEC.replace("requires: [hebbdsl-hinge]\n", ""))
    said = hebbdsl(runner(tmp_path, tmp_path), "validate", "spec.yaml", code=1)
    assert "error[HEB217]: the word `hinge` is of `first-package` and `second-package`" in said


def test_a_package_takes_no_word_of_ours(tmp_path: Path) -> None:
    made(tmp_path, "taking", "[hebbdsl.outputs]\nsoftmax = taking:Softmax\n")
    run = runner(tmp_path, tmp_path)
    spec = SPEC.replace("output: hinge", "output: softmax").replace("hebbdsl-hinge", "taking")
    (tmp_path / "spec.yaml").write_text(spec)
    said = hebbdsl(run, "validate", "spec.yaml", code=1)
    assert "error[HEB217]: the word `softmax` is of `hebbdsl` and `taking`" in said
    (tmp_path / "spec.yaml").write_text(spec.replace("requires: [taking]\n", ""))
    assert "error" not in hebbdsl(run, "validate", "spec.yaml")


PART = '''
from dataclasses import dataclass
from hebbdsl.parts.part import Layer, Output
@dataclass(frozen=True, kw_only=True, slots=True)
class Odd(Output):
    """An output that is odd."""
    def layers(self, hidden, classes):
        return (Layer("odd", (classes,)),)
    def build(self, hidden, classes):
        return None
'''


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("import nothing_of_that_name", "can't be imported"),
        ("class Odd: pass", "is not derived from `Output`"),
        (PART.replace("@dataclass(frozen=True", "@dataclass(frozen=False"), "frozen"),
        (PART.replace("def build", "def built"), "lacks `build`"),
        (PART.replace("return (Layer", "return ['odd'] or (Layer"), "`layers` returns list"),
        (PART.replace("return (Layer", "return 1 / 0 or (Layer"), "ZeroDivisionError"),
        (PART + "    def errors(self):\n        yield 'odd'\n", "`errors` yields str"),
        (PART + "    def errors(self):\n        raise KeyError(7)\n", "KeyError: 7"),
        (PART + "    def warnings(self, run):\n        raise KeyError(8)\n", "KeyError: 8"),
    ],
)  # fmt: skip
def test_a_part_that_breaks_its_promises_is_refused(
    module: str, reason: str, tmp_path: Path
) -> None:
    made(tmp_path, "odd-package", "[hebbdsl.outputs]\nodd = odd_package:Odd\n", module)
    spec = SPEC.replace("requires: [hebbdsl-hinge]\n", "").replace("output: hinge", "output: odd")
    (tmp_path / "spec.yaml").write_text(spec)
    said = hebbdsl(runner(tmp_path, tmp_path), "validate", "spec.yaml", code=1)
    assert "error[HEB218]: `odd` of the package `odd-package` is broken" in said
    assert reason in said
    assert "Traceback" not in said


LAYER = PART.replace(
    "        return None",
    """\
        import torch
        from hebbdsl.parts.outputs.layer import OutputLayer
        class Layer(OutputLayer):
            def __init__(self):
                super().__init__()
                self.rows = torch.nn.Parameter(torch.zeros(classes, hidden))
            def log_probabilities(self, h, in_play):
                return (h @ self.rows[:in_play].T).log_softmax(1)
        return Layer()
""",
).replace('("odd", (classes,))', '("odd", (classes,), parameters=classes * hidden)')


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (PART, "`build` returns NoneType"),
        (LAYER.replace("super().__init__()", "super().__init__(7)"), "TypeError"),
        (LAYER.replace("(1)", "(1)[:, :1]"), "of 3 examples and 2 classes has shape (3, 1)"),
        (LAYER.replace("(1)", "(1) / 0 if len(h) == 3 else 1 / 0"), "ZeroDivisionError"),
        (LAYER, None),
    ],
)
def test_a_layer_that_breaks_its_promises_is_refused(
    layer: str, reason: str | None, tmp_path: Path
) -> None:
    made(tmp_path, "odd-package", "[hebbdsl.outputs]\nodd = odd_package:Odd\n", layer)
    spec = SPEC.replace("requires: [hebbdsl-hinge]\n", "").replace("output: hinge", "output: odd")
    (tmp_path / "spec.yaml").write_text(spec)
    said = hebbdsl(runner(tmp_path, tmp_path), "run", "spec.yaml", "--device", "cpu", "--quiet",
                   code=0 if reason is None else 1)  # fmt: skip
    assert "Traceback" not in said
    if reason is not None:
        assert "error[HEB218]: `odd` of the package `odd-package` is broken" in said
        assert reason in said


def test_our_own_words_are_found_without_looking_at_packages() -> None:
    code = (
        "import sys; from hebbdsl.pipeline import inspect\n"
        "assert not len(inspect('specs/omniglot_curriculum.yaml'))\n"
        "print('importlib.metadata' in sys.modules, 'hebbdsl.entry_points' in sys.modules)"
    )
    done = runner(ROOT, ROOT)("-c", code)
    assert done.stdout.split() == ["False", "False"]


PROBLEM = """
from hebbdsl.diagnostics.diagnostic import Problem
class Strange(Problem):
    code = "ODD401"
    title = "strange"
    label = "strange"
CODES = {"ODD401": "odd_package:Strange", "ODD402": "odd_package:Missing"}
"""
HEALTHY = SPEC.replace("requires: [hebbdsl-hinge]\n", "").replace(
    "output: hinge", "output: softmax"
)


@pytest.mark.parametrize(
    ("points", "module"),
    [
        ("[hebbdsl.outputs]\nodd = nowhere:Odd\n", ""),
        ("[hebbdsl.outputs]\nodd = odd_package:Odd\n", "raise SystemExit(9)"),
        ("[hebbdsl.outputs]\nodd = odd_package:Odd\n", PART.replace("def build", "def built")),
        ("[hebbdsl.codes]\nODD = nowhere:CODES\n", ""),
        ("[hebbdsl.codes]\nODD = odd_package:CODES\n", "CODES = 7"),
        ("[hebbdsl.codes]\nHEB = odd_package:CODES\n", 'CODES = {"HEB999": "odd_package:A"}'),
    ],
)  # fmt: skip
def test_a_broken_package_does_not_disturb_who_uses_others(
    points: str, module: str, tmp_path: Path
) -> None:
    made(tmp_path, "odd-package", points, module)
    (tmp_path / "spec.yaml").write_text(HEALTHY)
    run = runner(tmp_path, tmp_path)
    assert "error" not in hebbdsl(run, "validate", "spec.yaml")
    assert "an output" in hebbdsl(run, "explain", "softmax")
    assert "output.softmax" in json.loads(run("-m", "hebbdsl", "schema").stdout)["$defs"]
    assert "softmax" in hebbdsl(run, "explain")
    hebbdsl(run, "init", "new.yaml")
    asked = "odd" if "outputs" in points else "HEB999" if "HEB" in points else "ODD401"
    said = hebbdsl(run, "explain", asked, code=1)
    assert "Traceback" not in said
    assert "HEB218" in said or "there is no word or code" in said


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        (PART.replace("(classes,))", '(classes,), parameters="many")'), "a layer has 'many'"),
        (PART.replace("(classes,))", "(classes,), parameters=-5)"), "a layer has -5 parameters"),
        (PART.replace("    def layers", "    odd: object = None\n    def layers"), "no such type"),
    ],
)
def test_what_a_part_declares_is_looked_at(module: str, reason: str, tmp_path: Path) -> None:
    test_a_part_that_breaks_its_promises_is_refused(module, reason, tmp_path)


def test_codes_of_a_package_lead_somewhere(tmp_path: Path) -> None:
    made(tmp_path, "odd-package", "[hebbdsl.codes]\nODD = odd_package:CODES\n", PROBLEM)
    run = runner(tmp_path, tmp_path)
    assert hebbdsl(run, "explain", "ODD401").startswith("error ODD401")
    assert "`ODD` of the package `odd-package` is broken" in hebbdsl(
        run, "explain", "ODD402", code=1
    )
    assert "there is no word or code" in hebbdsl(run, "explain", "ODD403", code=1)
