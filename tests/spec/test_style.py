"""The canonical form by example: what is joined, broken, quoted and aligned."""

from __future__ import annotations

from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.source import Source
from hebbdsl.spec.printing import print_spec
from hebbdsl.syntax.layout import Leaf
from hebbdsl.syntax.surfaces import parse_tree
from hebbdsl.syntax.text_scalars import as_value
from hebbdsl.syntax.tree import Tree

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
LONG = (
    "Do rows written by activation bind new characters in fewer steps than the gradient alone does,"
)


def tree(text: str, name: str = "t.yaml") -> Tree:
    return parse_tree(Source(name, text))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_shipped_specs_are_in_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert print_spec(tree(text), "yaml") == text


YAML = {
    "blanks": ("a :   1\n\n\n\n\nb:  2   \n\n", "a: 1\n\nb: 2\n"),
    "flow stays flow": ("a: { b: 1 ,c: [1,2 ,] }\n", "a: {b: 1, c: [1, 2]}\n"),
    "flow on several lines is joined": ("a: {b: 1,\n   c: 2}\n", "a: {b: 1, c: 2}\n"),
    "unless the first entry has a line": ("a: {\n  b: 1, c: 2}\n", "a:\n  b: 1\n  c: 2\n"),
    "or it holds a comment": ("a: {b: 1, # x\n  c: 2}\n", "a:\n  b: 1  # x\n  c: 2\n"),
    "blocks stay blocks": ("a:\n    b:   1\n", "a:\n  b: 1\n"),
    "lists are indented": ("a:\n- 1\n-   b: 2\n    c: 3\n", "a:\n  - 1\n  - b: 2\n    c: 3\n"),
    "a long line is broken": (
        f"a: {{b: {{c: {'x' * 50}, d: {'y' * 50}}}}}\n",
        f"a:\n  b:\n    c: {'x' * 50}\n    d: {'y' * 50}\n",
    ),
    "quotes": (
        "a: 'b'\nc: '1'\nd: \"x: y\"\ne: 'say \"so\"'\nf: 'yes'\n'g': \"it's\"\n",
        'a: b\nc: "1"\nd: "x: y"\ne: say "so"\nf: "yes"\ng: it\'s\n',
    ),
    "quotes in quotes": (
        'a: "say: \\"so\\""\nb: "\'so\': \\\\"\n',
        "a: 'say: \"so\"'\nb: \"'so': \\\\\"\n",
    ),
    "what nobody sees": ('a: "x\\u0007\\ty\\uFEFF"\n', 'a: "x\\u0007\\ty\\ufeff"\n'),
    "quotes only in flow": ("a: 'x, y'\nb: ['x, y']\n", 'a: x, y\nb: ["x, y"]\n'),
    "spelling": (
        "a: 1_000\nb: 1e-3\nc: 0..9\nd: x  >  1\n",
        "a: 1_000\nb: 1e-3\nc: 0..9\nd: x  >  1\n",
    ),
    "several lines": ('a: "one\\n two\\n"\n', "a: |\n  one\n   two\n"),
    "without an end": ('a: {b: "one\\ntwo"}\n', "a:\n  b: |-\n    one\n    two\n"),
    "a long text": (f"about: '{LONG} or more?'\n", f"about:\n  {LONG} or\n  more?\n"),
    "a long text with a colon": (
        f'about: "so: {LONG} or more?"\n',
        f"about: >-\n  so: {LONG}\n  or more?\n",
    ),
    "no value": ("a:   # x\n  # y\nb: 1\n", "a:  # x\n    # y\nb: 1\n"),
    "comments": (
        "# top\n\n\n# of a\na: 1 # b\n    # of d\nd: # e\n    # of f\n    f: 2\n    # end\n# z\n",
        "# top\n\n# of a\na: 1  # b\n# of d\nd:  # e\n  # of f\n  f: 2\n  # end\n# z\n",
    ),
    "aligned comments": ("a: 1 # b\n     # c\n", "a: 1  # b\n      # c\n"),
    "behind a dash": ("a:\n  -   # x\n    b: 1\n", "a:\n  -  # x\n    b: 1\n"),
    "behind a bracket": ("a: {b: 1, # x\n  } # y\n", "a:\n  b: 1  # x\n  # y\n"),
    "behind the bracket of the root": ("{ # x\n # y\n a: 1 } # z\n", "# x\n# y\na: 1\n# z\n"),
    "a long text in a list": (f"a:\n  - '{LONG} or?'\n", f"a:\n  - {LONG}\n    or?\n"),
    "below no value": ("a:\n  # x\nb: 1\n", "a:  # x\nb: 1\n"),
    "documents": ("--- # x\na: 1\n", "# x\na: 1\n"),
    "nothing": ("{} # x\n", "{}\n# x\n"),
    "nothing but a comment": ("{ # x\n} # y\n", "{}\n# x\n# y\n"),
    "a long word": (f"a: {'x' * 120}\n", f"a: {'x' * 120}\n"),
}
TEXT = {
    "alignment": ("a=1\nlong_name = 2\n\nb = 3\n", "a         = 1\nlong_name = 2\n\nb = 3\n"),
    "heads": (
        'experiment = x\nabout = "why?"\nhebbdsl = 1\nextends = "a.hebb"\n',
        'experiment x\n"why?"\nhebbdsl 1\nextends "a.hebb"\n',
    ),
    "braces": (
        "a={b=1\nc=2}\nd {\nb = 1, c = 2\n}\n",
        "a { b = 1, c = 2 }\nd {\n  b = 1\n  c = 2\n}\n",
    ),
    "parts": (
        "output={mixture {experts=[\n softmax]}}\n",
        "output = mixture(\n  experts=[\n    softmax,\n  ],\n)\n",
    ),
    "a word that is no part's": ("x = f(a = 1,)\n", "x = f(a=1)\n"),
    "quotes": (
        'a = "b"\nc = "1"\nd = "b c"\n"e" = "a.b"\n',
        'a = b\nc = "1"\nd = "b c"\ne = "a.b"\n',
    ),
    "an expression over lines": (
        "x = [a > 1 # why\n and b > 2]\n",
        "x = [\n  a > 1 and b > 2,  # why\n]\n",
    ),
    "comments": (
        "a = f( # x\n b=1 # y\n # end\n) # z\n# of c\nc { # d\n} # e\n",
        "a = f(  # x\n  b=1,  # y\n  # end\n)  # z\n# of c\nc {}  # d\n      # e\n",
    ),
    "blank lines inside": ("a = [\n\n 1,\n\n\n 2, # x\n]\n", "a = [\n  1,\n\n  2,  # x\n]\n"),
}


@pytest.mark.parametrize("name", YAML)
def test_yaml(name: str) -> None:
    written, canonical = YAML[name]
    assert print_spec(tree(written), "yaml") == canonical


@pytest.mark.parametrize("name", TEXT)
def test_text(name: str) -> None:
    written, canonical = TEXT[name]
    assert print_spec(tree(written, "t.hebb"), "hebb") == canonical


def test_across() -> None:
    """Parts below their sections in YAML, where the text surface has one way to write them."""
    text = "data = omniglot(classes=3)  # x\noutput = mixture(experts=[softmax, cache(size=9)])\n"
    yaml = (
        "data:\n  omniglot: {classes: 3}  # x\n"
        "output:\n  mixture: {experts: [softmax, {cache: {size: 9}}]}\n"
    )
    assert print_spec(tree(text, "t.hebb"), "yaml") == yaml
    assert print_spec(tree(yaml), "hebb").replace("data   =", "data =") == text


@pytest.mark.parametrize(
    ("yaml", "text"),
    [
        ("output.experts: [{cache: {size: 1}}]", "output.experts = [cache(size=1)]"),
        ("output.experts.0: {cache: {size: 1}}", "output.experts.0 = cache(size=1)"),
        ("output.experts.0.size: {a: {}}", "output.experts.0.size { a {} }"),
        ("training: {schedule: {cosine: {}}}", "training { schedule = cosine() }"),
        ("training.schedule: {cosine: {}}", "training.schedule = cosine()"),
        ("training.schedule.nothing: {a: {}}", "training.schedule.nothing { a {} }"),
        ("training.steps.nothing: {a: {}}", "training.steps.nothing { a {} }"),
        ("training.schedule: {cosine: 1}", "training.schedule { cosine = 1 }"),
        ("training.schedule: {a b: {}}", 'training.schedule { "a b" {} }'),
        ("training.schedule: {unheard: {a: {b: 1}}}", "training.schedule = unheard(a={ b = 1 })"),
        ("data: [{a: {}}]", "data = [{ a {} }]"),
    ],
)
def test_what_is_a_part_inside_variants(yaml: str, text: str) -> None:
    printed = print_spec(tree(f"variants: {{x: {{{yaml}}}}}\n"), "hebb")
    assert printed == f"variants {{ x {{ {text} }} }}\n"


@pytest.mark.parametrize(
    ("yaml", "text"),
    [
        ("two words", '"two words"'),
        ("b = 1", '"b = 1"'),
        ("b, c", '"b, c"'),
        ("b #c".replace(" ", ""), '"b#c"'),
        ("b > 1", "b > 1"),
        ("or", '"or"'),
        ("12:30", '"12:30"'),
        ("2..7", "2..7"),
        ("null", "null"),
        ("(" * 100, f'"{"(" * 100}"'),
    ],
)
def test_what_stands_unquoted_in_the_text_surface(yaml: str, text: str) -> None:
    assert print_spec(tree(f"a: {yaml}\n"), "hebb") == f"a = {text}\n"


def test_the_text_surface_has_no_word_for_nothing() -> None:
    with pytest.raises(ValueError, match="missing"):
        as_value(Leaf("", False))
    with pytest.raises(Rejected) as caught:
        print_spec(tree("{}\n"), "hebb")
    assert [problem.code for problem in caught.value.problems] == ["HEB103"]


def test_a_key_too_long_for_yaml_gets_a_question_mark() -> None:
    text = f'"{"k " * 600}" = 1\n'
    yaml = print_spec(tree(text, "t.hebb"), "yaml")
    assert yaml.startswith('? "k k')
    assert print_spec(tree(yaml), "hebb") == text


def test_a_line_end_that_only_yaml_knows_ends_no_comment() -> None:
    assert print_spec(tree("a = 1  # b\u2028c: 2\n", "t.hebb"), "yaml") == "a: 1  # b c: 2\n"


def test_a_tree_with_problems_is_not_printed() -> None:
    with pytest.raises(Rejected) as caught:
        print_spec(tree("a: 1\na: 2\n"), "yaml")
    assert [problem.code for problem in caught.value.problems] == ["HEB125"]
