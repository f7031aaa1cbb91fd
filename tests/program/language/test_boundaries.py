"""What is remembered of a held-out text, cleared where an article begins."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from hebbdsl.parts.adaptations.dynamic_evaluation.spec import DynamicEvaluation
from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
from hebbdsl.parts.datasets.wikitext import Wikitext
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.outputs.trained.spec import Trained
from hebbdsl.program.language import evaluation as module
from hebbdsl.program.language.evaluation import StoredText, passages, score_at_test
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.program.test_time import at_test, weights_kept
from hebbdsl.program.tuning import tune
from hebbdsl.spec.experiment import Evaluation
from tests import words

CACHE = Mixture(experts=(Trained(), Cache(size=50)), weights=(0.5, 0.5))
STARTS = (0, 60, 61 + 5, 130)
"""Where titles are put into each held-out text: two of them next to one another."""


def content() -> CorpusContent:
    """`w0` stands for `=`, and `w1` for `<eos>`."""
    plain = words.content()
    splits = {"train": plain.splits["train"]}
    for split in ("validation", "test"):
        tokens = np.maximum(plain.splits[split], 2)
        for start in STARTS:
            before = [1] if start else []
            line = np.array([*before, 0, 5, 0, 1], np.int32)
            begin = start - len(before)
            tokens[begin : begin + len(line)] = line
        splits[split] = tokens
    return replace(plain, words=["=", "<eos>", *plain.words[2:]], splits=splits)


def program(evaluation: Evaluation) -> LanguageProgram:
    setup = replace(words.setup(), data=Wikitext(), output=Softmax(), evaluation=evaluation)
    return words.program(setup, text=content())


def said(of: LanguageProgram) -> tuple[Tensor, Tensor]:
    """Log-probabilities of the test words, and activations there."""
    at, found, h = at_test(of), list[Tensor](), list[Tensor]()
    if at.adapter is not None and at.adapter.training_batches:
        module.gather_gradients(of, at.adapter)
    with weights_kept(of), torch.no_grad():
        for passage in passages(of, "test", at):
            at.give(passage.trained, passage.entropies)
            found.append(at.output.score_text(passage.h, passage.labels, words.WORDS))
            h.append(passage.h)
    return torch.cat(found)[:, 0], torch.cat(h)


@pytest.mark.parametrize(
    "evaluation",
    [
        Evaluation(output=CACHE),
        Evaluation(adaptation=Mbpa(size=40, learning_rate=1.0)),
        Evaluation(output=CACHE, adaptation=Mbpa(size=40, learning_rate=1.0)),
    ],
)
@pytest.mark.parametrize("block", [7, 1_024])
def test_each_article_is_read_as_if_nothing_stood_before_it(
    evaluation: Evaluation, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    monkeypatch.setattr(module, "_READ", 3)
    cleared = program(replace(evaluation, boundary="articles"))
    found, h = said(cleared)
    kept, other = said(program(evaluation))
    assert torch.allclose(h, other, atol=1e-6)
    labels = torch.from_numpy(content().splits["test"][1:].astype(np.int64))[:, None]
    # The first title's first sign is the first word of the text, which is not asked for.
    ends = [0, *(start - 1 for start in STARTS[1:]), len(labels)]
    at = at_test(cleared)
    for begin, end in pairwise(ends):
        at.clear_memory()
        alone = at.output.score_text(h[begin:end], labels[begin:end], words.WORDS)[:, 0]
        assert torch.allclose(found[begin:end], alone, atol=1e-5)
    assert torch.allclose(found[: ends[1]], kept[: ends[1]], atol=1e-5)
    assert not torch.allclose(found[ends[1] :], kept[ends[1] :], atol=1e-3)


def test_an_adaptation_of_weights_is_not_cleared_but_its_memory_is() -> None:
    dynamic = Evaluation(
        output=CACHE,
        adaptation=DynamicEvaluation(segment_length=9, training_batches=3),
        boundary="articles",
    )
    first, second = said(program(dynamic))[0], said(program(dynamic))[0]
    assert torch.equal(first, second)
    assert len(first) == len(content().splits["test"]) - 1


def test_what_is_tuned_is_cleared_too() -> None:
    tuned = Mixture(experts=(Trained(), Cache(size=50, theta="tuned")), weights="tuned")
    for adaptation in (None, Mbpa(size=30, learning_rate="tuned")):
        one = program(Evaluation(output=tuned, adaptation=adaptation, boundary="articles"))
        at = at_test(one)
        stored = StoredText(one, at)
        tune(at, stored)
        best = stored.scored(at.output.score_stored(stored)).loss()
        assert score_at_test(one, "validation", at).loss() == pytest.approx(best, abs=1e-5)
