"""Problems that no code has, at places and with texts as nasty as they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hypothesis import strategies as st

from hebbdsl.diagnostics.diagnostic import Problem, Related, Severity
from hebbdsl.source import SET, Source, Span


@dataclass(frozen=True, kw_only=True)
class Odd(Problem):
    """A problem for these tests.

    Wrong:
        odd

    Right:
        even
    """

    code: ClassVar[str] = "HEB199"
    other: Span | None = None
    words: str = "this is odd"
    advice: str | None = None
    instead: str | None = None

    @property
    def title(self) -> str:
        return self.words

    @property
    def label(self) -> str:
        return self.words

    @property
    def hint(self) -> str | None:
        return self.advice

    @property
    def fix(self) -> str | None:
        return self.instead

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(self.other, self.words),) if self.other else ()


@dataclass(frozen=True, kw_only=True)
class Mild(Odd):
    """A warning for these tests.

    Wrong:
        odd

    Right:
        even
    """

    code: ClassVar[str] = "HEB198"
    severity: ClassVar[Severity] = Severity.WARNING


NASTY = st.text(
    st.one_of(
        st.sampled_from("a:,%;=\r\n\t\0\x1b\x7f\x85\u2028\ufffe\ufeff<>&\"']]>全é\u0301😀\udce9"),
        st.characters(),
    ),
    max_size=40,
)
NAMES = st.text(
    st.one_of(
        st.sampled_from("ab/. :,%\n\t\x1b#?&<>\"'全é😀\udce9"),
        st.characters(exclude_characters="\0"),
    ),
    min_size=1,
    max_size=30,
)


@st.composite
def sources(draw: st.DrawFn) -> Source:
    return Source(draw(st.one_of(NAMES, st.just(SET))), draw(NASTY))


@st.composite
def spans(draw: st.DrawFn, source: Source) -> Span:
    start = draw(st.integers(0, len(source.text)))
    return Span(source, start, draw(st.integers(start, len(source.text))))


@st.composite
def problems(draw: st.DrawFn) -> Odd:
    """An error or a warning, anywhere."""
    place = draw(st.one_of(st.none(), NAMES, sources().flatmap(spans)))
    return draw(st.sampled_from([Odd, Mild]))(
        place=place,
        other=draw(st.one_of(st.none(), sources().flatmap(spans))),
        words=draw(NASTY),
        advice=draw(st.one_of(st.none(), NASTY)),
        instead=draw(st.one_of(st.none(), NASTY)),
    )


MANY = st.lists(problems(), max_size=4)
