"""`--set` with any path and value is applied or refused, in both surfaces."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hebbdsl.diagnostics.render import render_text
from hebbdsl.pipeline import inspect
from tests.fuzz.corpus import seedlings
from tests.fuzz.mutator import LIMITS, Seedling
from tests.sampling import examples

SPECS = [one for one in seedlings() if one.name == "omniglot_curriculum"]
VALUES = st.one_of(st.text(max_size=30), st.sampled_from(LIMITS))


@pytest.mark.parametrize("spec", SPECS, ids=lambda one: one.ending)
@settings(max_examples=examples(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    value=VALUES,
    data=st.data(),
)
def test_any_change(
    spec: Seedling, tmp_path: Path, path: str, value: str, data: st.DataObject
) -> None:
    file = tmp_path / f"spec{spec.ending}"
    file.write_text(spec.text, encoding="utf-8")
    field = data.draw(
        st.sampled_from(["output.gamma", "training", "seeds", "variants.hebbian", ""])
    )
    for text in (f"{path}={value}", f"output.{path}={value}", f"{field}={value}", value):
        problems = inspect(file, [text])
        assert render_text(problems) or not len(problems)
        assert max((problem.exit_code for problem in problems.errors), default=0) in (0, 1)
