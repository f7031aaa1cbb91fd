"""Comments are found wherever one can stand, and nowhere else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.source import Source, Span
from hebbdsl.syntax.comments import Comment, comments_of
from hebbdsl.syntax.surfaces import parse_tree
from hebbdsl.syntax.tree import Mapping, Tree

IN_YAML = """\
# 1 alone
--- #2
a: 3 # 3
"b#": 'q # no' # 4
c: |  # 5 # still five
  # no
   # no
 # 6 alone
d: >-   # 7

  text # no
# 8 alone
e: {# 9
 f: a#no, # 10
 # 11 alone
 g: "x"#12
 # 13 alone
 }#14
h: # 15
  # 16 alone
  - i # 17
  - # 18
    j#no
? k # 19
 # 20 alone
: l   \t
m: |-
  # no
n: | # 21
# 22 alone
... # 23
# 24 alone   """

IN_TEXT = """\
# 1 alone
hebbdsl 1 # 2
"a # no" # 3
b = "\\"# no" #4
c { # 5
  d = [ # 6
    1, # 7
    # 8 alone
  ] # 9
\t# 10 alone
} # 11 # still eleven
e = f(g=1 # 12
) # 13
# 14 alone   """


def numbers(text: str, name: str) -> list[tuple[str, bool]]:
    found = comments_of(Tree(source := Source(name, text), Mapping((), Span(source, 0, 0))))
    return [(comment.text, comment.alone) for comment in found]


def marked(comments: tuple[Comment, ...]) -> list[tuple[int, bool]]:
    return [(int(c.text.split()[0]), c.alone) for c in comments]


def test_in_yaml() -> None:
    found = comments_of(parse_tree(Source("a.yaml", IN_YAML)))
    alone = {1, 6, 8, 11, 13, 16, 20, 22, 24}
    assert marked(found) == [(n, n in alone) for n in range(1, 25)]
    assert all("alone" in c.span.text for c in found if c.alone)
    assert found[4].span.text == "# 5 # still five"
    assert found[-1].span.text == "# 24 alone"
    assert found[1].text == "2"


def test_in_text() -> None:
    assert [(int(text.split()[0]), alone) for text, alone in numbers(IN_TEXT, "a.hebb")] == [
        (n, n in {1, 8, 10, 14}) for n in range(1, 15)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", ["a.yaml", "a.hebb"])
def test_the_end_of_a_line_is_no_part_of_it(end: str, name: str) -> None:
    text = {"a.yaml": "a: 1 # x#END# y", "a.hebb": "a = 1 # x#END# y"}[name].replace("#END", end)
    source = Source(name, text)
    root = parse_tree(Source("a.yaml", "a: 1")).root  # has nothing where the comments stand
    found = comments_of(Tree(source, root))
    assert [(c.span.text, c.alone) for c in found] == [("# x", False), ("# y", True)]


def test_an_entry_that_is_left_out_of_the_tree_holds_no_comments() -> None:
    found = comments_of(parse_tree(Source("a.yaml", 'a: 1\na: "x # no"  # yes\nb: &c 2 # too\n')))
    assert [c.text for c in found] == ["yes", "too"]


@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs", "Cc"]), max_size=20))
def test_any_text_is_skipped_when_quoted(text: str) -> None:
    value = json.dumps(text)
    for name, written in (("a.yaml", f"a: {value} # yes"), ("a.hebb", f"a = {value} # yes")):
        tree = parse_tree(Source("a.yaml", f"a: {value} # yes"))
        source = Source(name, written)
        root = tree.root if name == "a.yaml" else Mapping((), Span(source, 0, 0))
        (comment,) = comments_of(Tree(source, root))
        assert (comment.text, comment.alone) == ("yes", False)
