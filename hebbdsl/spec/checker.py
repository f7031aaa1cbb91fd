"""Stage 3: a tree becomes typed setups, one for each variant, or problems with places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as AbstractMapping
from dataclasses import replace

from hebbdsl.diagnostics.diagnostic import Problem, Problems
from hebbdsl.frozen import frozen
from hebbdsl.parts.part import Curriculum, Dataset, Model, Output
from hebbdsl.source import Span
from hebbdsl.spec.changes import Change, changes_of, changes_set, composed, undone
from hebbdsl.spec.checked import Checked, Draft, Origin, Origins, Path, Sections, Variant
from hebbdsl.spec.experiment import (
    AS_TRAINED,
    MOST_VARIANTS,
    Evaluation,
    Experiment,
    Setup,
    Training,
)
from hebbdsl.spec.extending import EXTENDS, VARIANTS, Extended, Reading, extended, from_disk
from hebbdsl.spec.metric_checks import (
    UnknownVariant,
    baseline_problems,
    claim_problems,
    condition_problems,
)
from hebbdsl.spec.outcome import BAD
from hebbdsl.spec.overriding import Overriding
from hebbdsl.spec.reader import Allowance, Reader
from hebbdsl.spec.types import fields_of
from hebbdsl.spec.version import VERSION, version_problems
from hebbdsl.syntax.tree import Entry, Mapping, Node, Tree

ONLY = "main"
"""The name of the one variant of a spec that has no `variants`."""


@frozen
class Drafted:
    """What an examination leaves: problems, and every variant as far as it could be built.

    Attributes:
        head: the fields of the experiment, with the setup as written.
        origins: where those stand.
        extended: the spec with its parents.
    """

    problems: Problems
    drafts: tuple[Draft, ...]
    head: AbstractMapping[str, object]
    origins: Origins
    extended: Extended

    @property
    def baseline(self) -> str | None:
        """The variant that is named as such; None: the first is meant, or it was rejected."""
        named = self.head.get("baseline")
        return named if isinstance(named, str) else None

    def checked(self) -> Checked:
        """The experiment. Only when `problems` has no errors."""
        experiment = _built(self.head)
        variants: dict[str, Variant] = {}
        for draft in self.drafts:
            setup = draft.sections.complete()
            if setup is None:
                raise ValueError(f"{draft.name} is incomplete")
            variants[draft.name] = Variant(draft.name, setup, draft.origins)
        baseline = experiment.baseline or next(iter(variants))
        warnings = self.problems.warnings
        return Checked(experiment, variants, baseline, self.origins, warnings)


def check(tree: Tree, overrides: Sequence[str] = ()) -> Checked:
    """The experiment that a tree means. Raises: Rejected, with everything that is wrong."""
    drafted = examine(tree, overrides)
    drafted.problems.raise_errors()
    return drafted.checked()


def examine(tree: Tree, overrides: Sequence[str] = (), reading: Reading = from_disk) -> Drafted:
    """All that stage 3 has to say of a tree.

    Args:
        overrides: `path=value`, applied last.
        reading: how the specs are had that this one extends.
    """
    problems = Problems()
    problems.extend(tree.problems)
    whole = extended(tree, problems, reading)
    examination = _Examination(problems, any(one.root.lost for one in whole.trees))
    last = _settable(changes_set(overrides, problems), problems)
    head, drafts = examination.run(whole.root, last)
    origins: dict[Path, Origin] = {}
    for field in head.values():
        origins.update(field.reader.origins)
    if (version := whole.root.entry(VERSION)) is not None:
        origins[VERSION,] = Origin(version.value.span, version.key.span)
    found = Problems()
    kept = _without_packages(head["requires"], problems) if "requires" in head else problems
    found.extend(map(whole.noted, kept) if whole.parents else kept)
    return Drafted(
        found, drafts, {name: field.value for name, field in head.items()}, origins, whole
    )


@frozen
class _Field:
    """A field of the root that has been read, with what was found on the way."""

    value: object
    reader: Reader
    entry: Entry


class _Examination:
    """Reads each field of the root once, however many variants leave it as it is."""

    def __init__(self, problems: Problems, lost: bool) -> None:
        self.problems = problems
        self._lost = lost
        self._read: dict[int, _Field] = {}
        self._allowance = Allowance()

    def run(
        self, root: Mapping, last: tuple[Change, ...]
    ) -> tuple[AbstractMapping[str, _Field], tuple[Draft, ...]]:
        named = root.entry(VARIANTS)
        named_changes = named.value if named is not None else None
        alone = not isinstance(named_changes, Mapping) or not named_changes.entries
        whole = Overriding("", self.problems).apply(
            Experiment, root, last if alone else _head(last)
        )
        variants = whole.entry(VARIANTS)
        if not alone:
            whole = Overriding("", Problems()).apply(Experiment, whole, _setup(last))
            whole = _with_last(whole, _setup(last))
        if not self._lost or whole.entry(VERSION) is not None:
            self.problems.extend(version_problems(whole))
        head = self._fields(Experiment, whole)
        drafts = [self._draft(ONLY, head)] if alone else []
        if not alone and variants is not None and isinstance(variants.value, Mapping):
            setup = _of_setup(root)
            drafts.extend(
                self._variant(entry.key.text, setup, entry.value, _setup(last))
                for entry in variants.value.entries[:MOST_VARIANTS]
                if isinstance(entry.value, Mapping)
            )
        self.problems.extend(condition_problems(tuple(drafts)))
        self.problems.extend(_across(head, tuple(drafts), self._lost))
        return head, tuple(drafts)

    def _variant(
        self, name: str, setup: Mapping, written: Mapping, last: tuple[Change, ...]
    ) -> Draft:
        known = fields_of(Setup)
        changes: list[Change] = []
        for change in changes_of(written):
            step = change.path[0]
            if step.text in fields_of(Experiment) and step.text not in known:
                self.problems.add(NotOfSetup(place=step.span, field=step.text))
            else:
                changes.append(change)
        overriding = Overriding(name, self.problems)
        return self._draft(
            name, self._fields(Setup, overriding.apply(Setup, setup, (*changes, *last)))
        )

    def _fields(self, cls: type, root: Mapping) -> dict[str, _Field]:
        """The fields of the root; each entry is read once, however often it is asked for."""
        known = fields_of(cls)
        found: dict[str, _Field] = {}
        rest: list[Entry] = []
        for entry in root.entries:
            if entry.key.text == VERSION:
                continue
            if entry.key.text not in known:
                rest.append(entry)
                continue
            if (read := self._read.get(id(entry))) is None:
                name = entry.key.text
                reader = Reader(allowance=self._allowance)
                value = reader.value(known[name].type, entry.value, (name,), entry.key.span)
                read = self._read[id(entry)] = _Field(value, reader, entry)
                self.problems.extend(reader.problems)
            found[entry.key.text] = read
        written = {*found, VERSION, *(known if self._lost else ())}
        place = Span(root.span.source, root.span.start, root.span.start)
        Reader(self.problems).gaps(cls, "", tuple(rest), written, place)
        return found

    def _draft(self, name: str, found: AbstractMapping[str, _Field]) -> Draft:
        origins: dict[Path, Origin] = {}
        for field in fields_of(Setup):
            if field in found:
                origins.update(found[field].reader.origins)
        values = {field: found[field].value for field in fields_of(Setup) if field in found}
        return Draft(name, _sections(values, self._lost), origins)


def _across(
    head: AbstractMapping[str, _Field], drafts: tuple[Draft, ...], lost: bool
) -> Iterator[Problem]:
    """What no field shows alone: names of variants, metrics against curricula.

    Nothing is said of variants that could not be read.
    """
    by_name = {draft.name: draft for draft in drafts}
    unread: set[str] = set()
    if (variants := head.get(VARIANTS)) is not None:
        if not isinstance(variants.entry.value, Mapping):
            return
        unread = {entry.key.text for entry in variants.entry.value.entries} - set(by_name)
        lost = variants.entry.value.lost
    found: list[Problem] = []
    if (baseline := head.get("baseline")) is not None and isinstance(baseline.value, str):
        place = baseline.entry.value.span
        found.extend(baseline_problems(baseline.value, place, tuple(by_name)))
    if (claims := head.get("claims")) is not None:
        for scalar in claims.reader.expressions.values():
            found.extend(claim_problems(scalar, by_name))
    for problem in found:
        if not isinstance(problem, UnknownVariant) or not (lost or problem.written in unread):
            yield problem


def _without_packages(requires: _Field, problems: Problems) -> Iterable[Problem]:
    """The problems, with those of the packages that the spec requires.

    Where one is missing nothing is said of words that it may have brought.
    """
    from hebbdsl.spec.mismatches import UnknownWord
    from hebbdsl.spec.packages import clashing_words, missing_packages

    names = requires.value if isinstance(requires.value, tuple) else ()
    places = (requires.reader.origins["requires", i].value for i in range(len(names)))
    required = list(zip(names, places, strict=True))
    missing = [*missing_packages(required)]
    said = [one for one in problems if not (missing and isinstance(one, UnknownWord))]
    return [*said, *missing, *clashing_words(required)]


def _settable(changes: tuple[Change, ...], problems: Problems) -> tuple[Change, ...]:
    """The changes of `--set` that can still be made when the parents have been read."""
    for change in changes:
        if change.path[0].text == EXTENDS:
            problems.add(ExtendsLate(place=change.path[0].span))
    return tuple(change for change in changes if change.path[0].text != EXTENDS)


def _of_setup(root: Mapping) -> Mapping:
    known = fields_of(Setup)
    return replace(root, entries=tuple(e for e in root.entries if e.key.text in known))


def _with_last(root: Mapping, last: tuple[Change, ...]) -> Mapping:
    """`root` whose variants hold those of the last changes that they would undo.

    So the experiment, written down, means what it does with `--set`.
    """

    def mended(entry: Entry) -> Entry:
        if entry.key.text != VARIANTS or not isinstance(entry.value, Mapping):
            return entry
        named = tuple(Entry(e.key, _composed(e.value, last)) for e in entry.value.entries)
        return Entry(entry.key, Mapping(named, entry.value.span))

    return Mapping(tuple(map(mended, root.entries)), root.span) if last else root


def _composed(variant: Node, last: tuple[Change, ...]) -> Node:
    if not isinstance(variant, Mapping):
        return variant
    again = undone(Setup, variant, last)
    return composed(Setup, variant, again) if again else variant


def _head(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(c for c in changes if c.path[0].text not in fields_of(Setup))


def _setup(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(c for c in changes if c.path[0].text in fields_of(Setup))


def _sections(values: AbstractMapping[str, object], lost: bool) -> Sections:
    data, model, output = values.get("data"), values.get("model"), values.get("output")
    curriculum, training = values.get("curriculum"), values.get("training")
    evaluation = values.get("evaluation", AS_TRAINED)
    return Sections(
        data=data if isinstance(data, Dataset) else None,
        model=model if isinstance(model, Model) else None,
        output=output if isinstance(output, Output) else None,
        curriculum=curriculum if isinstance(curriculum, Curriculum) else None,
        training=training if isinstance(training, Training) else None,
        evaluation=evaluation if isinstance(evaluation, Evaluation) else None,
        no_curriculum=curriculum is None and not lost,
    )


def _built(head: AbstractMapping[str, object]) -> Experiment:
    if BAD in head.values():
        raise ValueError("the experiment is incomplete")
    return Experiment(hebbdsl=1, **head)  # type: ignore[arg-type]


class NotOfSetup(Problem):
    """A variant changes what belongs to the whole experiment.

    Variants change `data`, `model`, `output`, `curriculum` and `training`; seeds, claims and the
    like are the same for all of them.

    Wrong:
        variants:
          more: {seeds: 0..99}

    Right:
        seeds: 0..99
        variants:
          more: {}
    """

    code = "HEB212"
    field: str

    title = "a variant cannot change {field!q}"
    label = "belongs to the whole experiment"
    hint = "write {field!q} at the top of the spec"


class ExtendsLate(Problem):
    """`extends` stands where the parents have long been read: in `--set`.

    Which spec a spec extends is part of what it is.

    Wrong:
        hebbdsl show --set extends=other.yaml specs/omniglot_curriculum.yaml

    Right:
        hebbdsl show specs/omniglot_curriculum.yaml
    """

    code = "HEB235"
    title = "`--set` cannot change `extends`"
    label = "only in the file"
    hint = "write `extends` in the spec"
