"""The JSON Schema of an exported comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hebbdsl.run.limits import LARGEST_COUNT


def _closed(**properties: Any) -> dict[str, Any]:
    """An object with exactly these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _each(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


def _list(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}
_FLAG = {"type": "boolean"}
_COUNT = {"type": "integer", "minimum": 0, "maximum": LARGEST_COUNT}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_SCALE = {"enum": ["ratio", "difference"]}
_VERDICT = {"enum": ["holds", "fails", "undecided"]}
_BOUND = {"enum": ["", "≥", "≤"]}
_INTERVAL = _or_null({**_list(_or_null(_NUMBER)), "minItems": 2, "maxItems": 2})
_ESTIMATE = {"estimate": _or_null(_NUMBER), "interval": _INTERVAL, "bound": _or_null(_BOUND)}
_METHOD = {"enum": ["t", "sign_flips", None]}
_TEST = _closed(
    method=_METHOD,
    p=_or_null(_SHARE),
    p_corrected=_SHARE,
    bound=_FLAG,
    exact=_FLAG,
    decidable=_FLAG,
)
_CONTRAST = _closed(
    scale=_SCALE, seeds=_list(_COUNT), **_ESTIMATE, level=_SHARE, test=_or_null(_TEST)
)
_SUMMARY = _closed(
    mean=_NUMBER,
    bound=_BOUND,
    geometric_mean=_or_null(_NUMBER),
    interval=_INTERVAL,
    interval_of={"enum": ["mean", "geometric_mean"]},
    n=_COUNT,
    censored=_COUNT,
    per_seed=_each(_closed(value=_NUMBER, censored=_FLAG, cohorts=_or_null(_COUNT))),
    nats=_or_null(_NUMBER),
    tokens=_or_null(_COUNT),
    against_baseline=_or_null(_CONTRAST),
)
_CLAIM_COMPARISON = _closed(
    text=_TEXT,
    verdict=_VERDICT,
    scale=_SCALE,
    **_ESTIMATE,
    level=_SHARE,
    unit={"const": "seeds"},
    method=_METHOD,
    p=_or_null(_SHARE),
    p_corrected=_or_null(_SHARE),
    n=_COUNT,
    seeds=_list(_COUNT),
    reason=_TEXT,
)

COMPARISON_SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A comparison of hebbdsl runs",
    **_closed(
        version={"const": 1},
        experiment=_TEXT,
        baseline=_TEXT,
        data=_closed(word=_TEXT, substituted_for=_or_null(_TEXT)),
        metrics=_each(
            _closed(
                unit=_TEXT,
                scale=_SCALE,
                lower_is_better=_FLAG,
                tested=_FLAG,
                uniform=_or_null(_COUNT),
                beyond_uniform=_FLAG,
            )
        ),
        rows=_list(
            _closed(
                variant=_TEXT,
                seeds=_list(_COUNT),
                against=_TEXT,
                reads_labels=_FLAG,
                tuned=_TEXT,
                weights_of=_or_null(_TEXT),
                metrics=_each(_SUMMARY),
            )
        ),
        tests=_COUNT,
        claimed=_COUNT,
        differences=_list(_closed(path=_TEXT, values=_each(_or_null(_TEXT)))),
        claims=_list(
            _closed(
                text=_TEXT, verdict=_VERDICT, reason=_TEXT, comparisons=_list(_CLAIM_COMPARISON)
            )
        ),
        unfinished=_list(_closed(variant=_TEXT, seed=_COUNT, status=_TEXT)),
        missing=_list(_TEXT),
        mixed_environments=_list(_closed(key=_TEXT, variants=_each(_list(_TEXT)))),
        notes=_list(_TEXT),
    ),
}
