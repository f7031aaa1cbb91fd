"""What does not fit together in a variant, though each part is right by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hebbdsl.diagnostics.codes.across import OnOtherData
from hebbdsl.diagnostics.codes.plan import UnfitSubstitute
from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.parts.part import Dataset
from hebbdsl.spec.checked import Draft, Sections
from hebbdsl.spec.origins import resolve, span_of
from hebbdsl.vocabulary import WORDS

DATA = At.field("data")


def drafts_problems(drafts: Iterable[Draft]) -> Iterator[Problem]:
    """Everything that shapes, counts and the curriculum forbid, with the places where it stands.

    Sections that variants share, as written once, are set beside each other once.
    """
    asked: set[tuple[int, ...]] = set()
    for draft in drafts:
        one = draft.sections
        key = id(one.data), id(one.model), id(one.curriculum), id(one.training)
        if key not in asked:
            asked.add(key)
            yield from _draft_problems(draft)


def _draft_problems(draft: Draft) -> Iterator[Problem]:
    """Asks what can be asked of the sections that could be built.

    A data set that refuses its own fields has no facts, and is asked nothing.
    """
    data = draft.sections.data
    if data is None or any(data.refusals()):
        return
    found = {problem: resolve(problem, draft.origins) for problem in _clashes(draft.sections, data)}
    yield from found.values()
    substitute = data.substitute()
    if substitute is None or substitute.facts() == data.facts():
        return
    codes = {problem.code for problem in found}
    for problem in _clashes(draft.sections, substitute):
        if problem.code not in codes:
            resolved = resolve(problem, draft.origins)
            yield UnfitSubstitute(
                place=resolved.place, substitute=WORDS[type(substitute)], found=resolved
            )


def across_problems(drafts: Sequence[Draft], baseline: str | None) -> Iterator[Problem]:
    """Variants whose runs could never stand in one table. `baseline` None: the first of them."""
    named = {draft.name: draft for draft in drafts}
    reference = named.get(baseline or next(iter(named), ""))
    if reference is None or (data := reference.sections.data) is None:
        return
    for draft in drafts:
        other = draft.sections.data
        if other is None or other.same_content(data):
            continue
        yield OnOtherData(
            place=span_of(DATA, draft.origins),
            variant=draft.name,
            word=WORDS[type(other)],
            baseline=reference.name,
            reference=WORDS[type(data)],
            first=span_of(DATA, reference.origins),
        )


def _clashes(sections: Sections, data: Dataset) -> Iterator[Problem]:
    facts = data.facts()
    if sections.model is not None:
        yield from sections.model.shape_problems(facts.image)
    if sections.curriculum is not None:
        # Without a training section a batch of one asks for no more than the curriculum does.
        batch_size = sections.training.batch_size if sections.training is not None else 1
        yield from sections.curriculum.data_problems(facts, batch_size)
