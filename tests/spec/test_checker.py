"""Typed setups from trees: both spellings of a part, defaults, bounds, origins, variants."""

from __future__ import annotations

from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import At, Problem, Rejected
from hebbdsl.pipeline import check_spec
from hebbdsl.source import Source, Span
from hebbdsl.spec.checked import Checked, Variant
from hebbdsl.spec.checker import Drafted, examine
from hebbdsl.spec.experiment import MOST_CLAIMS, MOST_VARIANTS
from hebbdsl.spec.origins import span_of
from hebbdsl.spec.value_problems import MOST_EXPRESSION
from hebbdsl.syntax.yaml import parse_yaml
from tests.specs import GOOD, with_sections


def examined(fragment: str = "", *overrides: str) -> Drafted:
    return examine(parse_yaml(Source("s.yaml", with_sections(fragment))), overrides)


def checked(fragment: str = "", *overrides: str) -> Checked:
    return check_spec(parse_yaml(Source("s.yaml", with_sections(fragment))), overrides)


def only(checked_: Checked) -> Variant:
    (variant,) = checked_.variants.values()
    return variant


def said(fragment: str, *overrides: str) -> list[tuple[str, str]]:
    """Codes of the problems, with the characters that each points at."""
    return [(p.code, pointed(p)) for p in examined(fragment, *overrides).problems]


def pointed(problem: Problem) -> str:
    assert isinstance(problem.place, Span)
    return problem.place.text


def test_without_variants_there_is_main() -> None:
    found = checked()
    assert list(found.variants) == ["main"]
    assert found.baseline == "main"
    assert found.experiment.seeds == tuple(range(10))


def test_a_bare_word_is_the_word_without_fields() -> None:
    bare = only(checked("output: hebbian\n")).setup
    assert bare == only(checked("output: {hebbian: {}}\n")).setup
    assert bare == only(checked("output:\n  hebbian: {}\n")).setup
    assert bare == only(checked('output: "hebbian"\n')).setup


def test_parts_in_parts() -> None:
    output = "output: {mixture: {experts: [softmax, {mixture: {experts: [{cache: {size: 7}}]}}]}}\n"
    found = only(checked(output))
    size = found.origins[("output", "experts", 1, "experts", 0, "size")]
    assert size.value.text == "7"
    assert size.key is not None
    assert size.key.text == "size"


def test_a_whole_number_is_a_number() -> None:
    setup = only(checked("model: {mlp: {dropout: 0}}\n")).setup
    assert setup.model.dropout == 0


def test_seeds() -> None:
    for text, seeds in [("7", (7,)), ("0..2", (0, 1, 2)), ("[0..1, 8, 5]", (0, 1, 8, 5))]:
        assert checked(f"seeds: {text}\n").experiment.seeds == seeds


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("[]", "HEB304", "[]"),
        ("'0..9'", "HEB301", "'0..9'"),
        ("{a: 1}", "HEB301", "{a: 1}"),
        ("[[1]]", "HEB301", "[1]"),
        ("0..10_000", "HEB314", "0..10_000"),
        ("0..9999999999", "HEB302", "0..9999999999"),
        ("[1, 1]", "HEB313", "1"),
        ("[0..5, 3..7]", "HEB313", "3..7"),
        ("5..4", "HEB312", "5..4"),
        ("-1..4", "HEB302", "-1..4"),
    ],
)
def test_faulty_seeds(text: str, code: str, where: str) -> None:
    assert said(f"seeds: {text}\n") == [(code, where)]


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("output: {softmax: }\n", [("HEB307", "softmax")]),
        ("output: {softmax: 3}\n", [("HEB301", "3")]),
        ("output: [softmax]\n", [("HEB301", "[")]),
        ("output: {}\n", [("HEB206", "{")]),
        ("output:\n", [("HEB307", "output")]),
        ("output: null\n", [("HEB202", "null")]),
        ("training: adam\n", [("HEB301", "adam")]),
        ("training: [adam]\n", [("HEB301", "[")]),
        ("variants: [a]\n", [("HEB301", "[")]),
        ("variants: {a: softmax}\n", [("HEB301", "softmax")]),
        ("about: {a: b}\n", [("HEB301", "{")]),
        ("about:\n  a: b\n", [("HEB301", "a")]),
        ("about: true\n", [("HEB306", "true")]),
        ("baseline:\n", [("HEB307", "baseline")]),
        ("baseline: other\n", [("HEB226", "other")]),
        ("claims: {a: b}\n", [("HEB301", "{")]),
        ("claims: [[a]]\n", [("HEB301", "[")]),
        ("hebbdsl: '1'\n", [("HEB311", "'1'")]),
        ("hebbdsl: one\n", [("HEB311", "one")]),
        ("hebbdsl: [1]\n", [("HEB311", "hebbdsl")]),
        ("model: {mlp: {hidden: [8, 0, x]}}\n", [("HEB302", "0"), ("HEB301", "x")]),
        ("model: {mlp: {hidden: [[8]]}}\n", [("HEB301", "[")]),
        ("data: {omniglot: {classes: null, fallback: softmax}}\n", [("HEB204", "softmax")]),
    ],
)
def test_faults(fragment: str, expected: list[tuple[str, str]]) -> None:
    assert said(fragment) == expected


def test_null_for_what_may_be_null() -> None:
    assert only(checked("data: {omniglot: {classes: null}}\n")).setup.data.classes is None


def test_all_problems_at_once_in_order() -> None:
    found = said("hebbdsl: 3\nmodel: {mlp: {hiden: [1]}}\noutput: {hebbian: {gamma: 2}}\n")
    assert [code for code, _ in found] == ["HEB311", "HEB201", "HEB302"]


def test_keys_written_twice_are_said_with_the_rest() -> None:
    tree = parse_yaml(Source("s.yaml", GOOD + "about: a\nabout: b\nseed: 1\n"))
    assert [problem.code for problem in examine(tree).problems] == ["HEB125", "HEB201"]


def test_errors_of_inner_parts_are_placed() -> None:
    output = "output: {mixture: {experts: [{mixture: {experts: [softmax], weights: [0.5]}}]}}\n"
    problems = list(examined(output).problems)
    assert len(problems) == 1
    assert pointed(problems[0]) in ("[0.5]", "0.5")


VARIANTS = """\
output: {hebbian: {gamma: 0.05, T: 7}}
variants:
  as_written: {}
  plain: {output: softmax}
  tuned: {output.gamma: 0.5, training: {batch_size: 8, optimizer.learning_rate: 0.1}}
  order: {output.bias: false, output: softmax}
  item: {output: {mixture: {experts: [softmax, cache]}}, output.experts.1.size: 3}
"""


def test_variants_change_fields() -> None:
    found = checked(VARIANTS)
    assert list(found.variants) == ["as_written", "plain", "tuned", "order", "item"]
    assert found.baseline == "as_written"
    texts = {name: str(variant.setup.output) for name, variant in found.variants.items()}
    assert "gamma=0.05, T=7" in texts["as_written"]
    assert "Softmax(bias=True" in texts["plain"]
    assert "gamma=0.5, T=7" in texts["tuned"]
    assert "Softmax(bias=False" in texts["order"]
    assert "Cache(size=3" in texts["item"]
    tuned = found.variants["tuned"].setup.training
    assert (tuned.batch_size, tuned.steps, tuned.optimizer.learning_rate) == (8, 2_000, 0.1)


def test_set_is_applied_last_and_everywhere() -> None:
    fragment = "".join(line for line in VARIANTS.splitlines(True) if "item" not in line)
    found = checked(fragment, "output.bias=false", "training.steps=5", "seeds=1..2")
    assert found.experiment.seeds == (1, 2)
    for name in ("as_written", "plain", "tuned", "order"):
        assert "bias=False" in str(found.variants[name].setup.output)
        assert found.variants[name].setup.training.steps == 5
    place = found.variants["plain"].origins[("training", "steps")]
    assert (place.value.source.name, place.value.text) == ("--set", "5")
    assert place.key is not None
    assert place.key.text == "steps"


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("training.steps", "HEB215", "training.steps"),
        ("=3", "HEB215", "=3"),
        ("training.steps=", "HEB307", "steps"),
        ("training.steps=many", "HEB301", "many"),
        ("training.stepz=3", "HEB201", "stepz"),
        ("trainin.steps=3", "HEB201", "trainin"),
        ("output.rescal=none", "HEB210", "rescal"),
        ("output..gamma=1", "HEB210", "."),
        (".=1", "HEB201", "."),
        ("output=[", "HEB114", "["),
        ("output=&a softmax", "HEB120", "&a"),
        ("curriculum.when=> 0.5", "HEB116", ">"),
        ("curriculum.when=test_acc > 0.5", "HEB220", "test_acc"),
        ("training.steps=\x1b", "HEB104", "\x1b"),
        ("training.steps=\udcff", "HEB104", "\udcff"),
        ("variants.a=3", "HEB211", "a"),
        ("training.schedule.steps=3", "HEB211", "steps"),
        ("hebbdsl=2", "HEB311", "2"),
    ],
)
def test_faulty_set(text: str, code: str, where: str) -> None:
    problems = list(examined("", text).problems)
    assert [(p.code, pointed(p)) for p in problems] == [(code, where)]
    assert isinstance(problems[0].place, Span)
    assert problems[0].place.source.name == "--set"


def test_a_path_says_which_word_the_part_is_in_that_variant() -> None:
    found = examined("variants:\n  a: {output: softmax, output.gamma: 0.1}\n  b: {}\n")
    (problem,) = found.problems
    assert problem.title == "`output` is `softmax` in `a`, which has no field `gamma`"


def test_the_same_problem_in_several_variants_is_said_once() -> None:
    variants = "variants: {a: {}, b: {output.T: 3}, c: {training.steps: 9}}\n"
    fragment = "output: {hebbian: {gamma: 9}}\n" + variants
    assert [code for code, _ in said(fragment)] == ["HEB302"]


def test_a_path_into_an_unknown_word_is_not_blamed() -> None:
    fragment = "output: {hebian: {gamma: 0.1}}\nvariants: {a: {output.rescale: none}}\n"
    assert [code for code, _ in said(fragment)] == ["HEB202"]


def test_drafts_hold_what_could_be_built() -> None:
    drafted = examined("model: {mlp: {hidden: x}}\n")
    (draft,) = drafted.drafts
    assert draft.sections.model is None
    assert draft.sections.output is not None
    assert draft.sections.complete() is None


def test_places_of_fields_that_were_not_written() -> None:
    origins = only(checked("output: {hebbian: {gamma: 0.05}}\n")).origins

    def text(*path: str | int, key: bool = False) -> str:
        span = span_of(At(path, key), origins)
        assert span is not None
        return span.text

    assert text("output", "gamma") == "0.05"
    assert text("output", "gamma", key=True) == "gamma"
    assert text("output", "T") == "hebbian"
    assert text("output") == "hebbian"
    assert text("training", "batch_size") == "training"


def test_rejected_has_everything() -> None:
    with pytest.raises(Rejected) as caught:
        checked("model: x\noutput: y\n")
    assert [problem.code for problem in caught.value.problems] == ["HEB202", "HEB202"]
    assert caught.value.exit_code == 1


def test_every_spec_of_the_gallery_is_good() -> None:
    specs = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
    assert specs
    for path in specs:
        text = path.read_text(encoding="utf-8")
        assert list(examine(parse_yaml(Source(str(path), text))).problems) == []


def test_many_variants_are_read_once_each() -> None:
    changes = "".join(f"  v{n}: {{output.gamma: 0.{n + 1}}}\n" for n in range(500))
    found = checked("variants:\n" + changes)
    models = {id(variant.setup.model) for variant in found.variants.values()}
    assert len(found.variants) == 500
    assert len(models) == 1


def test_good_is_good() -> None:
    assert list(examine(parse_yaml(Source("s.yaml", GOOD))).problems) == []


MIXED = "output: {mixture: {experts: [softmax, cache], weights: [0.5, 0.5]}}\n"


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        (
            "training: adam\nvariants: {a: {training.steps: 5}}\n",
            [("HEB203", "training"), ("HEB301", "adam")],
        ),
        (
            "training: adam\nvariants: {a: {training: {steps: 5}}}\n",
            [("HEB301", "adam"), ("HEB203", "training")],
        ),
        (MIXED + "variants: {a: {output.experts.0.gama: 5}}\n", [("HEB210", "gama")]),
        (MIXED + "variants: {a: {output.weights.0: 0.3, output.weights.1: 0.7}}\n", []),
        (MIXED + "variants: {a: {output.weights.2: 0.3}}\n", [("HEB213", "2")]),
        (MIXED + "variants: {a: {output.weights.x: 0.3}}\n", [("HEB213", "x")]),
        (MIXED + "variants: {a: {output.weights.-1: 0.3}}\n", [("HEB213", "-1")]),
        (
            "output: {hebbian: 3}\nvariants: {a: {output.gamma: 0.5}}\n",
            [("HEB301", "3")],
        ),
    ],
)
def test_changes_inside_what_is_written(fragment: str, expected: list[tuple[str, str]]) -> None:
    assert said(fragment) == expected


def test_what_is_incomplete_is_no_experiment() -> None:
    """Only a caller who did not look at the problems asks."""
    with pytest.raises(ValueError, match="a is incomplete"):
        examined("variants: {a: {model: x}}\n").checked()
    with pytest.raises(ValueError, match="the experiment is incomplete"):
        examined("seeds: x\n").checked()


def test_too_many_variants_are_not_read() -> None:
    many = "variants: {" + ", ".join(f"v{n}: {{}}" for n in range(MOST_VARIANTS + 1)) + "}\n"
    (problem,) = examined(many).problems
    assert problem.title == "`variants` takes at most 1_000 items, not 1_001"
    assert len(checked(many.replace(", v1000: {}", "")).variants) == MOST_VARIANTS


def test_expressions_have_a_length_in_all() -> None:
    claim = "final_test_accuracy(main) > 0.000000000000"
    count = MOST_EXPRESSION // len(claim)
    when = len("test_accuracy >= 0.5")
    claims = "claims:\n" + "".join(f"  - {claim}\n" for _ in range(count))
    spare = MOST_EXPRESSION - count * len(claim) - when
    assert spare < 0
    (problem,) = examined(claims + f"  - {claim}\n").problems
    assert (problem.code, pointed(problem)) == ("HEB138", claim)
    fewer = claims.replace(f"  - {claim}\n", "", 1)
    assert not list(examined(fewer).problems)


def test_the_last_character_of_all_expressions_counts() -> None:
    claim = "final_test_accuracy(main) > 0.5"
    rest = MOST_EXPRESSION - len("test_accuracy >= 0.5")
    count, spare = divmod(rest, len(claim))
    claims = [claim] * (count - 1) + [claim.replace(" ", " " * (spare + 1), 1)]
    assert sum(map(len, claims)) == rest
    fragment = "claims:\n" + "".join(f"  - {one!r}\n" for one in claims)
    assert not list(examined(fragment).problems)
    (problem,) = examined(fragment.replace("> 0.5'", ">  0.5'", 1)).problems
    assert problem.code == "HEB138"


def test_the_version_and_the_baseline_that_was_written() -> None:
    assert checked().experiment.hebbdsl == 1
    assert examined("baseline: main\n").baseline == "main"
    assert examined().baseline is None
    assert examined("baseline: 3\n").baseline is None


def test_a_path_into_a_word_that_has_no_fields_to_show() -> None:
    """A value that is missing, or null, has no word that a path could go into."""
    assert said("output: null\nvariants: {a: {output.gamma: 0.5}}\n") == [
        ("HEB202", "null"),
        ("HEB211", "gamma"),
    ]
    assert said("output:\nvariants: {a: {output.gamma: 0.5}}\n")[0] == ("HEB307", "output")


def test_a_variant_that_is_no_mapping_is_said_once_and_asked_nothing() -> None:
    fragment = "variants: {a: {}, b: 5}\nbaseline: b\nclaims: [steps_to_finish(b) > 3]\n"
    assert said(fragment) == [("HEB301", "5")]
    assert said(fragment, "training.steps=9", "output=softmax") == [("HEB301", "5")]


@pytest.mark.parametrize(
    ("fragment", "title", "hint"),
    [
        ("seeds: []\n", "`seeds` takes at least 1 item, not 0", None),
        (
            "output: {hebbian: }\n",
            "`hebbian` has no value",
            "write `hebbian` alone, or `hebbian: {}`",
        ),
        (
            "variants: {a: {training.schedule.steps: 1}}\n",
            "nothing can be changed inside `training.schedule`: it is not set",
            "give `training.schedule` itself a value",
        ),
        (
            "training: {optimizer: adam, steps: .5}\n",
            "`steps` takes a whole number, not a misspelt number",
            "write `0.5`",
        ),
        (
            "training: {optimizer: adam, steps: false}\n",
            "`steps` takes a whole number, not a boolean",
            None,
        ),
        (
            "training: {optimizer: adam, steps: 0x10}\n",
            "`steps` takes a whole number, not a misspelt number",
            "numbers are written `12`, `0.5`, `1e-3` or `1_000`",
        ),
        (
            "training: {optimizer: adam, steps: 9007199254740992.5}\n",
            "`steps` takes a whole number in digits, not `9007199254740992.5`",
            None,
        ),
    ],
)
def test_what_is_said_of_a_value(fragment: str, title: str, hint: str | None) -> None:
    (problem,) = examined(fragment).problems
    assert (problem.title, problem.hint) == (title, hint)


@pytest.mark.parametrize(
    ("written", "fix"),
    [("steps: '12'", "12"), ("steps: '12.5'", None), ("steps: 'a dozen'", None)],
)
def test_quotes_are_taken_off_where_that_gives_a_number(written: str, fix: str | None) -> None:
    (problem,) = examined(f"training: {{optimizer: adam, {written}}}\n").problems
    assert problem.fix == fix


def test_as_many_items_as_may_be() -> None:
    claims = ", ".join(["1 > 0"] * MOST_CLAIMS)
    assert "HEB304" not in codes_of_claims(f"[{claims}]")
    assert codes_of_claims(f"[{claims}, 2 > 0]") == {"HEB304"}


def codes_of_claims(claims: str) -> set[str]:
    return {problem.code for problem in examined(f"claims: {claims}\n").problems}


def test_extends_cannot_be_set_and_all_else_can() -> None:
    found = examined("", "extends=a.yaml", "seeds=3")
    assert [problem.code for problem in found.problems] == ["HEB235"]
    assert found.head["seeds"] == (3,)
