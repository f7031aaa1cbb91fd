"""`text`: any files of text."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator, Mapping, Sequence
from encodings.aliases import aliases
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from hebbdsl.diagnostics.diagnostic import At, Problem, Severity, nearest
from hebbdsl.diagnostics.wording import listed, quoted
from hebbdsl.expression.metric import Split
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Length, Logistics, Suggested
from hebbdsl.parts.datasets.corpora.decoding import is_encoding
from hebbdsl.parts.exposure import Exposure
from hebbdsl.parts.language import ExternalCorpus, Vocabulary
from hebbdsl.parts.reporter import Reporter

if TYPE_CHECKING:
    from hebbdsl.parts.datasets.corpora.corpus_source import Splits


@frozen(kw_only=True)
class Text(ExternalCorpus):
    """Files of text, plain or packed by gzip, in the order in which they are named.

    Names may hold `*`, `?` and `**`. They are taken from the folder that the environment variable
    HEBBDSL_DATA names, else from the current one. A file that stands in two splits, or twice in
    one, is warned of. `words` begin and end where the Unicode Standard says (its Annex 29), but
    that full stops, commas and colons are words of their own, also amid letters and digits. Texts
    that Unicode calls the same (`é` as one sign or as two) are the same.
    """

    word: ClassVar[str] = "text"

    train: Annotated[
        tuple[str, ...], Length(1, 10_000), Suggested("train.txt"), "files to train on"
    ]
    validation: Annotated[
        tuple[str, ...],
        Length(1, 10_000),
        Suggested("validation.txt"),
        "files that choose the weights",
    ]
    test: Annotated[
        tuple[str, ...],
        Length(1, 10_000),
        Suggested("test.txt"),
        "files that results are measured on",
    ]
    tokens: Annotated[
        Literal["words", "whitespace"],
        "words and signs apart, as prose needs it, or what stands between white space, as text that"
        " was cut into words before",
    ] = "words"
    vocabulary: Annotated[
        Vocabulary, Suggested(), "how many words are known at most, the most frequent of train"
    ] = 50_000

    encoding: Annotated[
        str, Logistics(), "what the files are written in: `utf-8`, `utf-16`, `cp1252` and so on"
    ] = "utf-8"

    @property
    def cutting(self) -> Literal["words", "whitespace"]:
        return self.tokens

    @property
    def files(self) -> Mapping[Split, Sequence[str]]:
        return {"train": self.train, "validation": self.validation, "test": self.test}

    def errors(self) -> Iterator[Problem]:
        yield from ExternalCorpus.errors(self)
        if not is_encoding(self.encoding):
            yield UnknownEncoding(place=At.field("encoding"), name=self.encoding)

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        written = {
            split: {os.path.normpath(name): name for name in names}
            for split, names in self.files.items()
        }
        for count, (split, named) in enumerate(written.items()):
            # One warning for a field, whichever of the splits before it share its files.
            earlier = list(written)[:count]
            others = tuple(other for other in earlier if named.keys() & written[other].keys())
            if others:
                both = named.keys() & set().union(*(written[other] for other in others))
                names = tuple(sorted(named[path] for path in both))
                yield SharedNames(place=At.field(split), names=names, split=split, others=others)

    def missing_here(self) -> Iterator[Problem]:
        from hebbdsl.parts.datasets.corpora.text_files import text_missing

        return text_missing(self.files)

    def find(self, reporter: Reporter) -> tuple[Splits, str]:
        from hebbdsl.parts.datasets.corpora.text_files import (
            repeated_files,
            shared_files,
            text_splits,
        )

        found = text_splits(self.files, codecs.lookup(self.encoding).name)
        for shared in shared_files(self.files, literal=True):
            reporter.say(f"{shared.title}; what is measured on it is no test")
        for repeated in repeated_files(self.files):
            reporter.say(f"{repeated.title}; {repeated.hint}")
        return found


class UnknownEncoding(Problem):
    """`encoding` names none that Python knows.

    Its names are those of Python's codecs: `utf-8`, `utf-16`, `latin-1`, `cp1252`, `koi8-r`,
    `shift_jis`, `gb18030`. What differs between machines, or escapes single signs, is none.

    Wrong:
        data: {text: {train: [a.txt], validation: [b.txt], test: [c.txt], encoding: latin1252}}
        model: lstm
        curriculum: null

    Right:
        data: {text: {train: [a.txt], validation: [b.txt], test: [c.txt], encoding: cp1252}}
        model: lstm
        curriculum: null
        output: softmax
    """

    code = "HEB517"
    name: str

    title = "there is no encoding {name!q}"
    label = "no encoding of text"

    @property
    def hint(self) -> str:

        known = sorted({*aliases, *aliases.values()})
        near = nearest(self.name.lower().replace("-", "_"), known)
        meant = f"did you mean {quoted(near)}? " if near is not None else ""
        return f"{meant}among them are `utf-8`, `utf-16`, `cp1252` and `latin-1`"


class SharedNames(Problem):
    """A file of text is named in two splits.

    A model that was trained on a text, or chosen by it, is not tested by it: perplexity would be
    lower than it is. Give each file to one split. Where it is meant, say why:
    `# allow HEB756: only whether it can learn the text is asked`.

    Wrong:
        data: {text: {train: [all.txt], validation: [all.txt], test: [test.txt]}}
        model: lstm
        output: softmax
        curriculum: null
        training: {optimizer: adam, epochs: 1}

    Right:
        data: {text: {train: [train.txt], validation: [validation.txt], test: [test.txt]}}
        model: lstm
        output: softmax
        curriculum: null
        training: {optimizer: adam, epochs: 1}
    """

    code = "HEB756"
    severity = Severity.WARNING
    names: tuple[str, ...]
    split: str
    others: tuple[str, ...]

    @property
    def title(self) -> str:
        first = quoted(self.names[0])
        more = f" and {len(self.names) - 1:,} more" if len(self.names) > 1 else ""
        fields = listed((*self.others, self.split), "and")
        return f"{first}{more} {'stand' if more else 'stands'} in {fields}"

    label = "stands in {others:and} too"
    hint = "give each file to one split, or say why not: `# allow HEB756: …`"
