"""HEB741–HEB744: comments that allow a warning, and do not do so."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem, Severity, nearest
from hebbdsl.diagnostics.wording import quoted


class NoReason(Problem):
    """A warning is allowed without a reason.

    Who reads the spec wants to know why it is in order. Write the reason after a colon.

    Wrong:
        output:
          hebbian: {T: 1}  # allow HEB723

    Right:
        output:
          hebbian: {T: 1}  # allow HEB723: as a control, equal to softmax bit for bit
    """

    code = "HEB741"
    severity = Severity.WARNING
    codes: tuple[str, ...]

    title = "a warning is allowed without a reason"
    label = "why?"

    @property
    def hint(self) -> str:
        return "write " + quoted(f"# allow {', '.join(self.codes)}: reason")


class NoSuchCode(Problem):
    """A comment allows a code that there is not.

    Wrong:
        output:
          hebbian: {T: 0}  # allow HEB799: as a control

    Right:
        output:
          hebbian: {T: 1}  # allow HEB723: as a control
    """

    code = "HEB742"
    severity = Severity.WARNING
    written: str
    known: tuple[str, ...]

    title = "there is no code {written!q}"
    label = "unknown code"

    @property
    def hint(self) -> str:
        near = nearest(self.written, self.known)
        start = f"did you mean {quoted(near)}? " if near is not None else ""
        return f"{start}codes that can be allowed: {self.known[0]} to {self.known[-1]}"


class NotAllowable(Problem):
    """A comment allows a problem that is no matter of judgement.

    Only warnings of lint can be allowed, those of HEB701 to HEB739. What is wrong has to be mended.

    Wrong:
        output:
          hebbian: {T: 0}  # allow HEB201: it has that field

    Right:
        output:
          hebbian: {T: 0}
    """

    code = "HEB743"
    severity = Severity.WARNING
    written: str

    title = "{written!q} can't be allowed"
    label = "not a matter of judgement"
    hint = "remove the comment; warnings of lint alone can be allowed"


class NothingToAllow(Problem):
    """A comment allows a warning that is not given for its line.

    It stands beside the entry that is warned of, or alone on the line above. Perhaps the spec has
    changed since: remove the comment, or put it where the warning is.

    Wrong:
        output:
          hebbian: {T: 2}  # allow HEB723: as a control

    Right:
        output:
          # allow HEB723: as a control
          hebbian: {T: 1}
    """

    code = "HEB744"
    severity = Severity.WARNING
    written: str

    title = "{written!q} is allowed, and not given here"
    label = "allows nothing"
    hint = "remove the comment, or put it beside what is warned of"
