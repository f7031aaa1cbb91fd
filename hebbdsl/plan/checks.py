"""What does not fit together in a variant, though each part is right by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Related
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.parts.part import Dataset, Model
from hebbdsl.plan.test_time_checks import test_time_problems
from hebbdsl.source import Span
from hebbdsl.spec.checked import Draft, Sections
from hebbdsl.spec.origins import resolve, span_of
from hebbdsl.vocabulary import usable_words, word_of

DATA = At.field("data")


def drafts_problems(drafts: Iterable[Draft]) -> Iterator[Problem]:
    """Everything that shapes, counts and the curriculum forbid, with the places where it stands.

    Sections that variants share, as written once, are set beside each other once.
    """
    asked: set[tuple[int, ...]] = set()
    for draft in drafts:
        one = draft.sections
        sections = one.data, one.model, one.output, one.curriculum, one.training, one.evaluation
        key = tuple(map(id, sections))
        if key not in asked:
            asked.add(key)
            yield from _draft_problems(draft)


def _draft_problems(draft: Draft) -> Iterator[Problem]:
    """Asks what can be asked of the sections that could be built.

    A data set that refuses its own fields has no facts, and is asked nothing.
    """
    data = draft.sections.data
    if data is None or any(data.errors()):
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
                place=resolved.place, substitute=word_of(substitute), found=resolved
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
            word=word_of(other),
            baseline=reference.name,
            reference=word_of(data),
            first=span_of(DATA, reference.origins),
        )


def _clashes(sections: Sections, data: Dataset) -> Iterator[Problem]:
    model = sections.model
    if model is not None and not model.suits(data.task):
        yield ReadsOther(
            place=At(("model",)),
            model=word_of(model),
            reads=model.task.holds,
            data=word_of(data),
            holds=data.task.holds,
            known=tuple(word for word, cls in usable_words(Model).items() if cls.suits(data.task)),
        )
    yield from test_time_problems(sections, data)
    yield from data.task.plan_class.problems(sections, data)


class ReadsOther(Problem):
    """A model of images is given text, or a model of words images.

    `convnet` and `mlp` read images; `lstm`, `gru` and `transformer` read the words of a text.

    Wrong:
        data: stdlib_docs
        model: mlp
        curriculum: null

    Right:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: softmax
    """

    code = "HEB413"
    model: str
    reads: str
    data: str
    holds: str
    known: tuple[str, ...]

    title = "{model!q} reads {reads}, and {data!q} holds {holds}"
    label = "reads {reads}"

    @property
    def hint(self) -> str:
        return f"models that read {self.holds}: {', '.join(self.known)}"

    related = Also(DATA, "holds {holds}")


class UnfitSubstitute(Problem):
    """The curriculum fits the data set, but not the one that would stand in for it.

    With `fallback`, another data set is used when the first can't be had, and the experiment has
    to be sound on both. Where `classes` is not given, each data set brings all of its own: give
    `classes`, or leave `fallback` out.

    Wrong:
        data:
          omniglot: {alphabets: [Greek], fallback: glyphs}
        curriculum:
          growing: {start: 22, add: 2, when: test_accuracy >= 0.6, newest_share: 0.5}
        training: {optimizer: adam, batch_size: 40, steps: 100}

    Right:
        data:
          omniglot: {alphabets: [Greek], classes: 24, fallback: glyphs}
        curriculum:
          growing: {start: 22, add: 2, when: test_accuracy >= 0.6, newest_share: 0.5}
        training: {optimizer: adam, batch_size: 40, steps: 100}
    """

    code = "HEB410"
    substitute: str
    found: Problem

    title = "with `{substitute}` standing in for the data, {found.title}"
    label = "{found.label}"
    hint = "{found.hint}"

    @property
    def related(self) -> tuple[Related, ...]:
        return self.found.related


class OnOtherData(Problem):
    """A variant is trained on other data than the baseline.

    Nothing can be compared then: what differs is the data as much as the setup, and `compare` would
    refuse the runs (HEB601) after all have been trained. How many classes take part, how large
    images are and how they are split may differ. A text must be cut into the same words: with a
    smaller vocabulary more of them are `<unk>`, which is easy to foretell. Write a spec for each
    data set, or choose one for all variants with `--set data=…`.

    Wrong:
        variants:
          real: {}
          rendered: {data: {glyphs: {classes: 100}}}

    Right:
        data:
          glyphs: {classes: 100}
        variants:
          many: {}
          few: {data.classes: 50}
    """

    code = "HEB411"
    variant: str
    word: str
    baseline: str
    reference: str
    first: Span | None

    @property
    def title(self) -> str:
        baseline = f"the baseline {quoted(self.baseline)}"
        if self.word == self.reference:
            said = f"another {quoted(self.word)} than {baseline}"
        else:
            said = f"{quoted(self.word)}, {baseline} on {quoted(self.reference)}"
        return f"{quoted(self.variant)} is trained on {said}"

    label = "can't be compared"
    hint = "write a spec for each data set, or choose one for all with `--set data=…`"
    related = Also("first", "data of the baseline")
