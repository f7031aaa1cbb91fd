"""Plans of texts: the paper's numbers, lengths known and unknown, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hebbdsl.cli.main import app
from hebbdsl.parts.datasets.stdlib_docs import StdlibDocs
from hebbdsl.parts.datasets.wikitext import Wikitext
from hebbdsl.parts.language import LanguageFacts
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.models.mlp.spec import Mlp
from hebbdsl.parts.optimizers.adam import Adam
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.pipeline import load_plan
from hebbdsl.plan.language import LanguagePlan
from hebbdsl.plan.planning import plan_setup
from hebbdsl.spec.experiment import Setup, Training
from tests.specs import problems_of

SPECS = Path(__file__).parents[2] / "specs"
TEXT = """\
hebbdsl: 1
experiment: words
data: {wikitext: {version: 2}}
model: lstm
output: softmax
training: {optimizer: adam, epochs: 3, batch_size: 20}
variants: {main: {}}
"""


def planned(**training: object) -> LanguagePlan:
    setup = Setup(
        data=Wikitext(),
        model=Lstm(),
        output=Softmax(),
        training=Training(optimizer=Adam(), batch_size=20, **training),  # type: ignore[arg-type]
    )
    plan = plan_setup(setup)
    assert isinstance(plan, LanguagePlan)
    return plan


@pytest.mark.parametrize("variant", ["softmax", "hebbian"])
def test_the_papers_model_has_159_million_parameters(variant: str) -> None:
    torch = pytest.importorskip("torch")
    plan = load_plan(SPECS / "wikitext103_lstm.yaml").variants[variant]
    assert isinstance(plan, LanguagePlan)
    assert plan.parameters == 267_735 * 512 + 4 * 2048 * (512 + 2048 + 1) + 2048 * 512
    assert round(plan.parameters / 1e6, 1) == 159.1
    with torch.device("meta"):
        modules = (plan.model.build(267_735), plan.setup.output.build(512, 267_735))
    assert sum(p.numel() for one in modules for p in one.parameters()) == plan.parameters


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_spec_plans_what_its_modules_have(path: Path) -> None:
    torch = pytest.importorskip("torch")
    for plan in load_plan(path).variants.values():
        if not isinstance(plan, LanguagePlan):
            continue
        with torch.device("meta"):
            model = plan.model.build(plan.facts.vocabulary_size)
            output = plan.setup.output.build(
                plan.model.activation_width, plan.facts.vocabulary_size
            )
        found = sum(p.numel() for one in (model, output) for p in one.parameters())
        assert found == plan.parameters


def test_epochs_and_steps_end_a_run_whichever_comes_first() -> None:
    epoch = planned(epochs=1).epoch
    assert epoch == -(-(2_088_628 // 20 - 1) // 35)
    assert planned(epochs=3).steps == 3 * epoch
    assert planned(epochs=3, steps=10).steps == 10
    assert planned(epochs=1, steps=10**6).steps == epoch
    assert planned(epochs=1).evaluate_every == epoch
    assert planned(epochs=1, evaluate_every=50).evaluations == -(-epoch // 50)


def test_what_is_not_published_is_not_known() -> None:
    setup = Setup(
        data=StdlibDocs(),
        model=Lstm(),
        output=Softmax(),
        training=Training(optimizer=Adam(), epochs=2),
    )
    plan = plan_setup(setup)
    assert (plan.steps, plan.evaluate_every, plan.evaluations) == (None, None, None)
    assert plan.facts == LanguageFacts(5_000, False, {})
    read = plan_setup(setup, LanguageFacts(4_000, True, {"train": 64 * 36}))
    assert (read.steps, read.evaluate_every) == (2, 1)
    assert read.levels == (4_000,)


def test_facts_of_wikitext_follow_its_fields() -> None:
    assert Wikitext().facts() == LanguageFacts(33_278, True, Wikitext().facts().tokens)
    assert Wikitext(lowercase=True).facts().exact is False
    assert Wikitext(vocabulary=100).facts().vocabulary_size == 100
    assert Wikitext(version=103).facts().vocabulary_size == 267_735


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("model: lstm", "model: convnet", ["HEB413"]),
        ("data: {wikitext: {version: 2}}", "data: omniglot", ["HEB414", "HEB413", "HEB414"]),
        (
            "output: softmax",
            "output: softmax\ncurriculum: {growing: {when: test_accuracy > 1}}",
            None,
        ),
        ("epochs: 3, ", "", ["HEB416"]),
        ("model: lstm\noutput: softmax", "model: {lstm: {tied: true}}\noutput: cache", ["HEB417"]),
        ("batch_size: 20", "batch_size: 1_500_000", ["HEB418"]),
        ("batch_size: 20", "batch_size: 20, evaluation_streams: 200_000", ["HEB418"]),
        ("batch_size: 20", "batch_size: 20, sequence_length: 104_431", ["HEB418"]),
        ("batch_size: 20", "batch_size: 20, sequence_length: 104_430", []),
        ("version: 2}", "version: 3}", ["HEB303"]),
        ("version: 2}", "version: '2'}", ["HEB303"]),
        ("version: 2}", "fallback: glyphs}", ["HEB419"]),
        ("version: 2}", "fallback: wikitext}", ["HEB424"]),
        ("epochs: 3", "epochs: 3, binding_steps: 5", ["HEB720"]),
        ("epochs: 3", "epochs: 3, evaluation_classes: 5", ["HEB720"]),
        ("epochs: 3", "epochs: 3, compile: true", ["HEB720"]),
        (
            "lstm\noutput: softmax\ntraining: {",
            "transformer\noutput: softmax\ntraining: {compile: true, ",
            [],
        ),
        ("{main: {}}", "{a: {}, b: {data.vocabulary: 5_000}}", ["HEB411"]),
        ("{main: {}}", "{a: {}, b: {data.lowercase: true}}", ["HEB411"]),
        ("{main: {}}", "{a: {}, b: {data.version: 103}}", ["HEB411"]),
        ("{main: {}}", "{a: {}, b: {data.fallback: stdlib_docs}}", ["HEB702"]),
        ("{main: {}}", "{a: {}, b: {data.addresses: ['https://x.org']}}", ["HEB702"]),
        ("variants: {main: {}}", "claims: [final_test_accuracy(main) > 0]", ["HEB238"]),
        ("variants: {main: {}}", "claims: [test_perplexity_below_100(main) > 0.5]", []),
        ("variants: {main: {}}", "claims: [test_perplexitty(main) > 0.5]", ["HEB220"]),
        ("model: lstm", "model: {lstm: {tied: true, embedding: 9}}", ["HEB430"]),
        ("model: lstm", "model: {lstm: {tied: true, embedding: 9, features: 9}}", []),
        ("model: lstm", "model: {lstm: {tied: true, embedding: 9, hidden: [4, 9]}}", []),
        ("model: lstm", "model: {lstm: {embedding: 9}}", []),
        (
            "model: lstm\noutput: softmax",
            "model: {lstm: {tied: true, embedding: 9}}\noutput: {mixture_of_softmaxes: {width: 9}}",
            [],
        ),
        (
            "model: lstm\noutput: softmax",
            "model: {lstm: {tied: true}}\noutput: {mixture_of_softmaxes: {width: 9}}",
            ["HEB430"],
        ),
        (
            "model: lstm\noutput: softmax",
            "model: {lstm: {tied: true}}\noutput: mixture_of_softmaxes",
            [],
        ),
    ],
)
def test_what_text_can_not_be(old: str, new: str, codes: list[str] | None, tmp_path: Path) -> None:
    assert old in TEXT
    found = [problem.code for problem in problems_of(TEXT.replace(old, new), tmp_path)]
    if codes is None:
        assert "HEB415" in found
    else:
        assert [code for code in found if code not in ("HEB704",)] == codes


def test_a_text_is_judged_though_its_training_is_wrong(tmp_path: Path) -> None:
    wrong = TEXT.replace("epochs: 3", "epochs: -3").replace("model: lstm", "model: mlp")
    assert [problem.code for problem in problems_of(wrong, tmp_path)] == ["HEB413", "HEB302"]


def test_a_model_of_other_data_has_no_plan() -> None:
    training = Training(optimizer=Adam(), epochs=1)
    setup = Setup(data=Wikitext(), model=Mlp(), output=Softmax(), training=training)
    with pytest.raises(TypeError, match="reads other data"):
        plan_setup(setup)


def test_the_text_it_is_plans_without_a_word(tmp_path: Path) -> None:
    assert list(problems_of(TEXT, tmp_path)) == []


def test_plan_says_of_a_text_what_is_known() -> None:
    result = CliRunner().invoke(app, ["plan", str(SPECS / "wikitext2_lstm.yaml")])
    said = " ".join(result.stdout.split())
    assert "33,278 words in the vocabulary, 2,088,628 words of train" in said
    assert "at most 2,984 steps, 40 streams × 35 words a step 1,492 steps an epoch" in said
    assert "when it can't be had, stdlib_docs" in said
    result = CliRunner().invoke(app, ["plan", str(SPECS / "stdlib_docs_quickstart.yaml")])
    said = " ".join(result.stdout.split())
    assert "at most 5,000 words in the vocabulary, lengths are known once" in said
    assert "3 epochs, 32 streams" in said


def test_plan_as_json_of_a_text() -> None:
    path = SPECS / "stdlib_docs_quickstart.yaml"
    result = CliRunner().invoke(app, ["plan", "--format", "json", str(path)])
    first = json.loads(result.stdout)["variants"][0]
    assert first["data"] == {"vocabulary_size": 5_000, "exact": False, "tokens": {}}
    assert first["steps"] is None
    assert first["levels"] == [5_000]


@pytest.mark.parametrize(
    ("model", "output", "said"),
    [
        (
            "{lstm: {tied: true, embedding: 200, hidden: [400, 650]}}",
            "softmax",
            ("reads activations of width 650", "`features: 200`", "`hidden` makes it 650"),
        ),
        (
            "{gru: {tied: true, embedding: 200, features: 100}}",
            "hebbian",
            ("reads activations of width 100", "`features: 200`", "`features` makes it 100"),
        ),
        (
            "{lstm: {tied: true, hidden: [650]}}",
            "{mixture_of_softmaxes: {width: 280}}",
            (
                "width 650 is given to an output whose rows",
                "`embedding: 280`",
                "`width` makes it 280",
            ),
        ),
    ],
)
def test_a_tied_embedding_is_as_wide_as_the_rows(
    model: str, output: str, said: tuple[str, ...], tmp_path: Path
) -> None:
    text = TEXT.replace("lstm\noutput: softmax", f"{model}\noutput: {output}")
    (problem,) = problems_of(text, tmp_path)
    assert problem.code == "HEB430"
    (other,) = problem.related
    for found, expected in zip((problem.title, problem.hint, other.label), said, strict=False):
        assert expected in str(found)
