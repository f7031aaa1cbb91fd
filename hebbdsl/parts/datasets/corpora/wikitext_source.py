"""WikiText's files: where they are on this machine, or how they are fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from hebbdsl.diagnostics.diagnostic import At, Problem, Rejected
from hebbdsl.expression.metric import Split
from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
from hebbdsl.parts.datasets.corpora.corpus_source import (
    Piece,
    Splits,
    members,
    not_had,
    of_file,
)
from hebbdsl.parts.datasets.files import cache_folder, temporary_folder
from hebbdsl.parts.datasets.finding import folders_of, is_file, missing_place
from hebbdsl.parts.datasets.problems import DataNotHere, DataProblem
from hebbdsl.parts.reporter import Reporter

FILES: Mapping[Split, str] = {
    "train": "wiki.train.tokens",
    "validation": "wiki.valid.tokens",
    "test": "wiki.test.tokens",
}
SIZES: Mapping[int, Mapping[Split, int]] = {
    2: {"train": 10_797_148, "validation": 1_121_681, "test": 1_256_449},
    103: {"train": 539_566_975, "validation": 1_121_681, "test": 1_256_449},
}
"""Bytes of the files as published. An order of articles is not checked: packed anew, they are
found in others, and what is counted is the same."""

TEXTS: Mapping[int, Mapping[Split, str]] = {
    2: {
        "validation": "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8",
        "test": "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0",
    },
    103: {},
}
"""SHA-256 of the files, as far as one was at hand that is upstream's to the byte."""


def wikitext_splits(
    version: int, addresses: Sequence[str], reporter: Reporter
) -> tuple[Splits, str]:
    """The three files, and where they came from.

    Raises: Rejected, with HEB501 to HEB504 and HEB555.
    """
    place = _found(version)
    if place is None:
        place = _fetched(version, addresses, reporter)
    pieces = _pieces(place)
    if missing := _lacking(pieces):
        beside = f"put {' and '.join(missing)} beside the others"
        whole = f"{_name(version)}-v1.zip as published in their place"
        reasons = ((str(place), "it holds the others"),)
        raise not_had("wikitext", missing, reasons, f"{beside}, or {whole}")
    problems = list(_others(version, pieces))
    if problems:
        raise Rejected(problems)
    return {split: [piece] for split, piece in pieces.items()}, str(place)


def wikitext_missing(version: int, *, replaceable: bool) -> Iterator[Problem]:
    """What opening it would meet, found by looking at names, those in a zip too."""
    try:
        place = _found(version)
        missing = () if place is None else _lacking(_pieces(place))
    except Rejected as rejected:
        yield from rejected.problems
        return
    name = _name(version)
    if place is None:
        yield from missing_place(
            "wikitext", name, lambda: None, replaceable=replaceable, folder=name, fetched=True
        )
    elif missing:
        yield DataNotHere(
            place=At(()),
            word="wikitext",
            missing=missing,
            looked=(str(place),),
            replaceable=replaceable,
            fetched=False,
        )


def refuse_altered(
    version: int, content: CorpusContent, tokens: Mapping[Split, int], words: int | None
) -> None:
    """Compare a text that was tokenised with the published one.

    Args:
        words: how many different ones there are; None: some are left out, or read as others.

    Raises: Rejected, with HEB555 or HEB565.
    """
    problems = list[Problem]()

    def other(place: str, size: int, published: int, unit: Literal["tokens", "words"]) -> None:
        problem = OtherWikitext(
            place=place, version=version, size=size, published=published, unit=unit
        )
        problems.append(problem)

    for split, ids in content.splits.items():
        place = content.places[split]
        if len(ids) != tokens[split]:
            other(place, len(ids), tokens[split], "tokens")
        elif content.texts[split] != TEXTS[version].get(split, content.texts[split]):
            problems.append(AlteredWikitext(place=place, version=version, split=split))
    if not problems and words is not None and len(content.words) != words:
        other(content.places["train"], len(content.words), words, "words")
    if problems:
        raise Rejected(problems)


def _name(version: int) -> str:
    return f"wikitext-{version}"


def _found(version: int) -> Path | None:
    """The first zip, or folder of the files, in the places where it may be."""
    name = _name(version)
    for folder in folders_of(name):
        for path in (folder / f"{name}-v1.zip", folder / f"{name}.zip", folder / name, folder):
            if is_file(path) or is_file(path / FILES["train"]):
                return path
    return None


def _pieces(place: Path) -> dict[Split, Piece]:
    if place.is_dir():
        return {s: of_file(place / n) for s, n in FILES.items() if is_file(place / n)}
    inside = {Path(name).name: piece for name, piece in members(place).items()}
    return {s: inside[n] for s, n in FILES.items() if n in inside}


def _lacking(pieces: Mapping[Split, Piece]) -> tuple[str, ...]:
    return tuple(FILES[split] for split in FILES if split not in pieces)


def _others(version: int, pieces: Mapping[Split, Piece]) -> Iterator[Problem]:
    for split, piece in pieces.items():
        published, size = SIZES[version][split], piece.size
        if published < size < 2 * published:
            # Copied by a system that ends lines in CR LF, it is as long once they are read.
            size = sum(map(len, piece.blocks()))
        if size != published:
            yield OtherWikitext(place=piece.name, version=version, size=size, published=published)


def _fetched(version: int, addresses: Sequence[str], reporter: Reporter) -> Path:
    """Raises: Rejected, with HEB501."""
    from hebbdsl.parts.datasets.download import FetchFailed, fetch

    name = f"{_name(version)}-v1.zip"
    reporter.say(f"wikitext-{version} is not on this machine: fetching it")
    folder = cache_folder() / _name(version)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = temporary_folder()

    def verify(path: Path) -> str | None:
        try:
            pieces = _pieces(path)
            problems = list(_others(version, pieces))
        except Rejected as rejected:
            problems = list(rejected.problems)
            pieces = {}
        if problems:
            return problems[0].title
        return None if len(pieces) == len(FILES) else "it lacks some of WikiText's files"

    try:
        return fetch(name, addresses, folder, verify, reporter)
    except FetchFailed as failed:
        raise not_had("wikitext", (name,), failed.tried) from failed
    except OSError as error:
        reason = f"cannot be written to: {error.strerror or error}"
        raise not_had("wikitext", (name,), ((str(folder), reason),)) from error


class OtherWikitext(DataProblem):
    """Files that are named like WikiText's are not what was published.

    Their sizes are compared, and once they are cut into words how many these are, and how many
    different ones; the zip that they come in may be another, and lines may end in CR LF.

    Wrong:
        HEBBDSL_DATA=~/data hebbdsl run specs/wikitext2_lstm.yaml      # the raw version

    Right:
        HEBBDSL_DATA=~/data hebbdsl run specs/wikitext2_lstm.yaml      # wikitext-2-v1.zip
    """

    code = "HEB555"
    version: int
    size: int
    published: int
    unit: Literal["bytes", "tokens", "words"] = "bytes"

    title = "{size:,} {unit} where WikiText-{version} as published has {published:,}"
    hint = (
        "the word-level version (`-v1.zip`) is read as it was published; give the raw one, or an"
        " altered copy, as `text`"
    )


class AlteredWikitext(DataProblem):
    """A file of WikiText-2 has the size and the number of words of the published one, and another
    text.

    The SHA-256 of the validation and the test text are compared. Of the train text sizes and counts
    are: it is about in several orders of its articles.

    Wrong:
        sed -i s/he/eh/ wiki.test.tokens && hebbdsl run specs/wikitext2_lstm.yaml

    Right:
        unzip -o wikitext-2-v1.zip && hebbdsl run specs/wikitext2_lstm.yaml
    """

    code = "HEB565"
    version: int
    split: str

    title = "the {split} text is not that of WikiText-{version} as published"
    hint = "restore the published file; or give yours as `text`"
