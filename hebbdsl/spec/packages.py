"""HEB216 to HEB218: words of installed packages that are missing, taken twice, or broken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from traceback import walk_tb

from hebbdsl.diagnostics.diagnostic import Place, Problem, Rejected
from hebbdsl.entry_points import Added, BrokenError, version_of
from hebbdsl.vocabulary import VOCABULARY, every_added, parts_in, providers_of


class PackageMissing(Problem):
    """A package that the spec requires is not installed.

    Packages add words to the language; `requires` names those that a spec uses. Words that are not
    known are not reported as long as one of them is missing.

    Wrong:
        requires: [hebbdsl-without-a-name]

    Right:
        requires: []
    """

    code = "HEB216"
    package: str

    title = "the package {package!q} is not installed"
    label = "is not installed"
    hint = "install it into the environment of hebbdsl: `pip install {package}`"


class WordTwice(Problem):
    """Two installed packages have the same word, or one has a word of hebbdsl itself.

    Such a word stands for neither. A word of hebbdsl keeps its meaning. Uninstall one of the
    packages, or ask its authors to rename the word.

    Wrong:
        hebbdsl explain hinge

    Right:
        pip uninstall hebbdsl-hinge-of-another
    """

    code = "HEB217"
    word: str
    packages: tuple[str, ...]

    label = "has two meanings"
    hint = "uninstall one of them"
    title = "the word `{word}` is of {packages:and}"


class BrokenPart(Problem):
    """A word of an installed package does not do what every word of its kind does.

    Its class can't be imported, lacks a method, returns something else than is promised, or raises
    an exception where it is asked. That is a fault of the package, and for its authors to mend.

    Wrong:
        hebbdsl validate specs/with_a_broken_package.yaml

    Right:
        pip install --upgrade hebbdsl-hinge
    """

    code = "HEB218"
    word: str
    package: str
    version: str
    reason: str

    title = "{word!q} of the package {package!q} is broken: {reason}"
    label = "comes from {package} {version}"
    hint = "report it to the authors of {package!q}"


def missing_packages(required: Sequence[tuple[str, Place]]) -> Iterator[PackageMissing]:
    """What a spec requires and is not installed."""
    for package, place in required:
        if version_of(package) is None:
            yield PackageMissing(place=place, package=package)


def clashing_words(required: Sequence[tuple[str, Place]]) -> Iterator[WordTwice]:
    """Words of the packages that a spec requires which another has too, or hebbdsl itself."""
    for package, place in required:
        for one in every_added():
            own = _normal(one.package) == _normal(package)
            if own and len(providers := providers_of(one.name)) > 1:
                yield WordTwice(place=place, word=one.name, packages=providers)


def word_twice(word: str, place: Place) -> WordTwice | None:
    """The problem of a word that stands for nothing because two packages have it."""
    providers = providers_of(word)
    if len(providers) < 2 or any(word in words for words in VOCABULARY.values()):
        return None
    return WordTwice(place=place, word=word, packages=providers)


def broken_by(error: Exception, place: Place = None) -> BrokenPart | None:
    """The problem of a package amid whose code an exception was raised; None: it was in ours."""
    if isinstance(error, BrokenError):
        return _broken(error.added, error.reason, place)
    for frame, line in reversed(list(walk_tb(error.__traceback__))):
        for one in parts_in(frame.f_globals.get("__name__", "")):
            reason = f"{type(error).__name__}: {error} ({one.module}, line {line})"
            return _broken(one, reason, place)
    return None


@contextmanager
def packages_answer(place: Place = None) -> Iterator[None]:
    """Makes of an exception in the code of a package its problem. Raises: Rejected, with HEB218."""
    try:
        yield
    except Rejected:
        raise
    except Exception as error:
        if (problem := broken_by(error, place)) is None:
            raise
        raise Rejected([problem]) from error


def _broken(one: Added, reason: str, place: Place) -> BrokenPart:
    return BrokenPart(
        place=place, word=one.name, package=one.package, version=one.version, reason=reason
    )


def _normal(package: str) -> str:
    """The name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", package).lower()
