"""No second list of metrics: names stand in their declarations and where values are computed."""

from __future__ import annotations

import ast
from pathlib import Path

from hebbdsl.expression.metrics import EVALUATION_VALUES, RUN_METRICS

PACKAGE = Path(__file__).parents[2] / "hebbdsl"
NAMES = {*EVALUATION_VALUES, *RUN_METRICS} - {
    "level",
    "classes",
    "tokens",
    "whole",
    "best",
    "epoch",
}
"""Those that are words of nothing else; `learning_rate` is a field too, and counts below."""
ALLOWED = {
    "expression/metrics.py": "declares them",
    "run/classification": "computes them",
    "run/language": "computes them",
    "run/loop.py": "computes what runs of both tasks have",
    "run/evaluating.py": "computes what is measured at test time",
    "run/progress.py": "says how a run ended",
    "comparison/curves.py": "draws one as the exponential that it is",
    "diagnostics/": "names examples in hints",
    "parts/adaptations/": "has a field `learning_rate`",
}


def literals(source: str) -> list[str]:
    nodes = ast.walk(ast.parse(source))
    texts = (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return [text for text in texts if text.partition("@")[0] in NAMES]


def test_metrics_are_named_only_where_they_are_declared_and_computed() -> None:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(tuple(ALLOWED)) and (said := literals(path.read_text("utf-8"))):
            found[name] = said
    assert found == {}


def test_a_name_elsewhere_is_found() -> None:
    assert literals('COSTS = ("peak_memory", "x")\nf"newest_accuracy@{age}"') == [
        "peak_memory",
        "newest_accuracy@",
    ]
