"""The parser that lark's tables describe: tokens in, one by one, and branches out.

Lark makes the tables from the grammar (`tabulating`), which takes longer than all that is done with
them: they are kept in a file, and walked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Final

from hebbdsl.frozen import frozen

END: Final = "$END"

DROPPED, KEPT, INLINED = 0, 1, 2
"""What becomes of the value of a symbol in a rule: nothing, a child, or its children."""


class Token(str):
    """What stands at `start` up to `end` of a text, of one of the types that the grammar names."""

    __slots__ = ("end", "start", "type")
    type: str
    start: int
    end: int

    def __new__(cls, type_: str, written: str, start: int, end: int) -> Token:
        token = super().__new__(cls, written)
        token.type, token.start, token.end = type_, start, end
        return token


class Branch:
    """What a rule of the grammar has made of its children. `data` is the rule's name, or alias."""

    __slots__ = ("children", "data")

    def __init__(self, data: str, children: list[Branch | Token]) -> None:
        self.data, self.children = data, children


class NotTaken(Exception):
    """A token that no rule has at this place."""

    def __init__(self, token: Token) -> None:
        self.token = token
        super().__init__(f"{token.type} {str(token)!r} at {token.start}")


@frozen
class Rule:
    """What is done with the values of a rule's symbols when all of them have been read.

    Attributes:
        origin: the non-terminal that it makes.
        name: of the branch.
        folds: a single child stands for the branch.
        symbols: for each symbol DROPPED, KEPT or INLINED.
        keeps_all: the children are the values, as they are.
        passes_child_through: its only child stands for the branch, always.
    """

    origin: str
    name: str
    folds: bool
    symbols: tuple[int, ...]
    keeps_all: bool = field(init=False)
    passes_child_through: bool = field(init=False)

    def __post_init__(self) -> None:
        keeps_all = not self.folds and set(self.symbols) == {KEPT}
        object.__setattr__(self, "keeps_all", keeps_all)
        object.__setattr__(self, "passes_child_through", self.folds and self.symbols == (KEPT,))

    def branch(self, values: list[Branch | Token]) -> Branch | Token:
        """What becomes of the values of the rule's symbols, in a list that is given away."""
        if self.keeps_all:
            return Branch(self.name, values)
        children: list[Branch | Token] = []
        for does, value in zip(self.symbols, values, strict=True):
            if does == KEPT:
                children.append(value)
            elif does == INLINED:
                assert isinstance(value, Branch), "only rules have children"
                # A list that grows by one item at a time is grown in place.
                if children:
                    children += value.children
                else:
                    children = value.children
        return children[0] if self.folds and len(children) == 1 else Branch(self.name, children)


@frozen
class Tables:
    """What lark makes of a grammar.

    Attributes:
        states: for each state, the state that follows a symbol (0 and more), or ~ the rule that is
            made before it (below 0).
        starts: for each start symbol, its first and its last state.
        tokens: a regular expression with a named group for every terminal.
        ignored: one for what may stand between them.
        keywords: names that are tokens of their own, with their types.
    """

    rules: Sequence[Rule]
    states: Sequence[Mapping[str, int]]
    starts: Mapping[str, tuple[int, int]]
    tokens: str
    ignored: str
    keywords: Mapping[str, str]


class Parser:
    """A parse of `start` under way.

    `states` and `values` are its stack: cut down together, they are as they were when they had that
    height (there is one state more than there are values).
    """

    def __init__(self, tables: Tables, start: str) -> None:
        self._tables = tables
        first, self._last = tables.starts[start]
        self.states: list[int] = [first]
        self.values: list[Branch | Token] = []

    def feed(self, token: Token) -> Branch | None:
        """Take a token. Returns: the whole tree, when the token is the end.

        Raises: NotTaken; rules that were made before it was noticed stay made.
        """
        rules, table = self._tables.rules, self._tables.states
        states, values = self.states, self.values
        kind = token.type
        while True:
            then = table[states[-1]].get(kind)
            if then is None:
                raise NotTaken(token)
            if then >= 0:
                states.append(then)
                values.append(token)
                return None
            rule = rules[~then]
            count = len(rule.symbols)
            if rule.passes_child_through:  # as most do in an expression
                states.pop()
                states.append(table[states[-1]][rule.origin])
                continue
            if count:
                made = rule.branch(values[-count:])
                del states[-count:], values[-count:]
            else:
                made = rule.branch([])
            states.append(table[states[-1]][rule.origin])
            values.append(made)
            if kind == END and states[-1] == self._last:
                assert isinstance(made, Branch), "a start symbol is a rule that does not fold"
                return made

    def accepts(self) -> set[str]:
        """The types of the tokens that would be taken."""
        here = self._tables.states[self.states[-1]]
        return {kind for kind in here if kind.isupper() and self._takes(kind)}

    def _takes(self, kind: str) -> bool:
        rules, table = self._tables.rules, self._tables.states
        states = list(self.states)
        while True:
            then = table[states[-1]].get(kind)
            if then is None:
                return False
            if then >= 0:
                return True
            rule = rules[~then]
            if rule.symbols:
                del states[-len(rule.symbols) :]
            states.append(table[states[-1]][rule.origin])
            if kind == END and states[-1] == self._last:
                return True
