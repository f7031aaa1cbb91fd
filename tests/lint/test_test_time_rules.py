"""Claims that set what reads test labels against what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.specs import codes_of, problems_of, with_sections

TEXT = """\
data: stdlib_docs
model: {lstm: {hidden: [8], embedding: 8}}
output: softmax
curriculum: null
training: {optimizer: adam, epochs: 1}
variants:
  softmax: {}
  hebbian: {output: hebbian}
  cache: {evaluation.output: {mixture: {experts: [trained, cache]}}}
  trained_cache: {output: {mixture: {experts: [softmax, cache]}}}
  mbpa: {evaluation.adaptation: mbpa}
  as_it_is: {evaluation.output: trained}
  train: {evaluation.output: {mixture: {experts: [trained, {nearest: {datastore: train}}]}}}
  nearest: {evaluation.output: {mixture: {experts: [trained, nearest]}}}
claims:
  - CLAIM
"""


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("test_perplexity(hebbian) < test_perplexity(softmax)", False),
        ("test_perplexity(mbpa) < test_perplexity(cache)", False),
        ("test_perplexity(cache) < 90", False),
        ("test_perplexity(train) < test_perplexity(softmax)", False),
        ("test_perplexity(nearest) < test_perplexity(train)", True),
        ("test_perplexity(softmax) > test_perplexity(cache)", True),
        ("test_perplexity(mbpa) < 0.9 * test_perplexity(softmax)", True),
        ("test_perplexity(trained_cache) < test_perplexity(softmax)", True),
        ("validation_perplexity(cache) - test_perplexity(softmax) < 0", True),
        ("test_perplexity(cache) < 90 and test_perplexity(softmax) < 100", False),
        ("test_perplexity(cache) < 90 or test_perplexity(softmax) > test_perplexity(mbpa)", True),
        ("memory_at_test(cache) < 2 * memory_at_test(softmax)", False),
    ],
)
def test_claims(claim: str, found: bool, tmp_path: Path) -> None:
    spec = with_sections(TEXT.replace("CLAIM", claim))
    assert ("HEB755" in codes_of(spec, tmp_path)) is found


def test_it_names_both_sides_and_is_allowed_with_a_reason(tmp_path: Path) -> None:
    claim = "test_perplexity(cache) < test_perplexity(softmax)"
    spec = with_sections(TEXT.replace("CLAIM", claim))
    (problem,) = (one for one in problems_of(spec, tmp_path) if one.code == "HEB755")
    title = "`cache` reads the test labels that have passed, `softmax` does not"
    assert problem.title == title
    assert problem.place is not None
    several = "test_perplexity(cache) + test_perplexity(mbpa) < test_perplexity(softmax)"
    spec = with_sections(TEXT.replace("CLAIM", several))
    (problem,) = (one for one in problems_of(spec, tmp_path) if one.code == "HEB755")
    assert problem.title.startswith("`cache` and `mbpa` read the test labels")
    allowed = TEXT.replace(
        "  - CLAIM", f"  # allow HEB755: what the cache adds is the question\n  - {claim}"
    )
    assert "HEB755" not in codes_of(with_sections(allowed), tmp_path)


def test_of_pictures_nothing_reads_labels(tmp_path: Path) -> None:
    spec = """\
variants:
  hebbian: {}
  # allow HEB703: a cache has no rows
  cache: {output: cache}
claims:
  - final_test_accuracy(cache) > final_test_accuracy(hebbian)
"""
    assert "HEB755" not in codes_of(with_sections(spec), tmp_path)
