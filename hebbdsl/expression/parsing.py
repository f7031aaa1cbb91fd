"""From text to a typed expression. The grammar's file is read on first use."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce

from hebbdsl.diagnostics.codes import expressions as codes
from hebbdsl.expression.errors import ExpressionError, Fault
from hebbdsl.expression.grammar import extent, parser, scanner
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
    if len(text) > codes.LONGEST:
        whole = Extent(0, len(text))
        raise ExpressionError([Fault(whole, codes.TooLong(place=None, deep=False))])
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
    scan = scanner()
    for found in scan.bare.finditer(text):
        if (kind := found.lastgroup) is None:
            return
        start, end = found.span(kind)
        written = text[start:end]
        kind = scan.keywords.get(written, kind)
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
    return ExpressionError(
        [Fault(extent, codes.Unexpected(place=None, found=found, expected=expected))]
    )


class _Builder:
    """Turns the parser's branches into an expression, and notes what the grammar lets through."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.faults: list[Fault] = []

    def build(self, node: Branch | Token, depth: int) -> Expression:
        if isinstance(node, Token):
            raise TypeError(f"a bare token: {node}")
        place = _of(node)
        if depth > codes.DEEPEST:
            raise ExpressionError([Fault(place, codes.TooLong(place=None, deep=True))])
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
            self.faults.append(Fault(extent, codes.BadNumeral(place=None, written=written)))
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
                self.faults.append(Fault(_of(token), codes.SingleEquals(place=None)))
        if len(children) > 3:
            self.faults.append(Fault(_of(children[3]), codes.Chained(place=None)))
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
