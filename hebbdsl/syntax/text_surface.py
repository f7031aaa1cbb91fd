"""Stage 2 for `.hebb`: a tree from the text surface, parsed by lark from `grammar/hebbdsl.lark`."""

from __future__ import annotations

import re

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.source import Source, Span
from hebbdsl.syntax.reading import LARGEST, Empty, TooLarge
from hebbdsl.syntax.text_brackets import balanced
from hebbdsl.syntax.text_building import Building
from hebbdsl.syntax.text_problems import WrittenInYaml
from hebbdsl.syntax.text_recovery import Recovering
from hebbdsl.syntax.text_tokens import NEWLINE, tokens_of
from hebbdsl.syntax.tree import Tree

_YAML_LINE = re.compile(r"^ *(?:- +)?(?:[\w.]+|\"[^\"\n]*\"|'[^'\n]*'):(?:[ \t]|$)", re.MULTILINE)
_TEXT_LINE = re.compile(r"^[ \t]*[\w.]+(?:[ \t]*[={]|[ \t]+[\w\"])", re.MULTILINE)


def parse_text(source: Source) -> Tree:
    """Raises: Rejected, when nothing of the source can be judged."""
    if len(source.text) > LARGEST:
        raise Rejected([TooLarge(place=source.name, size=len(source.text))])
    tokens, closed = tokens_of(source)
    if all(token.type == NEWLINE for token in tokens):
        raise Rejected([Empty(place=Span(source, 0, 0))])
    _refuse_yaml(source)
    problems: list[Problem] = []
    if not closed:
        tokens, problems = balanced(source, tokens)
    branch = Recovering(source, tokens, problems).parse()
    building = Building(source, problems)
    root = building.root(branch)
    return Tree(source, root, tuple(building.problems))


def _refuse_yaml(source: Source) -> None:
    """Raises: Rejected, when most lines are YAML's: then one problem says more than forty."""
    first = _YAML_LINE.search(source.text)
    if first is None:
        return
    yaml = sum(1 for _ in _YAML_LINE.finditer(source.text))
    text = sum(1 for _ in _TEXT_LINE.finditer(source.text))
    if yaml >= 3 and yaml > text:
        start = first.start() + len(first.group()) - len(first.group().lstrip())
        place = Span(source, start, first.end())
        raise Rejected([WrittenInYaml(place=place, whole=True, item=False)])
