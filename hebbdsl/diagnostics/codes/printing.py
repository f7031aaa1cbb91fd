"""HEB180–HEB189: specs that cannot be written as asked for."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.wording import quoted


class NoValueToWrite(Problem):
    """A value is missing, which YAML can say and the text surface cannot.

    Write the value, or `null`, before the spec is converted.

    Wrong:
        hebbdsl convert draft.yaml draft.hebb  # with a line `model:`

    Right:
        hebbdsl convert draft.yaml draft.hebb  # with a line `model: mlp`
    """

    code = "HEB180"
    field: str | None = None

    @property
    def title(self) -> str:
        what = quoted(self.field) if self.field is not None else "an item of a list"
        return f"{what} has no value, and the text surface cannot say that"

    label = "no value"
    hint = "write a value, or `null`, and convert again"


class WouldOverwrite(Problem):
    """The file to be written is there already.

    `convert` writes over nothing unless it is told to.

    Wrong:
        hebbdsl convert a.yaml b.hebb  # when b.hebb is there

    Right:
        hebbdsl convert a.yaml b.hebb --force
    """

    code = "HEB181"
    path: str

    title = "{path!q} is there already"
    hint = "`--force` writes over it"
