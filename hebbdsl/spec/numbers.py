"""Reading numbers and lists of whole numbers from scalars."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, Problem, Problems
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.expression.numerals import Numeral, number, whole_number
from hebbdsl.parts.bounds import LARGEST_EXACT
from hebbdsl.source import Span
from hebbdsl.spec.checked import Path
from hebbdsl.spec.mismatches import name_of
from hebbdsl.spec.outcome import BAD, Bad
from hebbdsl.spec.types import NumberOf, WholeNumbers, in_short
from hebbdsl.spec.value_problems import WrongLength, WrongType
from hebbdsl.syntax import scalars
from hebbdsl.syntax.tree import Mapping, Node, Scalar, Sequence


def read_number(type_: NumberOf, scalar: Scalar, path: Path, problems: Problems) -> float | Bad:
    """The number that `scalar` spells, within its bounds. An int for a whole type."""
    value = BAD if scalar.quoted else _numeral(type_, scalar.text, scalar.span, path, problems)
    if scalar.quoted:
        found = scalars.in_words(scalar.text, True)
        unquoted = number(scalar.text)
        advice = "remove the quotes" if isinstance(unquoted, float) else None
        fits = isinstance(whole_number(scalar.text) if type_.whole else unquoted, (int, float))
        instead = scalar.text if fits else None
        problems.add(_wrong(type_, scalar.span, path, found, advice, instead))
    return value


def _numeral(
    type_: NumberOf, text: str, place: Span, path: Path, problems: Problems
) -> float | Bad:
    value = whole_number(text) if type_.whole else number(text)
    if value is Numeral.NOT_A_NUMBER and type_.whole:
        problems.add(_not_whole_number(type_, text, place, path))
        return BAD
    if isinstance(value, Numeral):
        problems.add(_unusable(type_, value, text, place, path))
        return BAD
    if not type_.bounds.allow(value):
        bounds = type_.bounds.in_words()
        if type_.bounds.maximum == LARGEST_EXACT < value:
            bounds = f"at most {LARGEST_EXACT:_}"
        problems.add(OutOfBounds(place=place, field=name_of(path), written=text, bounds=bounds))
        return BAD
    return value


def _not_whole_number(type_: NumberOf, text: str, place: Span, path: Path) -> Problem:
    value = number(text)
    if value is Numeral.NOT_A_NUMBER:
        digits = text.removesuffix(".")
        advice = f"write `{digits}`" if isinstance(whole_number(digits), int) else _spelling(text)
        return _wrong(type_, place, path, scalars.in_words(text, False), advice)
    if isinstance(value, Numeral):
        return _unusable(type_, value, text, place, path)
    meant = int(value) if value == int(value) and abs(value) < 2**53 else None
    return NotWhole(place=place, field=name_of(path), written=text, meant=meant)


def _unusable(type_: NumberOf, why: Numeral, text: str, place: Span, path: Path) -> Problem:
    if why is Numeral.NOT_FINITE:
        return NotFinite(place=place, field=name_of(path), written=text)
    if why is Numeral.TOO_LONG:
        return TooManyDigits(place=place, field=name_of(path), count=len(text))
    found = scalars.in_words(text, False)
    mended = _pointed(text)
    instead = mended if isinstance(number(mended), float) else None
    return _wrong(type_, place, path, found, _spelling(text), instead)


def _pointed(text: str) -> str:
    """With a digit on both sides of the point."""
    return f"0{text}" if text.startswith(".") else f"{text}0" if text.endswith(".") else text


def _spelling(text: str) -> str | None:
    """How a number that is not spelt as one should be."""
    if not scalars.needs_quotes(text) or text in ("true", "false", "null"):
        return None
    mended = _pointed(text)
    mended = mended.lstrip("0_") if mended[:2].isdigit() else mended
    if mended != text and isinstance(number(mended), float):
        return f"write `{mended}`"
    return "numbers are written `12`, `0.5`, `1e-3` or `1_000`"


def _wrong(
    type_: NumberOf | WholeNumbers,
    place: Span,
    path: Path,
    found: str,
    advice: str | None,
    instead: str | None = None,
) -> Problem:
    return WrongType(
        place=place,
        field=name_of(path),
        expected=in_short(type_),
        found=found,
        advice=advice,
        instead=instead,
    )


def read_whole_numbers(
    type_: WholeNumbers, node: Node, path: Path, problems: Problems
) -> tuple[int, ...] | Bad:
    """`0..9`, `7`, or a list of both, each number once, in the order written."""
    if isinstance(node, Mapping):
        problems.add(_wrong(type_, node.span, path, "a mapping", None))
        return BAD
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items:
        found = WrongLength(place=node.span, field=name_of(path), count=0, minimum=1, maximum=None)
        problems.add(found)
        return BAD
    where: dict[int, Span] = {}
    fine = True
    for item in items:
        ends = _ends(type_, item, path, problems)
        if ends is None:
            fine = False
            continue
        first, last = ends
        if last - first + 1 + len(where) > type_.most:
            problems.add(TooManyNumbers(place=item.span, field=name_of(path), most=type_.most))
            return BAD
        again = next((value for value in range(first, last + 1) if value in where), None)
        if again is not None:
            problems.add(
                Twice(place=item.span, field=name_of(path), number=again, first=where[again])
            )
            fine = False
        where.update((value, item.span) for value in range(first, last + 1))
    return tuple(where) if fine else BAD


def _ends(
    type_: WholeNumbers, item: Node, path: Path, problems: Problems
) -> tuple[int, int] | None:
    if not isinstance(item, Scalar):
        found = "a list in a list" if isinstance(item, Sequence) else "a mapping"
        problems.add(_wrong(type_, item.span, path, found, None))
        return None
    ends = None if item.quoted else scalars.whole_range(item.text)
    if ends is None:
        value = read_number(type_.item, item, path, problems)
        return None if isinstance(value, Bad) else (int(value), int(value))
    first, last = (_numeral(type_.item, end, item.span, path, problems) for end in ends)
    if isinstance(first, Bad) or isinstance(last, Bad):
        return None
    if last < first:
        problems.add(BackwardRange(place=item.span, written=item.text))
        return None
    return int(first), int(last)


def _like_thousands(text: str) -> bool:
    """`10.000` is ten, exactly; who wrote it may have meant ten thousand."""
    fraction = text.partition(".")[2]
    return fraction.isdigit() and len(fraction) >= 3


class OutOfBounds(Problem):
    """A number is outside the limits of its field.

    Wrong:
        output:
          hebbian: {gamma: 1.5}

    Right:
        output:
          hebbian: {gamma: 0.05}
    """

    code = "HEB302"
    field: str
    written: str
    bounds: str

    title = "{field!q} must be {bounds}, not {written}"
    label = "{bounds}"


class NotFinite(Problem):
    """A number is infinite, not a number, or so small that a computer takes it for 0.

    Wrong:
        output:
          hebbian: {gamma: 1e-999}

    Right:
        output:
          hebbian: {gamma: 0}
    """

    code = "HEB308"
    field: str
    written: str

    title = "{written!q} is not a number that can be computed with"
    label = "not finite, or vanishing"


class TooManyDigits(Problem):
    """A number has more digits than any field takes.

    Wrong:
        training:
          optimizer: adam
          steps: 10000000000000000000000000000000000000000000000000000000000000000000000000

    Right:
        training:
          optimizer: adam
          steps: 10_000
    """

    code = "HEB309"
    field: str
    count: int

    title = "{field!q} has {count} characters of digits"
    label = "too long for a number"


class NotWhole(Problem):
    """A whole number is written with a point or an exponent.

    Whole numbers are written in digits, with `_` between thousands where that helps.
    `validate --fix` writes them so, but leaves `10.000` alone: it may have meant ten thousand.

    Wrong:
        training:
          optimizer: adam
          steps: 1e3

    Right:
        training:
          optimizer: adam
          steps: 1_000
    """

    code = "HEB310"
    field: str
    written: str
    meant: int | None

    title = "{field!q} takes a whole number in digits, not {written!q}"

    @property
    def label(self) -> str:
        return "not in digits" if self.meant is not None else "not whole"

    hint = "write `{meant:_}`"
    fix = "{meant:_}"

    @property
    def fix_is_safe(self) -> bool:
        return self.meant is not None and not _like_thousands(self.written)


class BackwardRange(Problem):
    """A range ends before it begins.

    Wrong:
        seeds: 9..0

    Right:
        seeds: 0..9
    """

    code = "HEB312"
    written: str

    title = "the range {written!q} is empty"
    label = "ends before it begins"

    @property
    def hint(self) -> str | None:
        first, _, last = self.written.partition("..")
        return f"write {quoted(f'{last}..{first}')}"


class Twice(Problem):
    """A number is in a list twice.

    Each seed is one run; the second would be the first again.

    Wrong:
        seeds: [0..3, 2]

    Right:
        seeds: 0..3
    """

    code = "HEB313"
    field: str
    number: int
    first: Span

    title = "`{number}` is among {field!q} twice"
    label = "second"
    related = Also("first", "first")


class TooManyNumbers(Problem):
    """A list of whole numbers stands for more numbers than the field takes.

    Wrong:
        seeds: 0..10_000_000

    Right:
        seeds: 0..9
    """

    code = "HEB314"
    field: str
    most: int

    title = "{field!q} stands for more than {most:_} numbers"
    label = "too many"
