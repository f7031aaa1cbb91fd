"""HEB501-529: data that is missing, damaged or not what was published."""

from __future__ import annotations

from typing import ClassVar

from hebbdsl.diagnostics.diagnostic import Problem


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


class DataFolderMissing(DataProblem):
    """The environment variable `HEBBDSL_DATA` names something that is not a folder.

    Correct the path, or unset the variable: then data is looked for in the cache folder and fetched
    when it is not there.

    Wrong:
        HEBBDSL_DATA=/dta hebbdsl run specs/omniglot_curriculum.yaml

    Right:
        HEBBDSL_DATA=/data hebbdsl run specs/omniglot_curriculum.yaml
    """

    code = "HEB502"
    near: str | None = None
    """A folder beside it whose name is much like it."""

    title = "HEBBDSL_DATA names `{place}`, which is not a folder"

    @property
    def hint(self) -> str:
        meant = f"did you mean `{self.near}`? " if self.near else ""
        return f"{meant}correct the path, or unset HEBBDSL_DATA to have the data fetched"


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


class NotADrawing(DataProblem):
    """A file that should be a drawing is not a PNG image that can be decoded.

    Restore the file from the published data.

    Wrong:
        $ file images_background/Greek/character01/0394_01.png
        0394_01.png: ASCII text

    Right:
        $ file images_background/Greek/character01/0394_01.png
        0394_01.png: PNG image data, 105 x 105, 1-bit grayscale
    """

    code = "HEB505"
    member: str
    reason: str

    title = "`{member}` in `{place}` is not a PNG drawing: {reason}"
    hint = "restore the published file, or move the data away to have it fetched"


class WrongDrawingSize(DataProblem):
    """A drawing has another size than the published ones.

    The data is kept at its published size; the network sees it at the size of `image_size`.
    Restore the file from the published data.

    Wrong:
        $ file images_background/Greek/character01/0394_01.png
        0394_01.png: PNG image data, 28 x 28, 1-bit grayscale

    Right:
        $ file images_background/Greek/character01/0394_01.png
        0394_01.png: PNG image data, 105 x 105, 1-bit grayscale
    """

    code = "HEB506"
    member: str
    width: int
    height: int
    side: int

    title = "the drawing `{member}` in `{place}` is {width}×{height} pixels, not {side}×{side}"
    hint = "restore the published file; `image_size` resizes drawings without touching files"


class AlphabetMissing(DataProblem):
    """A published alphabet is not in the zip or folder.

    Restore it from the published data. To train on some alphabets only, name them in `alphabets`
    and leave the files whole.

    Wrong:
        $ ls data/omniglot/images_background
        Alphabet_of_the_Magi

    Right:
        $ ls data/omniglot/images_background | wc -l
        30
    """

    code = "HEB507"
    alphabet: str

    title = "the alphabet `{alphabet}` is missing from `{place}`"
    hint = "restore it; to train on some alphabets only, name them in the field `alphabets`"


class WrongDrawings(DataProblem):
    """A character has more or fewer drawings than were published.

    Restore its files from the published data. To train on fewer drawings, use `train_drawings`.

    Wrong:
        $ ls images_background/Greek/character01 | wc -l
        12

    Right:
        $ ls images_background/Greek/character01 | wc -l
        20
    """

    code = "HEB508"
    character: str
    found: int
    expected: int

    title = "`{character}` in `{place}` has {found} drawings, not {expected}"
    hint = "restore the published files; `train_drawings` trains on fewer without touching files"


class AlteredDrawings(DataProblem):
    """The data can be read, but some of its pixels are not the published ones.

    Results on altered data would pass for results on the published data. Restore the named
    alphabets, or move the data away to have it fetched.

    Wrong:
        $ cp 0394_02.png images_background/Greek/character01/0394_01.png

    Right:
        $ unzip -o images_background.zip
    """

    code = "HEB509"
    word: str
    alphabets: tuple[str, ...]

    @property
    def title(self) -> str:
        names = ", ".join(f"`{name}`" for name in self.alphabets[:4])
        more = f" and {len(self.alphabets) - 4} more" if len(self.alphabets) > 4 else ""
        return f"drawings of {names}{more} in `{self.place}` are not those of `{self.word}`"

    hint = "restore the published files, or move the data away to have it fetched"


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
