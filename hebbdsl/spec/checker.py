"""Stage 3: a tree becomes typed setups, one for each variant, or problems with places."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from dataclasses import dataclass

from hebbdsl.diagnostics.codes.changes import NotOfSetup
from hebbdsl.diagnostics.codes.names import NoVersion
from hebbdsl.diagnostics.codes.values import OtherVersion
from hebbdsl.diagnostics.diagnostic import Problems
from hebbdsl.parts.part import Curriculum, Dataset, Model, Output
from hebbdsl.source import Span
from hebbdsl.spec.changes import Change, changes_of, changes_set
from hebbdsl.spec.checked import Checked, Draft, Origin, Path, Sections, Variant
from hebbdsl.spec.claims import baseline_problems, claim_problems, condition_problems
from hebbdsl.spec.experiment import Experiment, Setup, Training
from hebbdsl.spec.outcome import BAD
from hebbdsl.spec.reader import Reader
from hebbdsl.spec.types import fields_of
from hebbdsl.spec.variants import Overriding
from hebbdsl.syntax.tree import Broken, Entry, Mapping, Scalar, Tree

ONLY = "main"
"""The name of the one variant of a spec that has no `variants`."""

_VERSION = "hebbdsl"


@dataclass(frozen=True, slots=True)
class Drafted:
    """What an examination leaves: problems, and every variant as far as it could be built."""

    problems: Problems
    drafts: tuple[Draft, ...]
    head: AbstractMapping[str, object]

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
        return Checked(experiment, variants, baseline, self.problems.warnings)


def examine(tree: Tree, overrides: Sequence[str] = ()) -> Drafted:
    """All that stage 3 has to say of a tree. `overrides` are `path=value`, applied last."""
    problems = Problems()
    problems.extend(tree.problems)
    examination = _Examination(problems)
    return examination.run(tree.root, changes_set(overrides, problems))


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of the root that has been read, with what was found on the way."""

    value: object
    reader: Reader
    entry: Entry


class _Examination:
    """Reads each field of the root once, however many variants leave it as it is."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self._read: dict[int, _Field] = {}

    def run(self, root: Mapping, last: tuple[Change, ...]) -> Drafted:
        named = root.entry("variants")
        named_changes = named.value if named is not None else None
        alone = not isinstance(named_changes, Mapping) or not named_changes.entries
        whole = Overriding("", self.problems).apply(
            Experiment, root, last if alone else _head(last)
        )
        if not alone:
            whole = Overriding("", Problems()).apply(Experiment, whole, _setup(last))
        self._version(whole)
        head = self._fields(Experiment, whole)
        drafts = [self._draft(ONLY, head)] if alone else []
        variants = whole.entry("variants")
        if not alone and variants is not None and isinstance(variants.value, Mapping):
            drafts.extend(
                self._variant(entry.key.text, root, entry.value, _setup(last))
                for entry in variants.value.entries
                if isinstance(entry.value, Mapping)
            )
        self._across(head, tuple(drafts))
        found = {name: field.value for name, field in head.items()}
        return Drafted(self.problems, tuple(drafts), found)

    def _variant(
        self, name: str, root: Mapping, written: Mapping, last: tuple[Change, ...]
    ) -> Draft:
        known = fields_of(Setup)
        setup = Mapping(tuple(e for e in root.entries if e.key.text in known), root.span)
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
            if entry.key.text == _VERSION:
                continue
            if entry.key.text not in known:
                rest.append(entry)
                continue
            if (read := self._read.get(id(entry))) is None:
                name = entry.key.text
                reader = Reader()
                value = reader.value(known[name].type, entry.value, (name,), entry.key.span)
                read = self._read[id(entry)] = _Field(value, reader, entry)
                self.problems.extend(reader.problems)
            found[entry.key.text] = read
        place = Span(root.span.source, root.span.start, root.span.start)
        written = {entry.key.text for entry in root.entries} | {_VERSION}
        Reader(self.problems).gaps(cls, "", tuple(rest), written, place)
        return found

    def _draft(self, name: str, found: AbstractMapping[str, _Field]) -> Draft:
        origins: dict[Path, Origin] = {}
        for field in fields_of(Setup):
            if field in found:
                origins.update(found[field].reader.origins)
        values = {field: found[field].value for field in fields_of(Setup) if field in found}
        return Draft(name, _sections(values), origins)

    def _version(self, root: Mapping) -> None:
        entry = root.entry(_VERSION)
        if entry is None:
            place = Span(root.span.source, root.span.start, root.span.start)
            self.problems.add(NoVersion(place=place))
        elif isinstance(entry.value, Broken):
            return
        elif not isinstance(entry.value, Scalar) or entry.value.quoted or entry.value.text != "1":
            value = entry.value
            plain = isinstance(value, Scalar) and not value.missing
            place = value.span if plain else entry.key.span
            written = value.span.text if plain else "nothing"
            self.problems.add(OtherVersion(place=place, written=written))

    def _across(self, head: AbstractMapping[str, _Field], drafts: tuple[Draft, ...]) -> None:
        """What no field shows alone: names of variants, metrics against curricula."""
        by_name = {draft.name: draft for draft in drafts}
        self.problems.extend(condition_problems(drafts))
        if (baseline := head.get("baseline")) is not None and isinstance(baseline.value, str):
            node = baseline.entry.value
            self.problems.extend(baseline_problems(baseline.value, node.span, tuple(by_name)))
        if (claims := head.get("claims")) is not None:
            for scalar in claims.reader.expressions.values():
                self.problems.extend(claim_problems(scalar, by_name))


def _head(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(c for c in changes if c.path[0].text not in fields_of(Setup))


def _setup(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(c for c in changes if c.path[0].text in fields_of(Setup))


def _sections(values: AbstractMapping[str, object]) -> Sections:
    data, model, output = values.get("data"), values.get("model"), values.get("output")
    curriculum, training = values.get("curriculum"), values.get("training")
    return Sections(
        data=data if isinstance(data, Dataset) else None,
        model=model if isinstance(model, Model) else None,
        output=output if isinstance(output, Output) else None,
        curriculum=curriculum if isinstance(curriculum, Curriculum) else None,
        training=training if isinstance(training, Training) else None,
    )


def _built(head: AbstractMapping[str, object]) -> Experiment:
    if BAD in head.values():
        raise ValueError("the experiment is incomplete")
    return Experiment(hebbdsl=1, **head)  # type: ignore[arg-type]
