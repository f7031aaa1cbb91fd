"""What every problem has: a code, a place, a title, a label, a hint."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import field
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import ClassVar, Self, dataclass_transform, overload

from hebbdsl.frozen import frozen
from hebbdsl.source import Span

MOST_SHOWN = 100
"""Problems of one file that are shown."""


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"


@frozen
class At:
    """A place named by field path, from the root of the experiment or of the part that speaks.

    Parts know nothing of text: they refuse `At("channels")`, and the checker, which knows where
    each field was written, puts the span there. `key` asks for the field's name, not its value.
    """

    path: tuple[str | int, ...]
    key: bool = False

    @staticmethod
    def field(*path: str | int) -> At:
        return At(path)


Place = Span | At | str | None
"""Characters of a source, a field to be resolved to them, the path of a file, or nowhere."""


Second = Span | At | None
"""The other place of two that clash: a field, then the characters that wrote it."""


@frozen
class Related:
    """A second place that matters to a problem, with what is to be seen there."""

    place: Span | At
    label: str


_SENTENCES = ("title", "label", "hint", "takes", "fix")


@frozen
class Template:
    """A sentence with fields of its problem in braces, as `wording.sentence` reads them.

    Where one of them is None, nothing is said.
    """

    text: str

    @overload
    def __get__(self, problem: None, owner: type[Problem]) -> Self: ...
    @overload
    def __get__(self, problem: Problem, owner: type[Problem]) -> str | None: ...
    def __get__(self, problem: Problem | None, owner: type[Problem]) -> Self | str | None:
        if problem is None:
            return self
        from hebbdsl.diagnostics.wording import sentence  # what is sound needs no sentences

        return sentence(self.text, problem)


@frozen
class Also:
    """A second place as `related`: a field of the problem that may be None, and its label."""

    place: str | At
    label: str

    @overload
    def __get__(self, problem: None, owner: type[Problem]) -> Self: ...
    @overload
    def __get__(self, problem: Problem, owner: type[Problem]) -> tuple[Related, ...]: ...
    def __get__(self, problem: Problem | None, owner: type[Problem]) -> Self | tuple[Related, ...]:
        if problem is None:
            return self
        place = getattr(problem, self.place) if isinstance(self.place, str) else self.place
        label = Template(self.label).__get__(problem, owner) or ""
        return () if place is None else (Related(place, label),)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
@frozen(kw_only=True, slots=False)
class Problem(ABC):
    """One thing that is wrong. The docstring of each subclass is its page in `hebbdsl explain`.

    The page is a sentence, what to do, and two blocks headed *Wrong* and *Right* that run as tests.
    `title`, `label`, `hint` and `fix` are templates in class attributes (`wording.sentence` says
    what they may hold), or properties where a sentence needs a branch.

    Subclasses are frozen keyword-only dataclasses without saying so: each is made one when first
    it is needed, since a hundred of them would cost a good part of the time of `validate`.
    """

    code: ClassVar[str]
    severity: ClassVar[Severity] = Severity.ERROR
    exit_code: ClassVar[int] = 1

    place: Place
    resolved: tuple[Related, ...] | None = field(default=None, compare=False, repr=False)
    """What `related` says with its paths replaced by characters; set by `spec.origins.resolve`."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name in _SENTENCES:
            if isinstance(text := vars(cls).get(name), str):
                setattr(cls, name, Template(text))

    def __new__(cls, *_: object, **__: object) -> Self:
        for ancestor in () if "__dataclass_fields__" in vars(cls) else reversed(cls.__mro__):
            if issubclass(ancestor, Problem) and "__dataclass_fields__" not in vars(ancestor):
                frozen(kw_only=True, repr=False, slots=False)(ancestor)
        return super().__new__(cls)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code} at {self.place!r}: {self.title!r}>"

    @property
    @abstractmethod
    def title(self) -> str:
        """What is wrong, as one sentence that stands alone. Names of the language in backticks."""

    @property
    def label(self) -> str:
        """A few words under the caret."""
        return ""

    @property
    def hint(self) -> str | None:
        """The way out."""
        return None

    @property
    def fix(self) -> str | None:
        """What to write at `place` instead: editors offer it, `validate --fix` makes safe ones."""
        return None

    @property
    def fix_is_safe(self) -> bool:
        """Whether `fix`, if there is one, is beyond doubt what was meant: nobody need be asked."""
        return False

    @property
    def related(self) -> tuple[Related, ...]:
        """Other places that matter, as the problem states them."""
        return ()

    @property
    def elsewhere(self) -> tuple[Related, ...]:
        """The same as far as they have characters to show."""
        return self.related if self.resolved is None else self.resolved


class Rejected(Exception):
    """The end of a stage that found problems. Caught in one place, the command line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.code}: {p.title}" for p in self.problems))

    @property
    def exit_code(self) -> int:
        """The largest of the errors' exit codes: the run that failed outweighs a bad field."""
        return max((p.exit_code for p in self.problems if p.severity is Severity.ERROR), default=1)


class Problems:
    """Collects the problems of a stage, each said once."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}

    def add(self, problem: Problem) -> None:
        self._found.setdefault(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        if isinstance(problems, Problems):
            self._found |= problems._found  # whose hashes are known
            return
        for problem in problems:
            self.add(problem)

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self._found, key=_order))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def error_count(self) -> int:
        return sum(problem.severity is Severity.ERROR for problem in self._found)

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self if p.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(p for p in self if p.severity is Severity.WARNING)

    def raise_errors(self) -> None:
        """Raises: Rejected, with everything found, when one of it is an error."""
        if self.errors:
            raise Rejected(self)


def _order(problem: Problem) -> tuple[str, int, str]:
    place = problem.place
    if isinstance(place, Span):
        return place.source.name, place.start, problem.code
    return (place if isinstance(place, str) else ""), 0, problem.code


_NEAR = 0.6
"""Similarity, from 0 to 1, from which on a word is suggested."""

_LONGEST_WORD = 100
"""Characters of a word that is compared with others: no name of the language is near a longer one,
and the time grows with the square."""

_MOST_CHOICES = 200


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that `word` most likely means, or None when none is near enough to suggest."""
    if len(word) > _LONGEST_WORD:
        return None
    return _nearest(word.lower(), tuple(islice(choices, _MOST_CHOICES)))


@lru_cache(maxsize=1_000)  # a problem is asked for its hint and its fix, and in every format
def _nearest(word: str, choices: tuple[str, ...]) -> str | None:
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, word)
    best, found = _NEAR, None
    for choice in choices:
        if len(choice) > _LONGEST_WORD:
            continue
        matcher.set_seq2(choice.lower())
        # The first two are upper bounds of the third, and much faster.
        if matcher.real_quick_ratio() < best or matcher.quick_ratio() < best:
            continue
        score = matcher.ratio()
        if score > best or (found is None and score == best):
            best, found = score, choice
    return found
