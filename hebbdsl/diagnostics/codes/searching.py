"""HEB544: neighbours that can't be searched for as declared."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem


class FaissMissing(Problem):
    """Neighbours are to be found by faiss, which is not installed on this machine.

    `search: faiss` asks for it; `search: auto` needs it where exact search would take days.
    `plan` and `validate --here` look, and a run does before it trains anything; plain `validate`
    answers the same everywhere. Install the extra `faiss`, or search exactly.

    Wrong:
        hebbdsl run specs/text.yaml --set output.search=faiss      # faiss is not installed

    Right:
        pip install "hebbdsl[faiss]"
        hebbdsl run specs/text.yaml --set output.search=faiss
    """

    code = "HEB544"
    work: str | None
    """What would be compared exactly; None: faiss is asked for, whatever there is to do."""

    @property
    def title(self) -> str:
        if self.work is None:
            return "`search: faiss` needs faiss, which is not installed here"
        return f"faiss is not installed here, and exact search compares {self.work}"

    label = "needs faiss"

    @property
    def hint(self) -> str:
        if self.work is None:
            return 'pip install "hebbdsl[faiss]", or write `search: exact`'
        return 'pip install "hebbdsl[faiss]", or write `search: exact` and wait'
