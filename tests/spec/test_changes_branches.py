"""Far more changes than there are fields: every fault is said once, and nothing is compared."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hebbdsl.source import Source, Span
from hebbdsl.spec import changes
from hebbdsl.spec.changes import Change
from hebbdsl.spec.checker import examine
from hebbdsl.syntax.yaml import parse_yaml
from tests.specs import with_sections

MANY = [f"x{number}" for number in range(1_100)]
FEW = MANY[:30]


def faults(names: list[str], variants: Callable[[str], str], *overrides: str) -> list[str]:
    """The characters that problems point at, of a spec with those fields that there are not."""
    written = ", ".join(f"{name}: 1" for name in names)
    tree = parse_yaml(Source("s.yaml", with_sections(variants(written))))
    problems = examine(tree, overrides).problems
    assert {problem.code for problem in problems} == {"HEB201"}
    return [problem.place.text for problem in problems if isinstance(problem.place, Span)]


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One item for each two changes that are compared."""
    found: list[None] = []
    begins = changes._begins

    def counted(change: Change, other: Change) -> bool:
        found.append(None)
        return begins(change, other)

    monkeypatch.setattr(changes, "_begins", counted)
    return found


@pytest.mark.parametrize(
    ("variants", "overrides"),
    [
        ("variants: {{a: {{{0}}}}}\n".format, ("training.steps=3",)),
        ("variants: {{a: {{training: {{{0}}}}}}}\nvariants.a.output: softmax\n".format, ()),
    ],
)
def test_each_fault_is_said_once(
    variants: Callable[[str], str], overrides: tuple[str, ...], compared: list[None]
) -> None:
    assert faults(FEW, variants, *overrides) == FEW
    assert len(compared) >= len(FEW), "the counter-test: a few are compared"
    compared.clear()
    assert faults(MANY, variants, *overrides) == MANY
    assert compared == []
