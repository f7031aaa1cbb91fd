"""Of what the text could not be read of, nothing more is said."""

from __future__ import annotations

import pytest

from hebbdsl.source import Source, Span
from hebbdsl.spec.checker import examine
from hebbdsl.syntax.text_surface import parse_text
from tests.specs import GOOD_TEXT, with_sections


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("output {\n  hebbian =\n}\n", [("HEB151", "=")]),
        ("output { hebbian = (a = ) }\n", [("HEB151", "=")]),
        ("output { (b) = 1 }\n", [("HEB140", "(")]),
        ("output { 1 = 2, 3 = 4 }\n", [("HEB153", "1"), ("HEB153", "3")]),
        ("output { softmax {}, 3 = 4 }\n", [("HEB153", "3")]),
        ("hebbdsl\n", [("HEB151", "hebbdsl")]),
        (
            "data = omniglot(classes=)\nclaims = [newest_accuracy@10(main) > 0.1]\n",
            [("HEB151", "=")],
        ),
        # The same of a path into it, and of a section that a variant changes.
        (
            "training { optimizer = adam, 1 = 2 }\n"
            "variants { a { training.schedule.factor = 3 } }\n",
            [("HEB153", "1")],
        ),
        (
            "training =\nvariants { a { training { steps = 9 } }, b { training.steps = 0 } }\n",
            [("HEB151", "=")],
        ),
    ],
)
def test_a_fault_of_the_text_is_said_alone(fragment: str, expected: list[tuple[str, str]]) -> None:
    tree = parse_text(Source("s.hebb", with_sections(fragment, GOOD_TEXT)))
    problems = examine(tree).problems
    assert [(p.code, p.place.text) for p in problems if isinstance(p.place, Span)] == expected
