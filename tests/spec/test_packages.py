"""Words of packages, in this process: what the checker says of each kind of fault."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hebbdsl.diagnostics.catalogue import STAGES, heading, problem_of
from hebbdsl.diagnostics.diagnostic import Problem, Problems, Rejected
from hebbdsl.entry_points import BrokenError, added, added_codes
from hebbdsl.interrupts import Interrupted
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Output
from hebbdsl.pipeline import inspect_source, make_plan, parse_tree
from hebbdsl.source import Source
from hebbdsl.spec.checker import examine
from hebbdsl.spec.packages import (
    BrokenPart,
    PackageMissing,
    WordTwice,
    clashing_words,
    packages_answer,
)
from hebbdsl.spec.resolved import resolved, resolved_plain
from hebbdsl.spec.types import fields_of
from hebbdsl.vocabulary import usable_words
from tests.test_packages import PART, SPEC, made

Install = Callable[..., None]
WITHOUT = SPEC.replace("requires: [hebbdsl-hinge]\n", "")
ODD = WITHOUT.replace("output: hinge", "output: odd")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs packages for the time of a test."""
    known = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)

    def install(package: str, points: str, module: str = "") -> None:
        made(tmp_path, package, points, module)
        added.cache_clear()
        added_codes.cache_clear()

    yield install
    for name in set(sys.modules) - known:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
    monkeypatch.undo()
    added.cache_clear()
    added_codes.cache_clear()


def problems(text: str) -> Problems:
    return inspect_source(Source("spec.yaml", text)).errors


def test_a_package_that_is_missing_hides_the_words_that_are_not_known() -> None:
    (problem,) = problems(SPEC)
    assert isinstance(problem, PackageMissing)
    assert problem.package == "hebbdsl-hinge"


def test_a_word_of_two_packages_is_of_neither(install: Install) -> None:
    install("first-package", "[hebbdsl.outputs]\nodd = first_package:Odd\n", PART)
    install("second-package", "[hebbdsl.outputs]\nodd = second_package:Odd\n", PART)
    (problem,) = problems(ODD)
    assert isinstance(problem, WordTwice)
    assert problem.packages == ("first-package", "second-package")


def test_a_word_of_ours_stays_ours_and_the_package_is_named_where_it_is_required(
    install: Install,
) -> None:
    install("Taking.Words", "[hebbdsl.outputs]\nsoftmax = absent:Softmax\n")
    install("other", "[hebbdsl.outputs]\nodd = other:Odd\n", PART)
    spec = WITHOUT.replace("output: hinge", "output: softmax")
    assert not problems(spec)
    assert not problems(spec.replace("seeds:", "requires: [other]\nseeds:"))
    (problem,) = problems(spec.replace("seeds:", "requires: [taking-words]\nseeds:"))
    assert isinstance(problem, WordTwice)
    assert problem.packages == ("hebbdsl", "Taking.Words")
    assert not list(clashing_words([]))


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("", "can't be imported"),
        (PART.replace("return (Layer", "return ['odd'] or (Layer"), "`layers` returns list"),
        (PART.replace("(classes,))", "(classes,), parameters=-5)"), "a layer has -5 parameters"),
        (PART.replace("    def layers", "    odd: object = None\n    def layers"), "no such type"),
        (PART + "    def errors(self):\n        yield 'odd'\n", "`errors` yields str"),
        (PART + "    def warnings(self, run):\n        raise KeyError(8)\n", "KeyError: 8"),
    ],
)
def test_what_a_package_does_wrong_is_said_of_the_package(
    module: str, reason: str, install: Install
) -> None:
    install("odd-package", "[hebbdsl.outputs]\nodd = odd_package:Odd\n", module)
    (problem,) = problems(ODD)
    assert isinstance(problem, BrokenPart)
    assert (problem.word, problem.package, problem.version) == ("odd", "odd-package", "1.0")
    assert reason in problem.reason


def test_whatever_is_raised_amid_a_package_is_its_own(install: Install) -> None:
    install("odd-package", "[hebbdsl.outputs]\nodd = odd_package:Odd\n", PART)
    plan = make_plan(examine(parse_tree(Source("spec.yaml", ODD))).checked())
    with pytest.raises(Rejected, match="ZeroDivisionError"), packages_answer("runs/odd"):
        exec_in("odd_package", "1 / 0")
    with pytest.raises(ZeroDivisionError), packages_answer():
        exec_in("hebbdsl_of_nobody", "1 / 0")
    with pytest.raises(Rejected, match="the word"), packages_answer():
        raise Rejected([WordTwice(place="spec.yaml", word="odd", packages=("a", "b"))])
    assert set(plan.variants) == {"hinge", "softmax"}


def exec_in(module: str, code: str) -> None:
    exec(code, {"__name__": module})


def test_a_fault_of_ours_is_not_said_to_be_of_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Softmax) -> Iterator[Problem]:
        raise KeyError(9)

    monkeypatch.setattr(Softmax, "errors", broken)
    with pytest.raises(KeyError, match="9"):
        problems(WITHOUT.replace("output: hinge", "output: softmax"))


def test_what_is_required_stands_among_the_values(install: Install) -> None:
    install("other", "[hebbdsl.outputs]\nodd = other:Odd\n", PART)
    spec = ODD.replace("seeds:", "requires: [other]\nseeds:")
    checked = examine(parse_tree(Source("spec.yaml", spec))).checked()
    assert resolved_plain(checked)["requires"] == ["other"]
    assert "requires" in [one.name for one in resolved(checked)]
    checked = examine(parse_tree(Source("spec.yaml", ODD))).checked()
    assert "requires" not in resolved_plain(checked)
    assert not any(one.name.startswith("requires") for one in resolved(checked))


def test_a_class_of_nobody_with_a_field_of_no_type_is_a_fault() -> None:
    @dataclass(frozen=True)
    class Odd:
        odd: object

    with pytest.raises(TypeError, match="no such type"):
        fields_of(Odd)


CODED = """
from hebbdsl.diagnostics.diagnostic import Problem
class Strange(Problem):
    code = "ODD401"
    title = "strange"
    label = "strange"
class Other: pass
where = "odd_package:"
CODES = {
    "ODD401": where + "Strange", "ODD402": where + "Missing", "ODD403": where + "Other",
    "ODDITY": "",
}
"""


def test_codes_of_a_package_are_looked_up_in_its_table(install: Install) -> None:
    install(
        "odd-package", "[hebbdsl.codes]\nEVEN = nowhere:CODES\nODD = odd_package:CODES\n", CODED
    )
    assert problem_of("HEB201") is not None
    strange = problem_of("ODD401")
    assert strange is not None
    assert strange.__name__ == "Strange"
    assert problem_of("ODD404") is None
    assert problem_of("ODDITY") is None
    for code, reason in (
        ("ODD402", "can't be imported"),
        ("ODD403", "is not derived from `Problem`"),
        ("EVEN1", "No module named 'nowhere'"),
    ):
        with pytest.raises(BrokenError, match=reason):
            problem_of(code)


def test_codes_of_packages_have_a_heading_of_their_own() -> None:
    assert heading("HINGE401") == "Of packages, HINGE"
    assert heading("HEB401") == f"{STAGES['4']}, 4xx"


SHAPES = Path(__file__).parents[1] / "fixtures" / "shapes_package" / "hebbdsl_shapes.py"
VECTORS = """\
hebbdsl: 1
experiment: others
seeds: 0..0
data: {vectors: {classes: 7}}
model: MODEL
output: softmax
curriculum: {growing: {start: 3, add: 2, when: test_accuracy >= 0.0}}
training: {optimizer: adam, batch_size: 6, steps: 12, evaluate_every: 2}
"""


def test_a_model_of_images_does_not_fit_vectors(install: Install) -> None:
    point = "[hebbdsl.datasets]\nvectors = hebbdsl_shapes:Vectors\n"
    install("hebbdsl-shapes", point)
    (Path(sys.path[0]) / "hebbdsl_shapes.py").write_text(SHAPES.read_text())
    assert not problems(VECTORS.replace("MODEL", "{mlp: {hidden: [16], features: 8}}"))
    (problem,) = problems(VECTORS.replace("MODEL", "convnet"))
    assert problem.code == "HEB413"
    assert "mlp" in (problem.hint or "")


def test_a_signal_amid_a_package_is_no_fault_of_it(install: Install) -> None:
    stopped = "from hebbdsl.interrupts import Interrupted\nraise Interrupted(130)\n"
    install("odd-package", "[hebbdsl.outputs]\nodd = odd_package:Odd\n", stopped)
    with pytest.raises(Interrupted):
        usable_words(Output)
