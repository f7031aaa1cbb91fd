"""Problems of Omniglot's files."""

from __future__ import annotations

from hebbdsl.parts.datasets.problems import DataProblem


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
