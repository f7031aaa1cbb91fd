"""How often memories that grow are asked, and how much they hold then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hebbdsl.parts.classification import ClassificationFacts
from hebbdsl.parts.language import LanguageFacts
from hebbdsl.parts.searching import Searching
from hebbdsl.plan.nested import nested_memories
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.spec.checked import Path
from hebbdsl.spec.experiment import Training

if TYPE_CHECKING:
    from hebbdsl.parts.memory_output import MemoryOutput


@dataclass(frozen=True, slots=True)
class Shown:
    """What a memory is shown that remembers everything.

    Attributes:
        pairs: remembered at the end; of what is not known before it is read, none.
        queries: how often it is asked.
        comparisons: of queries with what was remembered when they were asked.
    """

    pairs: int
    queries: int
    comparisons: int


def searches(variant: VariantPlan) -> Iterator[tuple[Path, MemoryOutput, Searching]]:
    """Every memory that grows, where it stands, and its work as far as that is known."""
    setup, facts = variant.setup, variant.facts
    hidden = setup.model.activation_width
    for path, output in (
        (("output",), setup.output),
        (("evaluation", "output"), setup.evaluation.output),
    ):
        for place, memory in nested_memories(output, path):
            if memory.grows:
                if path == ("output",):
                    shown = shown_in_training(variant, memory.remembers_train)
                else:
                    shown = shown_at_test(facts, memory.remembers_train)
                work = Searching(
                    hidden=hidden,
                    pairs=shown.pairs,
                    queries=shown.queries,
                    products=shown.comparisons * hidden,
                )
                yield place, memory, work


def shown_in_training(variant: VariantPlan, remembers_train: bool) -> Shown:
    """By the longest run: its batches, the evaluations among them, and those at its end."""
    training, facts = variant.setup.training, variant.facts
    pairs = pairs_trained(training, facts, variant.steps)
    queries, comparisons = pairs, pairs * pairs // 2
    evaluations = variant.evaluations or 0
    if isinstance(facts, ClassificationFacts):
        asked = evaluations * _held_out(facts, training.evaluation_classes)
        return Shown(pairs, queries + asked, comparisons + asked * pairs // 2)
    assert isinstance(facts, LanguageFacts), "data is one or the other"
    asked, tested = evaluations * facts.asked_in_validation, sum(_read(facts))
    if remembers_train:
        comparisons += asked * pairs // 2 + tested * pairs
    else:
        in_streams = asked * facts.asked_in_validation // (2 * training.evaluation_streams)
        comparisons += in_streams + shown_at_test(facts, remembers_train).comparisons
    return Shown(pairs, queries + asked + tested, comparisons)


def shown_at_test(facts: object, remembers_train: bool) -> Shown:
    """To a memory of its own: the drawings of all classes; or each held-out text, word by word, or
    the train text before them."""
    if isinstance(facts, ClassificationFacts):
        pairs, queries = facts.classes * facts.train_drawings, _held_out(facts, None)
        return Shown(pairs, queries, pairs * queries)
    assert isinstance(facts, LanguageFacts), "data is one or the other"
    read = _read(facts)
    if remembers_train:
        pairs = facts.tokens.get("train", 0)
        return Shown(pairs, sum(read), pairs * sum(read))
    return Shown(read[1], sum(read), sum(count * count // 2 for count in read))


def drawings_shown(facts: object) -> int:
    """Training drawings that a memory which is added at test time is shown; of a text, none."""
    return shown_at_test(facts, False).pairs if isinstance(facts, ClassificationFacts) else 0


def words_asked(facts: LanguageFacts) -> int | None:
    """Of the longer held-out text, all words but the first; None: that is not known yet."""
    known = [facts.tokens[split] for split in ("validation", "test") if split in facts.tokens]
    return max(known) - 1 if known else None


def pairs_trained(training: Training, facts: object, steps: int | None) -> int:
    """Images or words that the longest run is trained on; 0: that is not known yet."""
    words = 1 if isinstance(facts, ClassificationFacts) else training.sequence_length
    return (steps or 0) * training.batch_size * words


def _read(facts: LanguageFacts) -> tuple[int, int]:
    """Words of the validation and of the test text; of what is not known before it is read, 0."""
    return facts.tokens.get("validation", 0), facts.tokens.get("test", 0)


def _held_out(facts: ClassificationFacts, limit: int | None) -> int:
    classes = facts.classes if limit is None else min(limit, facts.classes)
    return classes * (facts.test_drawings + facts.validation_drawings)
