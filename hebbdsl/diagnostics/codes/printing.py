"""HEB180–HEB189: specs that cannot be written as asked for."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem


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
