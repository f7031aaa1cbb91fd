"""HEB515–HEB529: what a spec asks of this machine, which has it or has not."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem, Severity
from hebbdsl.diagnostics.wording import listed, quoted


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
