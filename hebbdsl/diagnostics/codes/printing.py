"""HEB180–HEB189: specs that cannot be written as asked for."""

from __future__ import annotations

from typing import ClassVar

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

    code: ClassVar[str] = "HEB180"
    field: str | None = None

    @property
    def title(self) -> str:
        what = quoted(self.field) if self.field is not None else "an item of a list"
        return f"{what} has no value, and the text surface cannot say that"

    @property
    def label(self) -> str:
        return "no value"

    @property
    def hint(self) -> str | None:
        return "write a value, or `null`, and convert again"


class WouldOverwrite(Problem):
    """The file to be written is there already.

    `convert` writes over nothing unless it is told to.

    Wrong:
        hebbdsl convert a.yaml b.hebb  # when b.hebb is there

    Right:
        hebbdsl convert a.yaml b.hebb --force
    """

    code: ClassVar[str] = "HEB181"
    path: str

    @property
    def title(self) -> str:
        return f"{quoted(self.path)} is there already"

    @property
    def hint(self) -> str | None:
        return "`--force` writes over it"
