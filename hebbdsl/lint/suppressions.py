"""Comments that allow a warning on their line: `# allow HEB701: why it is in order`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING

from hebbdsl.diagnostics.codes import CODES, stage_of
from hebbdsl.diagnostics.diagnostic import Problem, Rejected, Severity
from hebbdsl.diagnostics.wording import quoted, suggestion
from hebbdsl.source import Source, Span
from hebbdsl.syntax.reading import ENDINGS
from hebbdsl.syntax.surfaces import parse_tree
from hebbdsl.syntax.tree import Tree

if TYPE_CHECKING:
    from hebbdsl.syntax.comments import Comment

_CODE = re.compile(r"(?:HEB|[A-Z]{2,12}[0-9]{3})\w*")
_ALLOW = re.compile(
    rf"#\s*allow:?\s+(?P<codes>{_CODE.pattern}(?:[\s,]+{_CODE.pattern})*)\s*(?::(?P<reason>.*))?"
)


ALLOWABLE = frozenset(
    code
    for code, place in CODES.items()
    if stage_of(code) == "7" and not place.startswith(f"{__name__}:")
)
"""The codes of all rules, those of comments apart: a reason may settle what they say."""


def is_allowable(code: str) -> bool:
    """Whether a comment may allow the code; of those of packages, codes of stage 7."""
    return code in ALLOWABLE or (code not in CODES and stage_of(code) == "7")


MOST = 1_000
"""Codes that the comments of a file may allow; what is written after them counts for nothing."""


_FARTHEST = 100
"""Comments that may stand between one that allows and the entry that is meant."""


@dataclass(slots=True)
class _Comments:
    """What the comments of one source say.

    Attributes:
        allowed: by the line of the entries that are meant and the code, where that is written.
        problems: with the comments themselves.
        used: keys of `allowed` for which there was something to allow.
    """

    allowed: defaultdict[tuple[int, str], list[Span]] = field(
        default_factory=lambda: defaultdict(list)
    )
    problems: list[Problem] = field(default_factory=list)
    used: set[tuple[int, str]] = field(default_factory=set)


class Suppressions:
    """The comments of a spec and of those it extends, read where a problem stands in them."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._found: dict[Source, _Comments] = {}

    def allow(self, problem: Problem) -> bool:
        """Whether a comment allows the problem. One without a reason does; it is said itself."""
        place = problem.place
        if not isinstance(place, Span) or not is_allowable(problem.code):
            return False
        comments = self._comments(place.source)
        key = place.source.position(place.start)[0], problem.code
        if key not in comments.allowed:
            return False
        comments.used.add(key)
        return True

    def problems(self, unused: bool) -> Iterator[Problem]:
        """What is wrong with the spec's own comments; `unused`: also those that allow nothing."""
        comments = self._comments(self._tree.source)
        yield from comments.problems
        for key, places in comments.allowed.items() if unused else ():
            if key not in comments.used:
                yield from (NothingToAllow(place=place, written=key[1]) for place in places)

    def _comments(self, source: Source) -> _Comments:
        if source not in self._found:
            self._found[source] = _read(self._comments_in(source))
        return self._found[source]

    def _comments_in(self, source: Source) -> Sequence[Comment]:
        if _ALLOW.search(source.text) is None:
            return ()
        from hebbdsl.syntax.comments import comments_of

        if source is self._tree.source:
            return comments_of(self._tree)
        if PurePath(source.name).suffix.lower() not in ENDINGS:
            return ()  # the value of an option
        try:
            return comments_of(parse_tree(source))
        except Rejected:  # its problems were said when it was read
            return ()


def _read(comments: Sequence[Comment]) -> _Comments:
    found, codes = _Comments(), 0
    for index, comment in enumerate(comments):
        written = _ALLOW.match(comment.span.text)
        if written is None:
            continue
        source, start = comment.span.source, comment.span.start
        places = [
            Span(source, start + code.start(), start + code.end())
            for code in islice(
                _CODE.finditer(comment.span.text, *written.span("codes")), MOST - codes
            )
        ]
        if not (written["reason"] or "").strip():
            shown = tuple(place.text for place in places[:3])
            found.problems.append(NoReason(place=comment.span, codes=shown))
        for place in places:
            problem = _refused(place)
            if problem is not None:
                found.problems.append(problem)
            else:
                found.allowed[_line(comments, index), place.text].append(place)
        codes += len(places)
        if codes >= MOST:
            break
    return found


def _line(comments: Sequence[Comment], index: int) -> int:
    """The line that a comment speaks of: its own, or where it stands alone the one below.

    Other comments that stand alone may come between: what they explain comes after them too.
    """
    line = _own_line(comments[index])
    if not comments[index].alone:
        return line
    below = line + 1
    for other in islice(comments, index + 1, index + 1 + _FARTHEST):
        if not other.alone or _own_line(other) != below:
            break
        below += 1
    return below


def _own_line(comment: Comment) -> int:
    return comment.span.source.position(comment.span.start)[0]


def _is_of_a_package(code: str) -> bool:
    from hebbdsl.diagnostics.catalogue import problem_of  # which codes of ours do without

    return problem_of(code) is not None


def _refused(code: Span) -> Problem | None:
    """What is wrong with a code that is to be allowed."""
    known = code.text in CODES or _is_of_a_package(code.text)
    if known and is_allowable(code.text):
        return None
    if known:
        return NotAllowable(place=code, written=code.text)
    return NoSuchCode(place=code, written=code.text, known=tuple(sorted(ALLOWABLE)))


class NoReason(Problem):
    """A warning is allowed without a reason.

    Who reads the spec wants to know why it is in order. Write the reason after a colon.

    Wrong:
        output:
          hebbian: {T: 1}  # allow HEB723

    Right:
        output:
          hebbian: {T: 1}  # allow HEB723: as a control, equal to softmax bit for bit
    """

    code = "HEB741"
    severity = Severity.WARNING
    codes: tuple[str, ...]

    title = "a warning is allowed without a reason"
    label = "why?"

    @property
    def hint(self) -> str:
        return "write " + quoted(f"# allow {', '.join(self.codes)}: reason")


class NoSuchCode(Problem):
    """A comment allows a code that there is not.

    Wrong:
        output:
          hebbian: {T: 0}  # allow HEB799: as a control

    Right:
        output:
          hebbian: {T: 1}  # allow HEB723: as a control
    """

    code = "HEB742"
    severity = Severity.WARNING
    written: str
    known: tuple[str, ...]

    title = "there is no code {written!q}"
    label = "unknown code"

    @property
    def hint(self) -> str | None:
        allowable = f"codes that can be allowed: {self.known[0]} to {self.known[-1]}"
        return suggestion(self.written, self.known, allowable)


class NotAllowable(Problem):
    """A comment allows a problem that is no matter of judgement.

    Only warnings of lint can be allowed, those of HEB701 to HEB739. What is wrong has to be mended.

    Wrong:
        output:
          hebbian: {T: 0}  # allow HEB201: it has that field

    Right:
        output:
          hebbian: {T: 0}
    """

    code = "HEB743"
    severity = Severity.WARNING
    written: str

    title = "{written!q} can't be allowed"
    label = "not a matter of judgement"
    hint = "remove the comment; warnings of lint alone can be allowed"


class NothingToAllow(Problem):
    """A comment allows a warning that is not given for its line.

    It stands beside the entry that is warned of, or alone on the line above. Perhaps the spec has
    changed since: remove the comment, or put it where the warning is.

    Wrong:
        output:
          hebbian: {T: 2}  # allow HEB723: as a control

    Right:
        output:
          # allow HEB723: as a control
          hebbian: {T: 1}
    """

    code = "HEB744"
    severity = Severity.WARNING
    written: str

    title = "{written!q} is allowed, and not given here"
    label = "allows nothing"
    hint = "remove the comment, or put it beside what is warned of"
