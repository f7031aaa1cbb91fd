"""Every small change of a module that a good test would notice, one at a time."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.Pow: ast.Mult,
    ast.Mod: ast.Add,
}


@dataclass(frozen=True)
class Mutation:
    """A module with one change in it."""

    line: int
    what: str
    tree: ast.Module


Edit = Callable[[ast.AST], str]


def mutations(source: str) -> Iterator[Mutation]:
    """All of them, in order of place. Annotations, docstrings and imports are left alone."""
    tree = ast.parse(source)
    places = tuple(_places(tree))
    for number, node in enumerate(places):
        for edit in _edits(node):
            changed = copy.deepcopy(tree)
            target = tuple(_places(changed))[number]
            what = edit(target)
            ast.fix_missing_locations(changed)
            yield Mutation(_line(node), what, changed)


def _line(node: ast.AST) -> int:
    where = node.target if isinstance(node, ast.comprehension) else node
    return int(getattr(where, "lineno", 0))


def _places(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run, each once."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "bases", "keywords_of_class"):
            continue
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, ast.AST) or _is_left_alone(item):
                continue
            yield item
            yield from _places(item)


def _is_left_alone(node: ast.AST) -> bool:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    typing_only = (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )
    imports = isinstance(node, (ast.Import, ast.ImportFrom))
    # `Path = tuple[…]` and its like are types, which nothing runs.
    alias = isinstance(node, ast.Assign) and isinstance(node.value, (ast.Subscript, ast.BinOp))
    return docstring or typing_only or imports or alias


def _edits(node: ast.AST) -> Iterator[Edit]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
            yield _comparison
        case ast.BoolOp():
            yield _and_or
        case ast.UnaryOp(op=ast.Not()) | ast.UnaryOp(op=ast.USub()):
            yield _no_sign
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
            yield _arithmetic
        case ast.Constant(value=bool()) | ast.Constant(value=int()) | ast.Constant(value=str()):
            yield _constant
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield _returns_none
        case ast.Expr(value=ast.Call()) | ast.Expr(value=ast.Yield()) | ast.Expr(ast.YieldFrom()):
            yield _nothing
        case ast.AugAssign() | ast.Continue() | ast.Raise():
            yield _nothing
        case ast.If() | ast.IfExp() | ast.While():
            yield _negated
        case ast.comprehension(ifs=[_, *_]):
            yield _unfiltered


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _comparison(node: ast.AST) -> str:
    assert isinstance(node, ast.Compare)
    before = type(node.ops[0])
    node.ops = [_COMPARISONS[before]()]
    return f"{before.__name__} → {_COMPARISONS[before].__name__}"


def _and_or(node: ast.AST) -> str:
    assert isinstance(node, ast.BoolOp)
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return f"→ {type(node.op).__name__}"


def _no_sign(node: ast.AST) -> str:
    assert isinstance(node, ast.UnaryOp)
    node.op = ast.UAdd() if isinstance(node.op, ast.USub) else node.op
    if isinstance(node.op, ast.Not):
        node.operand = ast.UnaryOp(ast.Not(), node.operand)
    return "sign or `not` away"


def _arithmetic(node: ast.AST) -> str:
    assert isinstance(node, ast.BinOp)
    before = type(node.op)
    node.op = _ARITHMETIC[before]()
    return f"{before.__name__} → {type(node.op).__name__}"


def _constant(node: ast.AST) -> str:
    assert isinstance(node, ast.Constant)
    before = node.value
    if isinstance(before, bool):
        node.value = not before
    elif isinstance(before, int):
        node.value = before + 1
    else:
        node.value = f"XX{before}"
    return f"{before!r} → {node.value!r}"


def _returns_none(node: ast.AST) -> str:
    assert isinstance(node, ast.Return)
    node.value = ast.Constant(None)
    return "returns None"


def _nothing(node: ast.AST) -> str:
    """The statement becomes one that does nothing, in place."""
    what = ast.unparse(node).splitlines()[0][:60]
    node.__class__ = ast.Pass
    return f"without `{what}`"


def _negated(node: ast.AST) -> str:
    assert isinstance(node, (ast.If, ast.IfExp, ast.While))
    node.test = ast.UnaryOp(ast.Not(), node.test)
    return "condition negated"


def _unfiltered(node: ast.AST) -> str:
    assert isinstance(node, ast.comprehension)
    node.ifs = node.ifs[1:]
    return "one filter away"
