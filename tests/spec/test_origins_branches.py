"""Places of which nothing was written."""

from __future__ import annotations

from dataclasses import dataclass

from hebbdsl.diagnostics.diagnostic import At, Related
from hebbdsl.source import Source, Span
from hebbdsl.spec.checked import Origin
from hebbdsl.spec.origins import resolve
from tests.diagnostics.odd import Odd

SPAN = Span(Source("s.yaml", "a: 1\n"), 3, 4)


@dataclass(frozen=True, kw_only=True)
class Beside(Odd):
    """A problem with other places of all kinds.

    Wrong:
        odd

    Right:
        even
    """

    @property
    def related(self) -> tuple[Related, ...]:
        return (
            Related(At.field("a", "inner"), "around"),
            Related(At.field("b"), "nowhere"),
            Related(SPAN, "there"),
        )


def test_another_place_of_which_nothing_was_written_is_left_out() -> None:
    found = resolve(Beside(place=At.field("b")), {("a",): Origin(SPAN, None)})
    assert found.place is None
    assert found.elsewhere == (Related(SPAN, "around"), Related(SPAN, "there"))
