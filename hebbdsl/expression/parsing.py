"""From text to a typed expression. The grammar's file is read on first use."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.expression.errors import ExpressionError, Fault
from hebbdsl.expression.grammar import expression_token_pattern, extent, keywords, parser
from hebbdsl.expression.lr_parser import END, Branch, NotTaken, Token
from hebbdsl.expression.nodes import (
    Arithmetic,
    Both,
    Compare,
    Either,
    Expression,
    Extent,
    MetricOf,
    Negative,
    Number,
)
from hebbdsl.expression.numerals import Numeral, number
from hebbdsl.expression.typing import check_claim, check_condition

LONGEST = 1_000
DEEPEST = 32

_TERMS = {
    "AGED": "a metric",
    "NAME": "the name of a variant",
    "NUMBER": "a number",
    "COMPARISON": "a comparison",
    "LPAR": "`(`",
    "RPAR": "`)`",
    END: "the end",
}


def parse_condition(text: str) -> Expression:
    """A truth value over the metrics of an evaluation. Raises: ExpressionError."""
    expression = parse_expression(text)
    check_condition(expression, text)
    return expression


def parse_claim(text: str) -> Expression:
    """A truth value over the metrics of whole runs, each of a variant. Raises: ExpressionError."""
    expression = parse_expression(text)
    check_claim(expression, text)
    return expression


@lru_cache(maxsize=4_096)  # a claim is read by itself, and then with all variants known
def parse_expression(text: str) -> Expression:
    """The expression that `text` spells, whatever its type. Raises: ExpressionError."""
    if len(text) > LONGEST:
        whole = Extent(0, len(text))
        raise ExpressionError([Fault(whole, TooLong(place=None, deep=False))])
    end = len(text.rstrip())
    reading = parser("expression")
    try:
        for token in _tokens(text):
            reading.feed(token)
        tree = reading.feed(Token(END, "", end, end))
    except NotTaken as error:
        raise _unexpected(error.token.start, str(error.token), reading.accepts()) from None
    assert tree is not None, "the end was taken"
    builder = _Builder(text)
    expression = builder.build(tree.children[0], 0)
    if builder.faults:
        raise ExpressionError(builder.faults)
    return expression


def _tokens(text: str) -> Iterator[Token]:
    for found in expression_token_pattern().finditer(text):
        if (kind := found.lastgroup) is None:
            return
        start, end = found.span(kind)
        written = text[start:end]
        kind = keywords().get(written, kind)
        # `hebbdsl` and its like are keywords only where a statement of a file begins.
        yield Token("NAME" if kind == "HEAD" else kind, written, start, end)


def _unexpected(start: int, found: str, names: set[str]) -> ExpressionError:
    if "NUMBER" in names:
        names &= {"AGED", "NUMBER"}
    elif "COMPARISON" in names:
        names &= {"COMPARISON"}
    words = [word for term, word in _TERMS.items() if term in names]
    expected = " or ".join(words) or "something else"
    extent = Extent(start, start + len(found))
    return ExpressionError([Fault(extent, Unexpected(place=None, found=found, expected=expected))])


class _Builder:
    """Turns the parser's branches into an expression, and notes what the grammar lets through."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.faults: list[Fault] = []

    def build(self, node: Branch | Token, depth: int) -> Expression:
        if isinstance(node, Token):
            raise TypeError(f"a bare token: {node}")
        place = _of(node)
        if depth > DEEPEST:
            raise ExpressionError([Fault(place, TooLong(place=None, deep=True))])
        children = node.children
        match node.data:
            case "number":
                return Number(self._number(str(children[0]), place), place)
            case "metric":
                return self._metric(children, place)
            case "group":
                return self.build(children[1], depth + 1)
            case "signed":
                operand = self.build(children[1], depth + 1)
                return operand if str(children[0]) == "+" else Negative(operand, place)
            case "comparison":
                return self._comparison(children, depth)
            case "sum" | "product":
                return self._chain(children, depth)
            case "conjunction":
                return reduce(_both, [self.build(child, depth) for child in children])
            case "disjunction":
                return reduce(_either, [self.build(child, depth) for child in children])
        raise TypeError(f"unknown rule {node.data}")

    def _number(self, written: str, extent: Extent) -> float:
        value = number(written)
        if isinstance(value, Numeral):
            self.faults.append(Fault(extent, BadNumeral(place=None, written=written)))
            return 0.0
        return value

    def _metric(self, children: list[Branch | Token], extent: Extent) -> MetricOf:
        if len(children) == 1:
            return MetricOf(str(children[0]), None, extent)
        variant = children[2]
        return MetricOf(str(children[0]), str(variant), extent, _of(variant))

    def _comparison(self, children: list[Branch | Token], depth: int) -> Expression:
        left, right = self.build(children[0], depth), self.build(children[2], depth)
        for token in children[1::2]:
            if str(token) == "=":
                self.faults.append(Fault(_of(token), SingleEquals(place=None)))
        if len(children) > 3:
            self.faults.append(Fault(_of(children[3]), Chained(place=None)))
            for child in children[4::2]:
                self.build(child, depth)
        return Compare(str(children[1]), left, right, _joined(left, right))

    def _chain(self, children: list[Branch | Token], depth: int) -> Expression:
        result = self.build(children[0], depth)
        for sign, child in zip(children[1::2], children[2::2], strict=True):
            right = self.build(child, depth)
            result = Arithmetic(str(sign), result, right, _joined(result, right))
        return result


def _of(branch: Branch | Token) -> Extent:
    return Extent(*extent(branch))


def _joined(left: Expression, right: Expression) -> Extent:
    return Extent(left.extent.start, right.extent.end)


def _both(left: Expression, right: Expression) -> Expression:
    return Both(left, right, _joined(left, right))


def _either(left: Expression, right: Expression) -> Expression:
    return Either(left, right, _joined(left, right))


class Unexpected(Problem):
    """Something stands in an expression where it cannot.

    An expression is made of metrics, numbers, `+ - * /`, `< <= > >= == !=`, `and`, `or` and
    parentheses.

    Wrong:
        curriculum:
          growing: {when: test_accuracy 0.6}

    Right:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
    """

    code = "HEB130"
    found: str
    expected: str

    @property
    def title(self) -> str:
        if not self.found:
            return f"the expression ends where {self.expected} is expected"
        return f"{quoted(self.found)} stands where {self.expected} is expected"

    label = "expected {expected}"


class SingleEquals(Problem):
    """`=` compares nothing; equality is `==`, and `validate --fix` writes it.

    Wrong:
        curriculum:
          growing: {when: test_accuracy = 1}

    Right:
        curriculum:
          growing: {when: test_accuracy == 1}
    """

    code = "HEB131"
    title = "`=` is not a comparison"
    label = "write `==`"
    hint = "equality is `==`; most conditions want `>=` or `<=`"
    fix = "=="
    fix_is_safe = True


class Chained(Problem):
    """Comparisons are not chained.

    Compare twice, with `and` between.

    Wrong:
        curriculum:
          growing: {when: 0.5 < test_accuracy < 0.9}

    Right:
        curriculum:
          growing: {when: 0.5 < test_accuracy and test_accuracy < 0.9}
    """

    code = "HEB132"
    title = "comparisons cannot be chained"
    label = "second comparison"
    hint = "compare twice, with `and` between"


class TooLong(Problem):
    """An expression is longer than 1,000 characters, or nested more than 32 deep.

    Several claims say the same as one with many `and`.

    Wrong:
        curriculum:
          growing: {when: "((((((((((((((((((((((((((((((((((((test_accuracy)))))))))))))))))))))))))))))))))))) > 0"}

    Right:
        curriculum:
          growing: {when: test_accuracy > 0}
    """  # noqa: E501

    code = "HEB135"
    deep: bool

    @property
    def title(self) -> str:
        if self.deep:
            return f"the expression is nested more than {DEEPEST} deep"
        return f"the expression has more than {LONGEST:,} characters".replace(",", "_")


class BadNumeral(Problem):
    """A number in an expression is not written as numbers are.

    Digits stand on both sides of a point; `1_000` and `1e-3` are numbers. `validate --fix` writes
    the 0 before a point.

    Wrong:
        curriculum:
          growing: {when: test_accuracy >= 06}

    Right:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
    """

    code = "HEB136"
    written: str

    title = "{written!q} is not a number"
    label = "not a number"

    @property
    def hint(self) -> str | None:
        if self.written.startswith("."):
            return f"write {quoted('0' + self.written)}"
        return "numbers are written `12`, `0.5`, `1e-3` or `1_000`"

    @property
    def fix(self) -> str | None:
        return f"0{self.written}" if self.written.startswith(".") else None

    fix_is_safe = True
