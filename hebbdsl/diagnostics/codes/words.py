"""HEB413–HEB419: pictures and text need other models, curricula and lengths of training."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem


class SubstituteReadsOther(Problem):
    """Text is to stand in for pictures, or pictures for a text.

    Wrong:
        data:
          omniglot: {fallback: stdlib_docs}

    Right:
        data:
          omniglot: {fallback: glyphs}
    """

    code = "HEB419"
    holds: str

    @property
    def title(self) -> str:
        other = "text" if self.holds == "pictures" else "pictures"
        return f"{self.holds} can't stand in for {other}"

    label = "holds {holds}"

    @property
    def hint(self) -> str | None:
        return None
