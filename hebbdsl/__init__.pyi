# Generated from the public names and the vocabulary; a test keeps it current.

from hebbdsl.comparison.comparison import Comparison
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.condition import Condition
from hebbdsl.launch.schedule import Runs
from hebbdsl.parts.adaptations.dynamic_evaluation.spec import DynamicEvaluation
from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.curricula.fixed import Fixed
from hebbdsl.parts.curricula.growing import Growing
from hebbdsl.parts.datasets.gigaword import Gigaword
from hebbdsl.parts.datasets.glyphs import Glyphs
from hebbdsl.parts.datasets.gutenberg import Gutenberg
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.parts.datasets.stdlib_docs import StdlibDocs
from hebbdsl.parts.datasets.text import Text
from hebbdsl.parts.datasets.wikitext import Wikitext
from hebbdsl.parts.models.convnet.spec import Convnet
from hebbdsl.parts.models.gru.spec import Gru
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.models.mlp.spec import Mlp
from hebbdsl.parts.models.transformer.spec import Transformer
from hebbdsl.parts.optimizers.adagrad import Adagrad
from hebbdsl.parts.optimizers.adam import Adam
from hebbdsl.parts.optimizers.adamw import Adamw
from hebbdsl.parts.optimizers.rmsprop import Rmsprop
from hebbdsl.parts.optimizers.sgd import Sgd
from hebbdsl.parts.outputs.adaptive_softmax.spec import AdaptiveSoftmax
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.mixture_of_softmaxes.spec import MixtureOfSoftmaxes
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.outputs.sampled_softmax.spec import SampledSoftmax
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.outputs.trained.spec import Trained
from hebbdsl.parts.part import Adaptation, Curriculum, Dataset, Model, Optimizer, Output, Schedule
from hebbdsl.parts.schedules.constant import Constant
from hebbdsl.parts.schedules.cosine import Cosine
from hebbdsl.parts.schedules.step import Step
from hebbdsl.parts.schedules.warmup import Warmup
from hebbdsl.pipeline import (
    build_program,
    check_spec,
    compare,
    compare_records,
    dump_spec,
    evaluate_run,
    inspect,
    load_plan,
    load_spec,
    make_plan,
    parse_tree,
    read_source,
    run_program,
    run_spec,
    show_progress,
)
from hebbdsl.plan.plan import Plan
from hebbdsl.program.program import Program
from hebbdsl.run.record import Record
from hebbdsl.source import Source
from hebbdsl.spec.checked import Checked
from hebbdsl.spec.experiment import Evaluation, Experiment, Setup, Training
from hebbdsl.syntax.tree import Tree

__version__: str
__all__ = [
    "Adagrad",
    "Adam",
    "Adamw",
    "Adaptation",
    "AdaptiveSoftmax",
    "Cache",
    "Checked",
    "Claim",
    "Comparison",
    "Condition",
    "Constant",
    "Convnet",
    "Cosine",
    "Curriculum",
    "Dataset",
    "DynamicEvaluation",
    "Evaluation",
    "Experiment",
    "Fixed",
    "Gigaword",
    "Glyphs",
    "Growing",
    "Gru",
    "Gutenberg",
    "Hebbian",
    "Lstm",
    "Mbpa",
    "Mixture",
    "MixtureOfSoftmaxes",
    "Mlp",
    "Model",
    "Nearest",
    "Omniglot",
    "Optimizer",
    "Output",
    "Plan",
    "Problem",
    "Program",
    "Record",
    "Rejected",
    "Rmsprop",
    "Runs",
    "SampledSoftmax",
    "Schedule",
    "Setup",
    "Sgd",
    "Softmax",
    "Source",
    "StdlibDocs",
    "Step",
    "Text",
    "Trained",
    "Training",
    "Transformer",
    "Tree",
    "Warmup",
    "Wikitext",
    "__version__",
    "build_program",
    "check_spec",
    "compare",
    "compare_records",
    "dump_spec",
    "evaluate_run",
    "inspect",
    "load_plan",
    "load_spec",
    "make_plan",
    "parse_tree",
    "read_source",
    "run_program",
    "run_spec",
    "show_progress",
]
