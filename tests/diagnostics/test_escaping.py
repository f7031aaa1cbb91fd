"""Each escape keeps the rules of its output, whatever text it is given."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hebbdsl.diagnostics import escaping
from tests.hostile import ANY_TEXT, TEXTS, commands, obeyed

some_text = given(ANY_TEXT)


def test_the_hostile_texts_are_hostile() -> None:
    """What the others look for is found in texts that are not escaped."""
    assert sum(bool(obeyed(text)) for text in TEXTS) > 8
    assert sum(bool(commands(text)) for text in TEXTS) > 5


@some_text
def test_visible_text_is_one_line_that_nothing_obeys(text: str) -> None:
    shown = escaping.visible(text)
    assert not obeyed(shown)
    assert len(shown.splitlines()) <= 1
    assert escaping.visible(shown) == shown
    assert len(escaping.shown(text)) == len(text)


def test_plain_text_is_left_as_it_is() -> None:
    said = "hebbian(gamma=0.05) ≥ 3 – größer ## not [a] command: a::b"
    assert escaping.visible(said) == escaping.printed(said) == said


PLAIN_AND_ESCAPED = [
    (escaping.visible, "a\tb\x1b[2J\n", "a    b<U+001B>[2J<U+000A>"),
    (
        escaping.printed,
        "a\n  ::error::b\n##[endgroup]",
        "a\n  <U+003A>:error::b\n<U+0023>#[endgroup]",
    ),
    (escaping.json_text, {"a": "##vso[x"}, '{\n "a": "\\u0023#vso[x"\n}'),
    (escaping.github_message, "100%\nb", "100%25<U+000A>b"),
    (escaping.github_property, "a:b,c", "a%3Ab%2Cc"),
    (escaping.markdown, "a|b*c [d](e) f_g _h_", r"a\|b\*c [d]\(e) f_g \_h\_"),
    (escaping.markdown_code, "a`b", "``a`b``"),
    (escaping.markdown_code, "`a", "`` `a ``"),
    (escaping.markdown_code, " ", " "),
    (escaping.markdown_block, "```\n::a", "````\n```\n<U+003A>:a\n````"),
    (escaping.latex, r"[\input{x}] 5 % ≥ 4", r"{}[\textbackslash{}input\{x\}] 5 \% $\geq$ 4"),
    (escaping.latex, "a", "a"),
    (escaping.latex_comment, "a\nb", "% a<U+000A>b"),
    (escaping.csv_cell, " =1+1", "' =1+1"),
    (escaping.csv_cell, "a=1", "a=1"),
]


@pytest.mark.parametrize(("escape", "text", "expected"), PLAIN_AND_ESCAPED)
def test_an_escape_writes_this(escape: Callable[[Any], str], text: object, expected: str) -> None:
    assert escape(text) == expected


def test_code_in_a_table_is_plain_where_a_bar_would_end_its_cell() -> None:
    assert escaping.markdown_code("a|b", in_table=True) == r"`a\|b`"
    assert escaping.markdown_code(r"a\|b", in_table=True) == r"a\\\|b"


def test_colours_of_this_program_are_kept() -> None:
    text = "\x1b[31m::error\x1b[0m\x1b[2J"
    assert escaping.printed(text, coloured=True) == "\x1b[31m::error\x1b[0m<U+001B>[2J"
    assert escaping.printed(text) == "<U+001B>[31m::error<U+001B>[0m<U+001B>[2J"


def test_a_long_text_of_a_figure_keeps_its_ends() -> None:
    assert escaping.figure("abc", 3) == "abc"
    assert escaping.figure("abcdefgh", 5) == "ab…gh"


@given(st.lists(ANY_TEXT).map("".join), st.booleans())
@example(text="\x1b[8m::error::x", coloured=False)
def test_printed_lines_hold_no_command(text: str, coloured: bool) -> None:
    shown = escaping.printed(text, coloured)
    assert not commands(shown)
    assert shown.count("\n") == text.count("\n")
    assert not obeyed(re.sub(r"\x1b\[[0-9;]*m", "", shown) if coloured else shown)


@some_text
def test_messages_for_github_are_one_line(text: str) -> None:
    for said in (escaping.github_message(text, text), escaping.github_property(text)):
        assert "\n" not in said
        assert not obeyed(said)
        assert not re.search("%(?!25|0A|3A|2C)", said)
    assert unquote(escaping.github_property(text)) == escaping.visible(text)
    assert not set(escaping.github_property(text)) & set(":,")


@some_text
def test_a_cell_of_markdown_stays_one(text: str) -> None:
    for said in (escaping.markdown(text), escaping.markdown_code(text, in_table=True)):
        assert not obeyed(said)
        bare = re.sub(r"\\[^\w\s]", "", said)
        assert "|" not in bare
        # A reader that takes two backslashes for one splits at the same bars.
        assert not re.search(r"(?<!\\)(\\\\)*\|", said)


@some_text
def test_markdown_has_no_markup(text: str) -> None:
    bare = re.sub(r"\\[^\w\s]", "", escaping.markdown(text))
    assert not set(bare) & set("*<`~$&")
    assert "](" not in bare
    assert re.sub(r"\\([^\w\s]|_)", r"\1", escaping.markdown(text)) == escaping.visible(text)


@some_text
def test_code_ends_where_its_fence_does(text: str) -> None:
    code = escaping.markdown_code(text)
    if code.startswith("`"):
        fence = re.match("`+", code)
        assert fence is not None
        inner = code[len(fence.group()) : -len(fence.group())]
        assert fence.group() not in re.findall("`+", inner)
        assert inner.strip() == escaping.visible(text).strip()
    else:
        assert not text.strip() or "<U+" in code or code.startswith("\\")
    block = escaping.markdown_block(text).split("\n")
    assert block[0] == block[-1]
    assert not any(line.startswith(block[0]) for line in block[1:-1])


@some_text
def test_latex_has_only_commands_of_its_own(text: str) -> None:
    said = escaping.latex(text)
    assert not obeyed(said)
    rest = re.sub(
        r"\\(textbackslash|textasciicircum|textasciitilde|ldots|textmu)\{\}|\\[{}$&#%_]"
        r"|\$(<|>|-|\\geq|\\leq|\\infty)\$|^\{\}",
        "",
        said,
    )
    assert not set(rest) & set("\\{}$&#%_^~")
    assert not said.startswith(("[", "*"))
    assert escaping.latex_comment(text).startswith("% ")
    assert not obeyed(escaping.latex_comment(text))


@some_text
def test_a_cell_of_csv_is_no_formula(text: str) -> None:
    said = escaping.csv_cell(text)
    assert not said.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert said.removeprefix("'") == escaping.visible(text).removeprefix("'")
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow([said, "b"])
    assert written.getvalue().count("\n") == 1
    assert [*csv.reader(io.StringIO(written.getvalue()))] == [[said, "b"]]
