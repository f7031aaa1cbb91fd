"""`hebbdsl init`: a new spec with comments, from a few words."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hebbdsl.cli.shell_completion import words_for
from hebbdsl.cli.terminal import echo, echo_stderr
from hebbdsl.diagnostics.escaping import visible

if TYPE_CHECKING:
    from hebbdsl.parts.part import Part
    from hebbdsl.spec.printing import Surface


def _option(part: str) -> Any:
    """The option that says the word of a part."""
    return typer.Option(f"--{part}", metavar="WORD", autocompletion=words_for(part))


class InitFormat(Enum):
    yaml = "yaml"
    hebb = "hebb"


def init(
    path: Annotated[
        Path | None, typer.Argument(metavar="[PATH]", help="The new file; default: experiment.yaml")
    ] = None,
    format: Annotated[
        InitFormat | None, typer.Option("--format", help="Surface; default: by PATH's ending.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", metavar="WORD", autocompletion=words_for("data"))
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="WORD", autocompletion=words_for("model"))
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", metavar="WORD", autocompletion=words_for("output"))
    ] = None,
    curriculum: Annotated[
        str | None,
        typer.Option("--curriculum", metavar="WORD", autocompletion=words_for("curriculum")),
    ] = None,
    optimizer: Annotated[
        str | None,
        typer.Option("--optimizer", metavar="WORD", autocompletion=words_for("optimizer")),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: take the defaults.")] = False,
) -> None:
    """Write a new spec with comments. Asks on a terminal for the words that no option gives."""
    from hebbdsl.cli.problems import AlreadyThere
    from hebbdsl.diagnostics.diagnostic import Rejected

    given = {
        "data": data,
        "model": model,
        "output": output,
        "curriculum": curriculum,
        "optimizer": optimizer,
    }
    file, surface = _file(path, format)
    if file.exists() or file.is_symlink():
        raise Rejected([AlreadyThere(place=str(file), path=str(file))])
    words = _words({name: word for name, word in given.items() if word is not None}, yes)
    text = _sound(file, _name(file), words, surface)
    _write(file, text)
    echo(f"wrote {file}")
    echo(f"next: hebbdsl plan {file}, then hebbdsl compare {file}; `about` awaits your question")


def _file(path: Path | None, format: InitFormat | None) -> tuple[Path, Surface]:
    """The file and its surface, which ending and option must agree on."""
    surface: Surface = "yaml" if format is None else format.value
    if path is None:
        return Path(f"experiment.{surface}"), surface
    found = {".hebb": "hebb", ".yaml": "yaml", ".yml": "yaml"}.get(path.suffix.lower())
    if found is None:
        return path.with_name(f"{path.name}.{surface}"), surface
    if format is not None and found != surface:
        said = visible(f"{path.name} is not named as such")
        raise typer.BadParameter(said, param_hint="--format")
    return path, "hebb" if found == "hebb" else "yaml"


def _name(file: Path) -> str:
    """The experiment's name: the file's, as far as it makes one."""
    name = re.sub(r"[^a-z0-9]+", "_", file.stem.lower()).strip("_")[:64]
    return name if name[:1].isalpha() else "experiment"


def _words(given: Mapping[str, str], yes: bool) -> Mapping[str, str]:
    """A word for every part: given, asked for, or the default. Raises: Rejected, with HEB192."""
    from hebbdsl.cli.problems import NotOfKind
    from hebbdsl.diagnostics.diagnostic import Rejected
    from hebbdsl.spec.scaffold import asked, first_words, offered

    kinds = asked()
    wrong = [
        NotOfKind(place=None, option=f"--{name}", word=word, known=offered(kinds[name]))
        for name, word in given.items()
        if word not in offered(kinds[name])
    ]
    if wrong:
        raise Rejected(wrong)
    if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return first_words(given)
    chosen = dict(given)
    for name, kind in kinds.items():
        default = first_words(chosen).get(name)
        if name not in chosen and default is not None:
            chosen[name] = _ask(name, kind, default)
    return chosen


def _ask(name: str, kind: type[Part], default: str) -> str:
    """One of the words, as answered on the terminal; an empty answer is the default."""
    from hebbdsl.diagnostics.wording import suggestion
    from hebbdsl.spec.scaffold import offered

    words = offered(kind)
    while True:
        echo_stderr(f"{name} ({', '.join(words)}) [{default}]: ", end="")
        if not (line := sys.stdin.readline()):
            raise KeyboardInterrupt
        if (answer := line.strip() or default) in words:
            return answer
        echo_stderr(f"  {suggestion(answer, words, 'one of the words in parentheses')}")


def _sound(file: Path, name: str, words: Mapping[str, str], surface: Surface) -> str:
    """The text of the spec: with a second variant to compare with, where the two are comparable.

    Raises: Rejected, when the words do not go together.
    """
    from hebbdsl.pipeline import inspect_source
    from hebbdsl.source import Source
    from hebbdsl.spec.scaffold import scaffold

    text = scaffold(name, words, surface, compared=True)
    if len(inspect_source(Source(str(file), text))):
        text = scaffold(name, words, surface, compared=False)
        inspect_source(Source(str(file), text)).raise_errors()
    return text


def _write(file: Path, text: str) -> None:
    """Raises: Rejected, with HEB190 or HEB191."""
    from hebbdsl.cli.problems import AlreadyThere
    from hebbdsl.diagnostics.diagnostic import Rejected
    from hebbdsl.spec.typed import NotWritten

    try:
        with suppress(FileExistsError):
            file.parent.mkdir(parents=True)
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise Rejected([AlreadyThere(place=str(file), path=str(file))]) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise Rejected([NotWritten(place=str(file), path=str(file), reason=reason)]) from error
