"""hebbdsl: the declarative language for output-layer experiments.

The public names: seven nouns and the verbs between them (see `hebbdsl.pipeline`), `compare`, which
goes all the way from a spec to its comparison, and the classes of the language, of which an
experiment is made in Python. Each is loaded when it is first used,
so that importing hebbdsl loads nothing. `__init__.pyi`, which is generated, lists them for type
checkers and editors.
"""

from __future__ import annotations

__version__ = "0.1.0"

_HOMES = {
    "hebbdsl.comparison.comparison": ("Comparison",),
    "hebbdsl.diagnostics.diagnostic": ("Problem", "Rejected"),
    "hebbdsl.expression.claim": ("Claim",),
    "hebbdsl.expression.condition": ("Condition",),
    "hebbdsl.launch.schedule": ("Runs",),
    "hebbdsl.parts.part": (
        *("Adaptation", "Curriculum", "Dataset", "Model", "Optimizer", "Output", "Schedule"),
    ),
    "hebbdsl.pipeline": (
        *("build_program", "check_spec", "compare", "compare_records", "dump_spec", "evaluate_run"),
        *("inspect", "load_plan", "load_spec", "make_plan", "parse_tree", "read_source"),
        *("run_program", "run_spec", "show_progress"),
    ),
    "hebbdsl.plan.plan": ("Plan",),
    "hebbdsl.program.program": ("Program",),
    "hebbdsl.run.record": ("Record",),
    "hebbdsl.source": ("Source",),
    "hebbdsl.spec.checked": ("Checked",),
    "hebbdsl.spec.experiment": ("Evaluation", "Experiment", "Setup", "Training"),
    "hebbdsl.syntax.tree": ("Tree",),
}
"""Where the public names are that are no words; those are in `hebbdsl.vocabulary`."""


def _homes() -> dict[str, str]:
    """The module of every public name."""
    from hebbdsl.vocabulary import VOCABULARY

    homes = {name: module for module, names in _HOMES.items() for name in names}
    for words in VOCABULARY.values():
        for where in words.values():
            module, _, name = where.partition(":")
            homes[name] = module
    return homes


def __getattr__(name: str) -> object:
    if name == "__all__":
        return sorted([*_homes(), "__version__"])
    home = None if name.startswith("_") else _homes().get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(home), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_homes()})
