"""Safe fixes written into a text, and kept only where that leaves it better than it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from functools import partial

from hebbdsl.diagnostics.diagnostic import Problem, Severity
from hebbdsl.frozen import frozen
from hebbdsl.source import Source, Span

Check = Callable[[Source], Iterable[Problem]]
Key = tuple[str, str]

ROUNDS = 10
"""How often a text is looked at again: one fix can bring the next to light."""

MOST_TRIED = 50
"""Fixes of one text that are tried by themselves when not all of them can be made together."""


@frozen
class Fix:
    """What a problem has written at its place instead."""

    problem: Problem
    place: Span
    text: str


@frozen
class FixResult:
    """A text with every safe fix that makes it better.

    Attributes:
        problems: what is wrong with it still.
        made: the problems that were fixed, those among them that came up on the way.
        left: those of `problems` whose fix would have brought up others.
    """

    source: Source
    problems: tuple[Problem, ...]
    made: tuple[Problem, ...] = ()
    left: tuple[Problem, ...] = ()


def apply_safe_fixes(source: Source, check: Check) -> FixResult:
    """Make all safe fixes, look again, and go on until there is nothing more to fix.

    `check` says all that is wrong with a text. What comes out is kept when it has fewer errors
    and no new one, or the same errors and fewer warnings and no new one. (Only a text without
    errors is looked at for style: warnings that come up then are no loss.) When all fixes together
    are no gain, they are made one after another, and those that are none are left.
    """
    start = FixResult(source, tuple(check(source)))
    fixes = tuple(safe_fixes(start.problems, source))
    if not fixes:
        return start
    whole = _until_stable(start, fixes, check, lambda _: True)
    return whole if _is_better(whole.problems, start.problems) else _one_by_one(start, check)


def _until_stable(
    start: FixResult, fixes: Sequence[Fix], check: Check, follows: Callable[[Problem], bool]
) -> FixResult:
    """The text with `fixes` made, and after them those of problems that came up and `follow`."""
    state = start
    for _ in range(ROUNDS):
        source = written(state.source, fixes)
        made = (*state.made, *(fix.problem for fix in fixes))
        state = FixResult(source, tuple(check(source)), made)
        fixes = [f for f in safe_fixes(state.problems, source) if follows(f.problem)]
        if not fixes:
            break
    return state


def _one_by_one(state: FixResult, check: Check) -> FixResult:
    left: set[Key] = set()
    for _ in range(MOST_TRIED):
        fixes = safe_fixes(state.problems, state.source)
        fix = next((f for f in fixes if _key(f.problem) not in left), None)
        if fix is None:
            break
        known = {_key(problem) for problem in state.problems}
        tried = _until_stable(state, [fix], check, partial(_is_new_error, known))
        if _is_better(tried.problems, state.problems):
            state = tried
        else:
            left.add(_key(fix.problem))
    return replace(state, left=tuple(p for p in state.problems if _key(p) in left))


def safe_fixes(problems: Iterable[Problem], source: Source) -> Iterator[Fix]:
    """The fixes of `source` itself, in order, no two of them on the same characters."""
    last_start, reached = -1, 0
    for problem in problems:
        place, text = problem.place, problem.fix
        if text is None or not problem.fix_is_safe or not isinstance(place, Span):
            continue
        if place.source is source and place.start >= reached and place.start > last_start:
            last_start, reached = place.start, place.end
            yield Fix(problem, place, text)


def written(source: Source, fixes: Iterable[Fix]) -> Source:
    """The text with the fixes made, which are in order."""
    pieces: list[str] = []
    reached = 0
    for fix in fixes:
        pieces += (source.text[reached : fix.place.start], fix.text)
        reached = fix.place.end
    return Source(source.name, "".join(pieces) + source.text[reached:])


def _is_new_error(known: Set[Key], problem: Problem) -> bool:
    return problem.severity is Severity.ERROR and _key(problem) not in known


def _is_better(after: Iterable[Problem], before: Iterable[Problem]) -> bool:
    after, before = tuple(after), tuple(before)
    now, then = _counted(after, Severity.ERROR), _counted(before, Severity.ERROR)
    if now != then:
        return now < then
    return _counted(after, Severity.WARNING) < _counted(before, Severity.WARNING)


def _counted(problems: Iterable[Problem], severity: Severity) -> Counter[Key]:
    return Counter(_key(problem) for problem in problems if problem.severity is severity)


def _key(problem: Problem) -> Key:
    """What tells one problem from another once their places have moved."""
    return problem.code, problem.title
