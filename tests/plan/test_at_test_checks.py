"""What can be added to a trained model, and what is said of the rest."""

from __future__ import annotations

import pytest

from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.pipeline import check_spec, inspect_source, make_plan, parse_tree
from hebbdsl.plan.sizes import Memory
from hebbdsl.source import Source

SPEC = """\
hebbdsl: 1
experiment: words
seeds: [0]
data: {wikitext: {version: 2}}
model: {lstm: {hidden: [8], embedding: 8}}
output: softmax
training: {optimizer: adam, epochs: 1}
"""


def said(evaluation: str, output: str = "softmax") -> list[tuple[str, str]]:
    text = SPEC.replace("output: softmax", f"output: {output}") + f"evaluation: {evaluation}\n"
    found = inspect_source(Source("words.yaml", text)).errors
    return [(problem.code, problem.hint or "") for problem in found]


@pytest.mark.parametrize(
    ("evaluation", "code", "hint"),
    [
        ("{output: softmax}", "HEB434", "write `trained`"),
        (
            "{output: {mixture: {experts: [trained, cache], weights: learned}}}",
            "HEB434",
            "use `weights: tuned`",
        ),
        ("{output: {mixture: {experts: [hebbian, cache]}}}", "HEB434", "write `trained`"),
        ("{output: nonsense}", "HEB202", ""),
        ("{adaptation: cache}", "HEB204", ""),
        ("{outptu: cache}", "HEB201", "did you mean `output`?"),
    ],
)
def test_what_can_not_be_added(evaluation: str, code: str, hint: str) -> None:
    ((found, way_out),) = said(evaluation)
    assert found == code
    assert hint in way_out


def test_what_can_not_be_trained() -> None:
    assert [code for code, _ in said("{}", "trained")] == ["HEB433"]
    assert [c for c, _ in said("{}", "{mixture: {experts: [softmax, trained]}}")] == ["HEB433"]
    assert [code for code, _ in said("{}", "{cache: {theta: tuned}}")] == ["HEB435"]
    tuned = "{mixture: {experts: [softmax, cache], weights: tuned}}"
    assert [code for code, _ in said("{}", tuned)] == ["HEB435"]


PICTURES = """\
hebbdsl: 1
experiment: pictures
data: {omniglot: {classes: 20}}
model: {mlp: {features: 8}}
output: softmax
curriculum: fixed
training: {optimizer: adam, steps: 100}
"""


def test_on_pictures_an_adaptation_must_learn_from_training_drawings() -> None:
    def found(adaptation: str) -> list[tuple[str, str, str | None]]:
        text = f"{PICTURES}evaluation: {{adaptation: {adaptation}}}\n"
        errors = inspect_source(Source("pictures.yaml", text)).errors
        return [(problem.code, problem.title, problem.hint) for problem in errors]

    assert found("mbpa") == []
    ((code, title, hint),) = found("dynamic_evaluation")
    assert code == "HEB437"
    assert "labelled test data" in title
    assert "`mbpa`" in str(hint)


@pytest.mark.parametrize(("size", "pairs"), [(7, 7), (1_000, 300)])
def test_memory_of_pictures_at_test_is_planned(size: int, pairs: int) -> None:
    text = f"{PICTURES}evaluation: {{adaptation: {{mbpa: {{size: {size}}}}}}}\n"
    plan = make_plan(check_spec(parse_tree(Source("pictures.yaml", text))))
    assert plan.variants["main"].memory.evaluation == pairs * ((8 + 20) * 4 + 8)


def test_an_adaptation_of_rows_needs_rows() -> None:
    assert said("{adaptation: mbpa}") == []
    assert said("{adaptation: mbpa}", "hebbian") == []
    ((code, _),) = said("{adaptation: mbpa}", "{mixture: {experts: [softmax, cache]}}")
    assert code == "HEB437"
    assert said("{adaptation: dynamic_evaluation}", "{mixture: {experts: [softmax, cache]}}") == []


def test_an_adaptation_of_rows_is_heard() -> None:
    assert [c for c, _ in said("{output: cache, adaptation: mbpa}")] == ["HEB447"]
    mixed = "{mixture: {experts: [cache, {mixture: {experts: [trained, cache]}}]}}"
    assert said(f"{{output: {mixed}, adaptation: mbpa}}") == []
    # The activations that a cache remembers change with the weights.
    assert said("{output: cache, adaptation: dynamic_evaluation}") == []


def test_an_expert_learns_by_the_probability_of_the_label() -> None:
    sampled = "{sampled_softmax: {samples: 3}}"
    assert said("{}", sampled) == []
    mixed = f"{{mixture: {{experts: [{sampled}, cache]}}}}"
    assert [code for code, _ in said("{}", mixed)] == ["HEB446"]
    assert said("{output: {mixture: {experts: [trained, cache]}}}", sampled) == []


ENTROPY = "{mixture: {experts: [EXPERTS], weights: entropy}}"


@pytest.mark.parametrize(
    ("experts", "more", "codes"),
    [
        ("trained, cache", "", []),
        ("trained, cache", ", adaptation: dynamic_evaluation", []),
        ("trained, cache", ", adaptation: mbpa", ["HEB443"]),
        ("trained, nearest", "", ["HEB443"]),
        ("trained, {nearest: {datastore: train}}", "", []),
        ("trained, {mixture: {experts: [cache, {cache: {size: 9}}]}}", "", []),
        ("{mixture: {experts: [trained]}}, cache", "", ["HEB443"]),
        ("cache, {mixture: {experts: [cache, {mixture: {experts: [trained]}}]}}", "", ["HEB443"]),
    ],
)
def test_entropies_that_are_not_known_on_a_text(experts: str, more: str, codes: list[str]) -> None:
    mixed = ENTROPY.replace("EXPERTS", experts)
    assert [code for code, _ in said(f"{{output: {mixed}{more}}}")] == codes
    equal = mixed.replace("entropy", "equal")
    assert said(f"{{output: {equal}{more}}}") == []


def test_what_is_said_of_an_entropy_that_is_not_known() -> None:
    text = SPEC + f"evaluation: {{output: {ENTROPY}, adaptation: mbpa}}\n"
    (one,) = inspect_source(Source("w.yaml", text.replace("EXPERTS", "trained, cache"))).errors
    assert one.title == "the entropy of `trained` is not known on a text with `mbpa`"
    assert "`tuned`" in str(one.hint)
    nested = text.replace("EXPERTS", "{mixture: {experts: [trained, cache]}}, cache")
    (other,) = inspect_source(Source("w.yaml", nested.replace(", adaptation: mbpa", ""))).errors
    assert other.title == "the entropy of `mixture` is not known on a text"
    assert "outer mixture" in str(other.hint)


def test_what_was_trained_must_tell_its_own_entropy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trained output is the one that is asked, where `trained` stands for it."""
    evaluation = f"{{output: {ENTROPY.replace('EXPERTS', 'trained, cache')}}}"
    assert said(evaluation, "{mixture: {experts: [softmax, {cache: {size: 9}}]}}") == []
    monkeypatch.setattr(Cache, "predicts_text", False)
    assert [c for c, _ in said(evaluation, "cache")] == ["HEB443", "HEB443"]
    assert [c for c, _ in said("{}", ENTROPY.replace("EXPERTS", "softmax, cache"))] == ["HEB443"]


@pytest.mark.parametrize(
    ("output", "codes"),
    [
        ("cache", []),
        ("{cache: {uniform: 1}}", ["HEB442"]),
        ("nearest", []),
        ("{nearest: {uniform: 1}}", ["HEB442"]),
        ("{mixture: {experts: [cache, {cache: {size: 9}}]}}", []),
        ("{mixture: {experts: [cache, {cache: {uniform: 1}}]}}", []),
        ("{mixture: {experts: [{cache: {uniform: 1}}], weights: learned}}", ["HEB442"]),
        ("{mixture: {experts: [{cache: {uniform: 1}}, {cache: {uniform: 1}}]}}", ["HEB442"]),
        ("{mixture: {experts: [softmax, {cache: {uniform: 1}}], weights: [0, 1]}}", ["HEB442"]),
        ("{mixture: {experts: [softmax, {cache: {uniform: 1}}], weights: [1, 0]}}", []),
        ("{mixture: {experts: [softmax, cache], weights: [0, 0]}}", ["HEB408"]),
        ("{mixture: {experts: [softmax, cache], weights: [1.5, -0.5]}}", ["HEB302", "HEB302"]),
        ("{mixture: {experts: [softmax, cache], weights: [1]}}", ["HEB407"]),
        ("{mixture: {experts: [softmax, cache], weights: []}}", ["HEB407"]),
        ("{mixture: {experts: []}}", ["HEB304"]),
        ("{mixture: {experts: [softmax, cache], weights: entropy, temperature: 0}}", ["HEB302"]),
        (
            "{mixture: {experts: [softmax, cache], weights: entropy, temperature: tuned}}",
            ["HEB435"],
        ),
    ],
)
def test_outputs_with_which_nothing_can_be_learnt(output: str, codes: list[str]) -> None:
    assert [code for code, _ in said("{}", output)] == codes


def test_a_mixture_of_softmaxes_has_no_rows_that_a_few_steps_could_change() -> None:
    ((code, _),) = said("{adaptation: mbpa}", "mixture_of_softmaxes")
    assert code == "HEB437"
    assert said("{adaptation: dynamic_evaluation}", "mixture_of_softmaxes") == []


def test_articles_are_told_by_wikitext_alone() -> None:
    cache = "{output: {mixture: {experts: [trained, cache]}}, boundary: articles}"
    assert said(cache) == []
    text = SPEC.replace("{wikitext: {version: 2}}", "stdlib_docs") + f"evaluation: {cache}\n"
    (problem,) = inspect_source(Source("words.yaml", text)).errors
    assert (problem.code, problem.title) == (
        "HEB445",
        "`stdlib_docs` does not tell where articles begin",
    )
    pictures = """\
hebbdsl: 1
experiment: pictures
data: omniglot
model: mlp
output: softmax
curriculum: fixed
training: {optimizer: adam, steps: 100}
evaluation: {output: {mixture: {experts: [trained, cache]}}, boundary: articles}
"""
    (problem,) = inspect_source(Source("pictures.yaml", pictures)).errors
    assert problem.code == "HEB445"


def planned(evaluation: str) -> Memory:
    text = SPEC + f"evaluation: {evaluation}\n"
    plan = make_plan(check_spec(parse_tree(Source("words.yaml", text))))
    memory = plan.variants["main"].memory
    assert memory.at_test == memory.weights + memory.buffers + memory.evaluation
    assert memory.most == max(memory.total, memory.at_test + memory.tuning)
    return memory


def test_memory_at_test_is_planned() -> None:
    assert planned("{}").evaluation == planned("{}").tuning == 0
    pair = 8 * 4 + 8
    cache = (100 + 1_024) * pair + 8
    constant = planned("{output: {mixture: {experts: [trained, {cache: {size: 100}}]}}}")
    assert (constant.evaluation, constant.tuning) == (cache, 0)
    # What is stored of the validation text to tune on, an activation and a label a word, is not
    # there when it is tested.
    tuned = planned(
        "{output: {mixture: {experts: [trained, {cache: {size: 100}}], weights: tuned}}}"
    )
    assert (tuned.evaluation, tuned.tuning) == (cache, 217_646 * pair)
    assert planned("{adaptation: {mbpa: {learning_rate: tuned}}}").tuning == 217_646 * pair
    gates = 4 * 8 * (8 + 8)
    parameters = 33_278 * (8 + 8 + 1) + gates + 4 * 8  # embedding, rows, biases; one LSTM layer
    assert planned("{adaptation: dynamic_evaluation}").evaluation == 3 * 4 * parameters
    assert planned("{adaptation: {mbpa: {size: 10}}}").evaluation == (
        20 * ((8 + 33_278) * 4 + 8) + 2 * 10 * 33_278 * 4
    )
