"""Comments that allow a warning: where they count, and what is said of those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from hebbdsl.diagnostics.catalogue import problems
from hebbdsl.lint.suppressions import ALLOWABLE, MOST, Suppressions
from hebbdsl.pipeline import inspect, load_plan, parse_tree
from hebbdsl.source import Source
from tests.specs import GOOD, codes_of

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))

TEXT = """\
hebbdsl 1
experiment minimal
data = omniglot(classes=100)
model = mlp
output = hebbian(T=1)  # allow HEB723: as a control
curriculum = growing(start=20, add=10, when=test_accuracy >= 0.5)
training {
  optimizer = adam
  steps = 2_000
}
"""


def with_output(output: str) -> str:
    """The minimal spec with other lines in the place of its output's."""
    return GOOD.replace("output: hebbian\n", output)


@pytest.mark.parametrize(
    "output",
    [
        "output:\n  hebbian: {T: 1}  # allow HEB723: a control\n",
        "output:\n  # allow HEB723: a control\n  hebbian: {T: 1}\n",
        "output:\n  # allow HEB723: a control,\n  # as agreed\n  hebbian: {T: 1}\n",
        "output:\n  hebbian:\n    gamma: 0.05\n    T: 1  # allow HEB723: a control\n",
        "# allow: HEB723: a control\noutput: {hebbian: {T: 1}}\n",
        "output: {hebbian: {T: 1, center_rate: 0.1}}  # allow HEB720, HEB723: a control\n",
        "# allow HEB720: one\n# allow HEB723: two\noutput: {hebbian: {T: 1, center_rate: 0.1}}\n",
    ],
)
def test_a_comment_beside_or_above_allows(output: str, tmp_path: Path) -> None:
    assert codes_of(with_output(output), tmp_path) == []


@pytest.mark.parametrize(
    ("output", "codes"),
    [
        ("output: {hebbian: {T: 1}}  # allow HEB723\n", ["HEB741"]),
        ("output: {hebbian: {T: 1}}  # allow HEB723:  \n", ["HEB741"]),
        ("output: {hebbian: {T: 1}}  # allow HEB799: why not\n", ["HEB723", "HEB742"]),
        ("output: {hebbian: {T: 1}}  # allow HEB7: why not\n", ["HEB723", "HEB742"]),
        ("output: {hebbian: {T: 2}}  # allow HEB301: why not\n", ["HEB743"]),
        ("output: {hebbian: {T: 2}}  # allow HEB744: why not\n", ["HEB743"]),
        ("output: {hebbian: {T: 2}}  # allow HEB723: no longer\n", ["HEB744"]),
        ("output: {hebbian: {T: 1}}  # allow HEB720, HEB723: half\n", ["HEB744"]),
        # A blank line, or another entry, stands between.
        ("# allow HEB723: far\n\noutput: {hebbian: {T: 1}}\n", ["HEB744", "HEB723"]),
        ("output:  # allow HEB723: above\n  hebbian: {T: 1}\n", ["HEB744", "HEB723"]),
        # Not meant as one.
        ("output: {hebbian: {T: 2}}  # allow large rows, as HEB723 says\n", []),
        ("output: {hebbian: {T: 2}}  # the tests allow HEB723\n", []),
    ],
)
def test_comments_that_do_not(output: str, codes: list[str], tmp_path: Path) -> None:
    assert codes_of(with_output(output), tmp_path) == codes


def test_errors_are_never_allowed(tmp_path: Path) -> None:
    wrong = "output: {hebbian: {gama: 1}}  # allow HEB201: why not\n"
    assert codes_of(with_output(wrong), tmp_path) == ["HEB201"]


def test_both_surfaces(tmp_path: Path) -> None:
    path = tmp_path / "spec.hebb"
    path.write_text(TEXT, encoding="utf-8")
    assert [p.code for p in inspect(path)] == []
    path.write_text(TEXT.replace("HEB723: as", "HEB720: as"), encoding="utf-8")
    assert [p.code for p in inspect(path)] == ["HEB723", "HEB744"]


def test_the_comments_of_a_parent_count_in_it_alone(tmp_path: Path) -> None:
    parent, child = tmp_path / "parent.yaml", tmp_path / "child.yaml"
    parent.write_text(
        with_output("output: {hebbian: {T: 1}}  # allow HEB723: a control\n"), encoding="utf-8"
    )
    child.write_text("hebbdsl: 1\nextends: parent.yaml\nexperiment: child\n", encoding="utf-8")
    assert [p.code for p in inspect(child)] == []
    child.write_text(
        "hebbdsl: 1\nextends: parent.yaml\nexperiment: child\noutput: hebbian\n", encoding="utf-8"
    )
    assert [p.code for p in inspect(child)] == []  # what the parent allows is the parent's matter
    child.write_text(
        "hebbdsl: 1\nextends: parent.yaml\nexperiment: child\n# allow HEB723: far away\n",
        encoding="utf-8",
    )
    assert [p.code for p in inspect(child)] == ["HEB744"]


def test_a_change_from_outside_leaves_comments_alone(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(
        with_output("output: {hebbian: {T: 1}}  # allow HEB723: a control\n"), encoding="utf-8"
    )
    assert [p.code for p in inspect(path, ["output.T=5"])] == []
    assert [p.code for p in inspect(path, ["output.T=0", "output.T=1"])] == ["HEB723"]


def test_a_plan_keeps_its_warnings(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(GOOD.replace("output: hebbian", "output: {hebbian: {T: 1}}"), encoding="utf-8")
    assert [p.code for p in load_plan(path).checked.warnings] == ["HEB723"]


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_shipped_specs_have_no_warnings_but_those_they_give_reasons_for(
    spec: Path, tmp_path: Path
) -> None:
    assert list(inspect(spec)) == []
    text = spec.read_text(encoding="utf-8")
    bare = tmp_path / spec.name
    bare.write_text(text.replace("# allow HEB", "# see HEB"), encoding="utf-8")
    assert len(inspect(bare)) == text.count("# allow HEB")


def test_there_are_shipped_specs_with_reasons() -> None:
    assert sum("# allow HEB" in spec.read_text(encoding="utf-8") for spec in SPECS) >= 2


def test_what_can_be_allowed_are_the_codes_of_the_rules() -> None:
    codes = {problem.code for problem in problems()}
    rules = {code for code in codes if code > "HEB700" and not "HEB740" < code < "HEB750"}
    assert rules == ALLOWABLE


def test_a_comment_may_explain_itself_over_lines_but_not_without_end(tmp_path: Path) -> None:
    """Reading takes time in proportion to the comments, however they follow one another."""
    for lines, codes in ((50, []), (500, ["HEB744", "HEB723"])):
        more = "  # and so on\n" * lines
        output = f"output:\n  # allow HEB723: a control\n{more}  hebbian: {{T: 1}}\n"
        assert codes_of(with_output(output), tmp_path) == codes


def test_more_codes_than_anybody_writes_count_for_nothing() -> None:
    many = GOOD + "# allow HEB723: nothing\n" * (MOST + 50)
    allowances = Suppressions(parse_tree(Source("spec.yaml", many)))
    assert len(list(allowances.problems(unused=True))) == MOST
