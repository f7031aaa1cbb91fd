"""All that is printed goes through the modules that escape it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import hebbdsl

ROOT = Path(hebbdsl.__file__).parent
PRINTING = {"cli/terminal.py", "run/progress.py", "interrupts.py"}
LAYING_OUT = {"cli/console.py", "run/progress.py"}


def printing(tree: ast.AST) -> Iterator[str]:
    """What writes to a standard stream."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="print" as name)):
                yield name
            case ast.Call(func=ast.Attribute(attr="echo" | "secho" as name)):
                yield name
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Attribute(attr="stdout" | "stderr" | "__stdout__" | "__stderr__"),
                    attr="write" | "writelines" as name,
                )
            ):
                yield name


def laying_out(tree: ast.AST) -> Iterator[str]:
    """Names of rich that take markup, or print; annotations apart."""
    typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in typing:
            module = node.module or ""
            if module.split(".")[0] == "rich" and module not in ("rich", "rich.table"):
                yield module
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.split(".")[0] == "rich")


def sources() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_only_the_modules_that_escape_print() -> None:
    found = {name for name, tree in sources() if [*printing(tree)]}
    assert found == PRINTING


def test_only_the_modules_that_escape_make_tables_for_a_terminal() -> None:
    found = {name for name, tree in sources() if [*laying_out(tree)]}
    assert found == LAYING_OUT


def test_printing_is_noticed() -> None:
    for text in ("print(1)", "typer.echo(1)", "sys.stdout.write('')", "sys.stderr.writelines([])"):
        assert [*printing(ast.parse(text))]
    for text in ("from rich.text import Text", "import rich.console"):
        assert [*laying_out(ast.parse(text))]
    assert not [*laying_out(ast.parse("if TYPE_CHECKING:\n    from rich.text import Text"))]
