"""The automaton is lark's parser: the same tokens taken, the same tree, on any tokens at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import lark
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.parsers.lalr_interactive_parser import InteractiveParser

from hebbdsl.expression import grammar
from hebbdsl.expression.lr_parser import END, Branch, NotTaken, Parser, Tables, Token
from hebbdsl.expression.parser_tables import STARTS, dumped, loaded, tables_of

STARTING = st.sampled_from(STARTS)


@cache
def tables() -> Tables:
    return tables_of(grammar.grammar_text())


@cache
def peer() -> lark.Lark:
    class Outside(lark.lexer.Lexer):
        """Tokens are fed one by one."""

        def __init__(self, _: object) -> None:
            pass

        def lex(self, *_: object) -> Iterator[lark.Token]:
            return iter(())

    return lark.Lark(
        grammar.grammar_text(),
        start=list(STARTS),
        parser="lalr",
        lexer=Outside,
        maybe_placeholders=False,
    )


KINDS = st.sampled_from(sorted({kind for row in tables().states for kind in row if kind.isupper()}))


def taken_by_peer(parser: InteractiveParser) -> set[str]:
    return set(parser.accepts())  # type: ignore[no-untyped-call]


def plain(node: Branch | Token | lark.Tree[lark.Token] | lark.Token) -> object:
    """A tree of either kind as lists."""
    if isinstance(node, (Token, lark.Token)):
        return node.type, str(node)
    return str(node.data), [plain(child) for child in node.children]


def fed(parser: Parser, peer: InteractiveParser, kind: str, at: int) -> tuple[bool, object, object]:
    """Whether a token was taken, and what came of it: here, and by lark."""
    ours: object = None
    theirs: object = None
    taken = True
    try:
        ours = parser.feed(Token(kind, str(at), at, at + 1))
    except NotTaken:
        taken = False
    try:
        theirs = peer.feed_token(lark.Token(kind, str(at), at))
    except lark.UnexpectedToken:
        assert not taken
    else:
        assert taken
    return taken, ours, theirs


@given(start=STARTING, data=st.data(), count=st.integers(0, 60))
def test_every_text_of_the_grammar_gives_larks_tree(
    start: str, data: st.DataObject, count: int
) -> None:
    """A walk along tokens that are taken; where the end is, it is taken sooner or later."""
    ours, theirs = Parser(tables(), start), peer().parse_interactive(start=start)
    for at in range(count):
        taken = ours.accepts()
        assert taken == taken_by_peer(theirs)
        kind = data.draw(st.sampled_from(sorted(taken)))
        done, tree, other = fed(ours, theirs, kind, at)
        assert done
        if kind == END:
            assert isinstance(tree, Branch)
            assert plain(tree) == plain(other)  # type: ignore[arg-type]
            return


@given(
    start=STARTING,
    kinds=st.lists(KINDS, max_size=8),
    walk=st.lists(st.integers(0, 50), max_size=20),
)
def test_whatever_is_not_taken_lark_does_not_take(
    start: str, kinds: list[str], walk: list[int]
) -> None:
    """Any tokens, after some that are taken; and what is taken after those that are not."""
    ours, theirs = Parser(tables(), start), peer().parse_interactive(start=start)
    for at, number in enumerate(walk):
        choices = sorted(ours.accepts() - {END})
        assert choices, "a text can always go on"
        fed(ours, theirs, choices[number % len(choices)], at)
    for at, kind in enumerate(kinds):
        if kind == END and END in ours.accepts():
            return
        fed(ours, theirs, kind, at)
        assert ours.accepts() == taken_by_peer(theirs)
        assert len(ours.states) == len(ours.values) + 1


def test_a_parse_goes_on_from_a_stack_cut_down() -> None:
    parser = Parser(tables(), "expression")
    for at, kind in enumerate(["NUMBER", "SIGN"]):
        parser.feed(Token(kind, "1", at, at + 1))
    height, taken = len(parser.states), parser.accepts()
    for at, kind in enumerate(["LPAR", "NUMBER", "FACTOR"]):
        parser.feed(Token(kind, "2", at, at + 1))
    assert parser.accepts() == taken != {"SIGN"}
    del parser.states[height:], parser.values[height - 1 :]
    parser.feed(Token("NUMBER", "3", 3, 4))
    tree = parser.feed(Token(END, "", 4, 4))
    assert tree is not None
    assert plain(tree.children[0]) == (
        "sum",
        [("number", [("NUMBER", "1")]), ("SIGN", "1"), ("number", [("NUMBER", "3")])],
    )


def test_the_kept_tables_are_those_that_lark_makes() -> None:
    text = grammar.grammar_text()
    assert loaded(dumped(text), text) == tables()


def test_tables_of_another_grammar_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever changes the grammar sees what that does, before the file is written anew."""
    text = grammar.grammar_text()
    changed = text.replace('FACTOR: "*" | "/"', 'FACTOR: "*" | "/" | "%"')
    assert loaded(dumped(text), changed) is None
    (tmp_path / "hebbdsl.lark").write_text(changed, encoding="utf-8")
    monkeypatch.setattr(grammar, "_folder", lambda: tmp_path)
    for kept in (None, dumped(text)):
        if kept is not None:
            (tmp_path / "tables.json").write_text(kept, encoding="utf-8")
        assert "%" in grammar._tables.__wrapped__().tokens
