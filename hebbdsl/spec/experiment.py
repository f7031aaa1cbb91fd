"""The top of the language: the sections of an experiment, the same for every surface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from hebbdsl.expression.claim import Claim
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import (
    AddedLater,
    AfterTraining,
    Classes,
    Count,
    Formerly,
    Fraction,
    Length,
    Name,
    On,
    Package,
    Rate,
    Seeds,
    Steps,
    Suggested,
)
from hebbdsl.parts.part import (
    Adaptation,
    Curriculum,
    Dataset,
    Model,
    Optimizer,
    Output,
    Schedule,
)
from hebbdsl.tasks import CLASSIFICATION, LANGUAGE

if TYPE_CHECKING:
    from hebbdsl.parts.memory_output import MemoryOutput

MOST_VARIANTS = 1_000
MOST_CLAIMS = 1_000

IMAGES_EVALUATED_EVERY = 10
"""Steps between evaluations on images, where a spec says none."""

Overrides = Mapping[str, Any]
"""What a variant changes: paths of fields with their new values, as written."""


@frozen(kw_only=True)
class Training:
    """How long and how the weights are trained, and when they are evaluated."""

    optimizer: Annotated[Optimizer, "how gradients change the weights"]
    schedule: Annotated[Schedule | None, "how the learning rate changes; null: it does not"] = None
    batch_size: Annotated[
        Count,
        Suggested(),
        "images of one step, drawn without repeats; of text, streams read side by side",
    ] = 64
    steps: Annotated[
        Steps | None,
        Suggested(2_000, on=CLASSIFICATION),
        "optimizer steps after which a run ends; null: as `epochs` of a text say",
    ] = None
    epochs: Annotated[
        Count | None,
        AddedLater(),
        On(LANGUAGE),
        Suggested(3),
        "times that the training text is read; null: until `steps`",
    ] = None
    sequence_length: Annotated[
        Count,
        AddedLater(),
        On(LANGUAGE),
        Suggested(),
        "words of each stream in one step, through which gradients flow back",
    ] = 35
    evaluate_every: Annotated[
        Steps | None,
        Suggested(10, on=CLASSIFICATION),
        "steps between evaluations on held-out data; null: 10 on images, an epoch on text",
    ] = None
    evaluation_streams: Annotated[
        Count,
        AddedLater(),
        On(LANGUAGE),
        "streams that the validation text is cut into for evaluations during a run; the last ones,"
        " of the best weights, read each split whole, as one",
    ] = 10
    patience: Annotated[
        Count | None,
        AddedLater(),
        On(LANGUAGE),
        "evaluations in a row without a better validation loss after which a run ends; null: it"
        " does not",
    ] = None
    learning_rate_decay: Annotated[
        Fraction,
        Formerly("decay"),
        AddedLater(),
        On(LANGUAGE),
        "factor of the learning rate after an evaluation whose validation loss is not the best so"
        " far; 1 leaves it",
    ] = 1.0
    clip_grad_norm: Annotated[
        Rate | None,
        Formerly("clip"),
        AddedLater(),
        "norm that the gradient of all weights together is scaled down to where it is larger;"
        " null: it is left",
    ] = None
    evaluation_classes: Annotated[
        Classes | None,
        On(CLASSIFICATION),
        "classes that an evaluation looks at, the newest always among them, the others drawn anew"
        " each time; a level is passed only by an evaluation of all; null: always all",
    ] = None
    binding_steps: Annotated[
        Steps,
        On(CLASSIFICATION),
        "steps for which the accuracy of added classes is followed after they appear",
    ] = 100
    precision: Annotated[
        Literal["float32", "bfloat16"], "arithmetic of the model; weights stay in float32"
    ] = "float32"
    compile: Annotated[bool, "compile the forward and backward pass with torch.compile"] = False
    float32_matmul_precision: Annotated[
        Literal["highest", "high", "medium"],
        AddedLater(),
        "how exactly products of float32 are worked out where the device has something faster:"
        " `highest`, in float32; `high`, rounded to TF32 or to two parts of bfloat16; `medium`,"
        " rounded to bfloat16. Convolutions on CUDA are rounded to TF32 unless it is `highest`",
    ] = "highest"
    cudnn_benchmark: Annotated[
        bool,
        AddedLater(),
        On(CLASSIFICATION),
        "let cuDNN choose the kernels of convolutions by timing them: faster, and a run is no more"
        " the same to the last bit when it is repeated",
    ] = False

    def steps_of_epoch(self, tokens: int) -> int:
        """How many steps it takes to read a text of so many tokens once.

        It is cut into `batch_size` streams of equal length, what is left over at its end being
        dropped; the first word of a stream is read and not asked for.
        """
        return -(-(tokens // self.batch_size - 1) // self.sequence_length)


@frozen(kw_only=True)
class Evaluation:
    """What is added to a trained model when it is tested. Its training is the same without."""

    output: Annotated[
        Output | None,
        "what predicts at test time, made of `trained` and memories; null: as trained",
    ] = None
    adaptation: Annotated[
        Adaptation | None, "how the trained weights change at test time; null: they do not"
    ] = None
    boundary: Annotated[
        Literal["none", "articles"],
        AddedLater(),
        "where within a held-out text what is remembered of it is cleared: nowhere, or where an"
        " article of `wikitext` begins; where a text begins it always is",
    ] = "none"

    @property
    def tunes(self) -> bool:
        """Whether settings are searched on validation."""
        adapted = self.adaptation is not None and bool(self.adaptation.tunes())
        return adapted or any(part.tunes() for part in self.outputs())

    def outputs(self) -> Iterator[Output]:
        """The output at test time and those inside it; none where it is as trained."""
        if self.output is not None:
            yield from self.output.with_inner()

    def memories(self) -> Iterator[MemoryOutput]:
        """Those of them that are memories."""
        if self.output is not None:
            yield from self.output.memories()


AS_TRAINED = Evaluation()


@frozen(kw_only=True)
class Setup:
    """What decides the training of a run: with a seed and the data, the whole of it."""

    data: Annotated[Dataset, "what is learnt"]
    model: Annotated[Model, "what turns an input into an activation"]
    output: Annotated[Output, "what turns an activation into probabilities"]
    curriculum: Annotated[
        Curriculum | None, "which classes are in play when; null: of text, all words always"
    ] = None
    training: Annotated[Training, "optimizer, schedule, steps and evaluation"]
    evaluation: Annotated[
        Evaluation, AfterTraining(), "what is added to the trained model when it is tested"
    ] = AS_TRAINED

    @property
    def reads_labels(self) -> bool:
        """Whether held-out labels, once scored, change what is predicted after them."""
        memories = (*self.output.memories(), *self.evaluation.memories())
        remembers = any(memory.reads_labels for memory in memories)
        reads = remembers or self.evaluation.adaptation is not None
        return self.data.reveals_labels and reads


@frozen(kw_only=True)
class Experiment(Setup):
    """One file: a setup, its variants, and what is claimed of them."""

    hebbdsl: Annotated[Literal[1], "version of the language"]
    experiment: Annotated[Name, "name of the experiment, and of its folder of runs"]
    extends: Annotated[
        str | None, "the spec whose fields this one changes, beside this file; null: none"
    ] = None
    requires: Annotated[
        tuple[Package, ...], "packages to be installed, for the words that they add"
    ] = ()
    about: Annotated[str, "the question that is asked, as a sentence"] = ""
    seeds: Annotated[Seeds, "one run for each; `0..9` includes both ends"] = tuple(range(10))
    baseline: Annotated[Name | None, "the variant others are compared with; null: the first"] = None
    variants: Annotated[
        Mapping[Name, Overrides],
        Length(maximum=MOST_VARIANTS),
        "named changes to the setup; `{}` is the setup as written",
    ] = field(default_factory=dict)
    claims: Annotated[
        tuple[Claim, ...],
        Length(maximum=MOST_CLAIMS),
        "comparisons of metrics of variants, judged by `hebbdsl compare`",
    ] = ()
