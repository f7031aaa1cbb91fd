"""The import contracts of pyproject.toml are kept, and each is broken by a new file that is on the
wrong side: none needs a line for a part or file that it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path

import grimp
import pytest
from importlinter import configuration
from importlinter.application.use_cases import read_user_options
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.domain.contract import Contract

ROOT = Path(__file__).parents[1]
TYPES: Mapping[str, type[Contract]] = {"forbidden": ForbiddenContract, "layers": LayersContract}

configuration.configure()


GRAPH = {"include_external_packages": True, "exclude_type_checking_imports": True}


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("hebbdsl", **GRAPH, cache_dir=None)


@cache
def contracts() -> Mapping[str, Contract]:
    options = read_user_options(str(ROOT / "pyproject.toml"))
    session = options.session_options
    assert all(session[option] == str(given) for option, given in GRAPH.items())
    return {
        one["name"]: TYPES[one["type"]](one["name"], session, one)
        for one in options.contracts_options
    }


def broken(*imports: tuple[str, str]) -> set[str]:
    """The contracts that are broken with these imports added, be they of new modules."""
    changed = deepcopy(graph())
    for importer, imported in imports:
        for module in {importer, imported} - changed.modules:
            changed.add_module(module)
        changed.add_import(importer=importer, imported=imported)
    return {n for n, c in contracts().items() if not c.check(deepcopy(changed), False).kept}


def test_all_are_kept() -> None:
    assert broken() == set()


CONCRETE = "Only the vocabulary knows concrete parts"
LIGHT = "A spec reaches torch only through its module"
TERMINAL = "Only the command line and run.progress know the terminal"
IMAGES, TEXT = (
    "Classification knows nothing of language",
    "Language knows nothing of classification",
)
OF_TEXT = "Parts know nothing of text"
LAYERS = "The direction of imports"

PARTS, OUTPUTS = "hebbdsl.parts", "hebbdsl.parts.outputs"
NEW = (
    (f"{OUTPUTS}.new", f"{OUTPUTS}.new.spec"),
    (f"{OUTPUTS}.new.spec", f"{OUTPUTS}.new.module"),
    (f"{OUTPUTS}.new.module", "torch"),
)
"""A new output, as it should be."""

WRONG: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (LAYERS, (("hebbdsl.plan.new", "hebbdsl.run.record"),)),
    (LAYERS, (("hebbdsl.new", "hebbdsl.source"),)),
    (CONCRETE, (*NEW, ("hebbdsl.program.new", f"{OUTPUTS}.new.module"))),
    (CONCRETE, (*NEW, ("hebbdsl.run.loop", f"{OUTPUTS}.new.spec"))),
    (CONCRETE, (("hebbdsl.program.test_time", f"{OUTPUTS}.trained.module"),)),
    (CONCRETE, (("hebbdsl.cli.new", f"{PARTS}.datasets.new"),)),
    (CONCRETE, (("hebbdsl.editor.new", f"{PARTS}.datasets.wikitext"),)),
    (CONCRETE, (("hebbdsl.comparison.new", f"{PARTS}.models.new.spec"),)),
    (CONCRETE, (("hebbdsl.launch.new", f"{PARTS}.adaptations.mbpa.module"),)),
    (CONCRETE, (("hebbdsl.lint.new", f"{PARTS}.curricula.new"),)),
    (CONCRETE, (("hebbdsl.spec.new", f"{PARTS}.optimizers.adam"),)),
    (CONCRETE, (("hebbdsl.pipeline", f"{PARTS}.schedules.new"),)),
    (CONCRETE, (("hebbdsl.vocabulary", f"{OUTPUTS}.softmax.spec"),)),
    (LIGHT, ((f"{OUTPUTS}.new.spec", "torch"),)),
    (LIGHT, ((f"{OUTPUTS}.new.spec", f"{OUTPUTS}.new.write"), (f"{OUTPUTS}.new.write", "torch"))),
    (LIGHT, ((f"{OUTPUTS}.cache.spec", f"{OUTPUTS}.layer"),)),
    (LIGHT, ((f"{PARTS}.models.mlp.spec", f"{PARTS}.models.network"),)),
    (LIGHT, ((f"{PARTS}.datasets.new", "torch"),)),
    (LIGHT, ((f"{PARTS}.curricula.new", f"{PARTS}.new"), (f"{PARTS}.new", "torch"))),
    (LIGHT, ((f"{PARTS}.optimizers.new", "torch"),)),
    (LIGHT, ((f"{PARTS}.part", f"{PARTS}.initialisation"),)),
    (LIGHT, (("hebbdsl.plan.new", "torch"),)),
    (LIGHT, (("hebbdsl.writing.new", "safetensors"),)),
    (TERMINAL, (("hebbdsl.run.new", "rich"),)),
    (TERMINAL, (("hebbdsl.editor.server", "typer"),)),
    (TERMINAL, ((f"{OUTPUTS}.new.spec", "rich"),)),
    (IMAGES, (("hebbdsl.run.classification.new", "hebbdsl.run.language.run"),)),
    (TEXT, (("hebbdsl.program.language.new", "hebbdsl.program.classification.step"),)),
    (OF_TEXT, ((f"{OUTPUTS}.new.spec", "yaml"),)),
    (OF_TEXT, ((f"{PARTS}.new", "hebbdsl.syntax.yaml"),)),
)


def test_every_contract_is_tried() -> None:
    assert {contract for contract, _ in WRONG} == set(contracts())


def test_a_new_output_breaks_none() -> None:
    assert broken(*NEW, (f"{OUTPUTS}.new.module", f"{OUTPUTS}.layer")) == set()


@pytest.mark.parametrize(("contract", "imports"), WRONG)
def test_an_import_on_the_wrong_side_breaks_it(
    contract: str, imports: tuple[tuple[str, str], ...]
) -> None:
    assert contract in broken(*imports)
