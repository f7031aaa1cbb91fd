"""Problems that several data sets raise."""

from __future__ import annotations

from typing import ClassVar

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Related, Severity
from hebbdsl.diagnostics.wording import listed, quoted
from hebbdsl.source import Span

_SHOWN = 4
"""Names that are shown, of however many there are."""


class DataProblem(Problem):
    """What problems of data share: the exit code. `place` is the path of the file, as opened."""

    exit_code = 3
    absent: ClassVar[bool] = False
    """Nothing is there, so that something else may stand in; what is damaged is never replaced."""


class DataMissing(DataProblem):
    """The data is not on this machine and could not be fetched.

    Data is looked for in the folder that the environment variable `HEBBDSL_DATA` names, then in the
    user's cache folder, and is fetched when it is in neither, where it can be: `gutenberg` and
    `gigaword` can't. Put the files into a folder and name
    that folder in `HEBBDSL_DATA`, or allow a substitute with `fallback`. A download that stopped
    half-way goes on from there when the command is run again.

    Wrong:
        hebbdsl run specs/omniglot_curriculum.yaml      # no network, nothing on this machine

    Right:
        HEBBDSL_DATA=~/data hebbdsl run specs/omniglot_curriculum.yaml
        # where ~/data/omniglot holds images_background.zip and images_evaluation.zip
    """

    code = "HEB501"
    absent: ClassVar[bool] = True
    word: str
    missing: tuple[str, ...]
    tried: tuple[tuple[str, str], ...]
    """Addresses or folders, each with the reason why it did not serve."""
    substitute: str = "glyphs"
    fetched: bool = True
    """Whether it was tried to fetch it."""
    advice: str | None = None
    """What to put where; None: zips of what is missing."""

    @property
    def title(self) -> str:
        what = " and ".join(f"`{name}`" for name in self.missing)
        reasons = "; ".join(f"{address}: {reason}" for address, reason in self.tried)
        nor_fetched = ", nor fetched" if self.fetched else ""
        reasons = reasons or "no address given"
        return f"{what} of `{self.word}` not found here{nor_fetched}: {reasons}"

    @property
    def hint(self) -> str:
        files = " and ".join(n if n.endswith(".zip") else f"{n}.zip" for n in self.missing)
        advice = self.advice or f"put {files} into a folder and set HEBBDSL_DATA to it"
        return f"{advice}, or allow a substitute: `{self.word}: {{fallback: {self.substitute}}}`"


class UnreadableData(DataProblem):
    """A file or folder of the data is there but can't be read.

    Change its permissions, or name another folder in `HEBBDSL_DATA`.

    Wrong:
        $ ls -l data/omniglot
        ---------- images_background.zip

    Right:
        $ ls -l data/omniglot
        -rw-r--r-- images_background.zip
    """

    code = "HEB503"
    reason: str

    title = "cannot read `{place}`: {reason}"
    hint = "make it readable, or set HEBBDSL_DATA to another folder"


class DamagedZip(DataProblem):
    """A zip of the data is truncated or altered: it, or a member of it, can't be unpacked.

    Fetch the file again. It is never changed or deleted for you.

    Wrong:
        $ unzip -t data/omniglot/images_background.zip
        End-of-central-directory signature not found.

    Right:
        $ unzip -t data/omniglot/images_background.zip
        No errors detected in compressed data of images_background.zip.
    """

    code = "HEB504"
    reason: str
    member: str | None = None

    @property
    def title(self) -> str:
        inside = f", member `{self.member}`" if self.member else ""
        return f"the zip `{self.place}`{inside} is damaged: {self.reason}"

    hint = "fetch it again, or move it away to have it fetched"


class FontUnusable(DataProblem):
    """A font that letters are rendered from is missing, unreadable or lacks letters.

    The DejaVu fonts come with matplotlib. Install matplotlib again.

    Wrong:
        $ ls site-packages/matplotlib/mpl-data/fonts/ttf/DejaVu*
        ls: cannot access: No such file or directory

    Right:
        $ pip install --force-reinstall matplotlib
    """

    code = "HEB510"
    reason: str

    title = "cannot render letters from the font `{place}`: {reason}"
    hint = "install matplotlib again: its fonts are used"


class DataNotHere(Problem):
    """Data that is not on this machine will be fetched, or something else will stand in for it.

    `plan` and `validate --here` look; plain `validate` answers the same everywhere. A run fetches
    what is missing into the user's cache folder, but for `gutenberg` and `gigaword`, which can't be
    fetched, and for a file that is missing among others. Where there is no network, put the files
    into a folder and name it in the environment variable HEBBDSL_DATA.

    Wrong:
        hebbdsl validate --here specs/omniglot_curriculum.yaml      # nothing on this machine

    Right:
        HEBBDSL_DATA=~/data hebbdsl validate --here specs/omniglot_curriculum.yaml
        # where ~/data/omniglot holds images_background.zip and images_evaluation.zip
    """

    code = "HEB515"
    severity = Severity.WARNING
    word: str
    missing: tuple[str, ...]
    looked: tuple[str, ...]
    replaceable: bool
    fetched: bool = True
    """Whether a run fetches it."""

    @property
    def title(self) -> str:
        what = listed(self.missing, "and")
        are, them = ("is", "it") if len(self.missing) == 1 else ("are", "them")
        here = f"{what} of {quoted(self.word)} {are} not here"
        if not self.fetched:
            after = ": what `fallback` names stands in" if self.replaceable else ""
            return here + (after or f", and a run can't fetch {them}")
        after = "; where that fails, what `fallback` names stands in" if self.replaceable else ""
        return f"{here}: a run fetches {them}{after}"

    label = "not here"

    @property
    def hint(self) -> str | None:
        return f"looked in {', '.join(self.looked)}; HEBBDSL_DATA names a folder to look in first"


class EmptySplit(DataProblem):
    """A split of a corpus holds less than two words, ends of lines left out.

    Wrong:
        hebbdsl run specs/my_text.yaml      # test.txt is empty

    Right:
        hebbdsl run specs/my_text.yaml      # train.txt, validation.txt and test.txt hold text
    """

    code = "HEB551"
    split: str
    tokens: int
    advice: str | None = None
    """What gives the split more, where a field does."""

    title = "the {split} text holds {tokens:word}"

    @property
    def hint(self) -> str:
        more = f": {self.advice}" if self.advice else ""
        return f"every split needs a text of two words or more{more}"


class InTwoSplits(Problem):
    """Years of newswire, or books, are given to two splits.

    A model that was trained on a text, or chosen by it, is not tested by it: perplexity would be
    lower than it is. Give each year or book to one split.

    Wrong:
        data: {gigaword: {train_years: 2000..2010, test_years: 2010}}
        model: lstm
        curriculum: null

    Right:
        data: {gigaword: {train_years: 2000..2009, test_years: 2010}}
        model: lstm
        curriculum: null
        output: softmax
    """

    code = "HEB448"
    field: str
    names: tuple[str, ...]
    other: At | Span
    other_field: str

    @property
    def title(self) -> str:
        named = listed(self.names, "and")
        if len(self.names) > _SHOWN:
            named = f"{quoted(self.names[0])} and {len(self.names) - 1:,} more"
        fields = f"{quoted(self.other_field)} and {quoted(self.field)}"
        return f"{named} {'stands' if len(self.names) == 1 else 'stand'} in {fields} both"

    label = "is held out here"
    hint = "leave it out of {other_field!q}, or of {field!q}"
    related = Also("other", "and stands here")


class SubstituteTooSmall(Problem):
    """The substitute has fewer classes than are asked for.

    A spec with `fallback` must be runnable on both data sets.

    Wrong:
        data:
          omniglot: {classes: 200, fallback: {glyphs: {alphabets: [Greek]}}}

    Right:
        data:
          omniglot: {classes: 200, fallback: glyphs}
    """

    code = "HEB422"
    classes: int
    available: int

    title = "{classes} classes are asked for, the substitute has {available}"
    label = "has {available}"
    hint = "use at most {available} classes, or leave `fallback` out"
    related = Also(At.field("classes"), "{classes} asked for")


class SubstituteUnused(Problem):
    """A field of the substitute has no effect: the counts and sizes are those of the data replaced.

    Remove the field, or set it on the data set that is replaced.

    Wrong:
        data:
          omniglot: {classes: 200, fallback: {glyphs: {classes: 100}}}

    Right:
        data:
          omniglot: {classes: 200, fallback: glyphs}
    """

    code = "HEB423"
    field: str

    title = "`{field}` of a substitute has no effect: it takes that of the data replaced"
    label = "no effect here"
    hint = "remove `{field}` here"

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(At.field(self.field), "this one counts"),)


class SubstituteSame(Problem):
    """A data set stands in for itself.

    When it can't be had, it can't stand in either. Name another data set, or leave `fallback` out.

    Wrong:
        data:
          omniglot: {fallback: omniglot}

    Right:
        data:
          omniglot: {fallback: glyphs}
    """

    code = "HEB424"
    title = "a data set can't stand in for itself"
    label = "the same data set"
    hint = "name another data set, or leave `fallback` out"


class SubstituteReadsOther(Problem):
    """Text is to stand in for images, or images for a text.

    Wrong:
        data:
          omniglot: {fallback: stdlib_docs}

    Right:
        data:
          omniglot: {fallback: glyphs}
    """

    code = "HEB419"
    holds: str
    instead_of: str

    title = "{holds} can't stand in for {instead_of}"
    label = "holds {holds}"
