"""HEB544, HEB751: neighbours that can't be searched for as declared, or not in reasonable time."""

from __future__ import annotations

from typing import ClassVar

from hebbdsl.diagnostics.diagnostic import Problem, Severity


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

    code: ClassVar[str] = "HEB544"

    work: str | None
    """What would be compared exactly; None: faiss is asked for, whatever there is to do."""

    @property
    def title(self) -> str:
        if self.work is None:
            return "`search: faiss` needs faiss, which is not installed here"
        return f"faiss is not installed here, and exact search compares {self.work}"

    @property
    def label(self) -> str:
        return "needs faiss"

    @property
    def hint(self) -> str:
        if self.work is None:
            return 'pip install "hebbdsl[faiss]", or write `search: exact`'
        return 'pip install "hebbdsl[faiss]", or write `search: exact` and wait'


class LongSearch(Problem):
    """Exact search would multiply more than 10¹⁵ numbers: half a day of a CPU core, or more.

    Every query is compared with all that is remembered, which grows with the run or the text: the
    work grows with its square. faiss looks at a part of it, and finds most of the neighbours.

    Wrong:
        data: {wikitext: {version: 2}}
        model: {lstm: {hidden: [200], embedding: 200}}
        curriculum: null
        training: {optimizer: adam, batch_size: 20, sequence_length: 35, steps: 10_000}
        output:
          mixture: {experts: [softmax, {nearest: {search: exact}}]}

    Right:
        data: {wikitext: {version: 2}}
        model: {lstm: {hidden: [200], embedding: 200}}
        curriculum: null
        training: {optimizer: adam, batch_size: 20, sequence_length: 35, steps: 10_000}
        output: softmax
        evaluation:
          output:
            mixture: {experts: [trained, {nearest: {search: exact}}], weights: tuned}
    """

    code: ClassVar[str] = "HEB751"
    severity: ClassVar[Severity] = Severity.WARNING

    work: str

    @property
    def title(self) -> str:
        return f"exact search compares {self.work}"

    @property
    def label(self) -> str:
        return "takes a CPU core half a day at least"

    @property
    def hint(self) -> str:
        return "use `search: faiss`, remember less, or add the memory under `evaluation` alone"
