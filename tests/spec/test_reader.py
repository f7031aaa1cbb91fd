"""What the checker says of values, word for word: title, hint, and the characters it points at."""

from __future__ import annotations

import pytest

from hebbdsl.diagnostics.wording import quoted
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.source import Source, Span
from hebbdsl.spec.checker import examine
from hebbdsl.spec.experiment import Experiment, Training
from hebbdsl.spec.outcome import BAD
from hebbdsl.spec.reader import Reader
from hebbdsl.spec.types import fields_of
from hebbdsl.syntax.text_surface import parse_text
from hebbdsl.syntax.yaml import parse_yaml
from tests.spec.test_checker import examined
from tests.specs import GOOD_TEXT

Said = tuple[str, str, str, str | None]
"""Code, characters, title, hint."""


def said(fragment: str) -> list[Said]:
    found: list[Said] = []
    for problem in examined(fragment + "\n").problems:
        assert isinstance(problem.place, Span)
        found.append((problem.code, problem.place.text, problem.title, problem.hint))
    return found


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("seeds: 5..5", []),
        ("seeds: [3, 5..5]", []),
        (
            "seeds: [1, [2], 1]",
            [
                (
                    "HEB301",
                    "[2]",
                    "`seeds` takes whole numbers, such as `0..9` or `[0..3, 8]`, at most 10_000 of them, not a list in a list",  # noqa: E501
                    None,
                ),
                ("HEB313", "1", "`1` is among `seeds` twice", None),
            ],
        ),
        (
            "seeds: [5..4, 7, 7]",
            [
                ("HEB312", "5..4", "the range `5..4` is empty", "write `4..5`"),
                ("HEB313", "7", "`7` is among `seeds` twice", None),
            ],
        ),
        (
            "seeds: '7'",
            [
                (
                    "HEB301",
                    "'7'",
                    "`seeds` takes a whole number, not a quoted text",
                    "remove the quotes",
                )
            ],
        ),
        ("seeds: 0..9998", []),
        ("seeds: 0..9999", []),
        ("seeds: [0..4999, 5000..9999]", []),
        (
            "seeds: [0..4999, 5000..10000]",
            [("HEB314", "5000..10000", "`seeds` stands for more than 10_000 numbers", None)],
        ),
        (
            "seeds: 1.0",
            [("HEB310", "1.0", "`seeds` takes a whole number in digits, not `1.0`", "write `1`")],
        ),
        ("seeds: x", [("HEB301", "x", "`seeds` takes a whole number, not a word", None)]),
        (
            "seeds: 1e3..5",
            [
                (
                    "HEB301",
                    "1e3..5",
                    "`seeds` takes a whole number, not a misspelt number",
                    "numbers are written `12`, `0.5`, `1e-3` or `1_000`",
                )
            ],
        ),
        (
            "training: {optimizer: adam, binding_steps: 1e999}",
            [("HEB308", "1e999", "`1e999` is not a number that can be computed with", None)],
        ),
        (
            "training: {optimizer: adam, binding_steps: nan}",
            [("HEB308", "nan", "`nan` is not a number that can be computed with", None)],
        ),
        (
            "training: {optimizer: adam, binding_steps: 1e3}",
            [
                (
                    "HEB310",
                    "1e3",
                    "`binding_steps` takes a whole number in digits, not `1e3`",
                    "write `1_000`",
                )
            ],
        ),
        (
            "training: {optimizer: adam, binding_steps: 2.5}",
            [("HEB310", "2.5", "`binding_steps` takes a whole number in digits, not `2.5`", None)],
        ),
        (
            "training: {optimizer: adam, binding_steps: 1e16}",
            [
                (
                    "HEB310",
                    "1e16",
                    "`binding_steps` takes a whole number in digits, not `1e16`",
                    None,
                )
            ],
        ),
        (
            "training: {optimizer: adam, binding_steps: '5'}",
            [
                (
                    "HEB301",
                    "'5'",
                    "`binding_steps` takes a whole number, not a quoted text",
                    "remove the quotes",
                )
            ],
        ),
        (
            "training: {optimizer: adam, binding_steps: 'five'}",
            [("HEB301", "'five'", "`binding_steps` takes a whole number, not a quoted text", None)],
        ),
        (
            "training: {optimizer: adam, binding_steps: 012}",
            [
                (
                    "HEB301",
                    "012",
                    "`binding_steps` takes a whole number, not a misspelt number",
                    "write `12`",
                )
            ],
        ),
        (
            "training: {optimizer: adam, binding_steps: 5.}",
            [
                (
                    "HEB301",
                    "5.",
                    "`binding_steps` takes a whole number, not a misspelt number",
                    "write `5`",
                )
            ],
        ),
        (
            "training: {optimizer: adam, binding_steps: true}",
            [("HEB301", "true", "`binding_steps` takes a whole number, not a boolean", None)],
        ),
        (
            "training: {optimizer: adam, binding_steps: null}",
            [("HEB301", "null", "`binding_steps` takes a whole number, not null", None)],
        ),
        (
            "training: {optimizer: adam, binding_steps: 12:30}",
            [
                (
                    "HEB301",
                    "12:30",
                    "`binding_steps` takes a whole number, not a misspelt number",
                    "numbers are written `12`, `0.5`, `1e-3` or `1_000`",
                )
            ],
        ),
        (
            "training: {optimizer: adam, binding_steps: 9999999999}",
            [
                (
                    "HEB302",
                    "9999999999",
                    "`binding_steps` must be at least 1 and at most 1_000_000_000, not 9999999999",
                    None,
                )
            ],
        ),
        (
            "training: {optimizer: adam, binding_steps: 99999999999999999999}",
            [
                (
                    "HEB302",
                    "99999999999999999999",
                    "`binding_steps` must be at least 1 and at most 1_000_000_000, not 99999999999999999999",  # noqa: E501
                    None,
                )
            ],
        ),
        (
            "training: {optimizer: adam, batch_size: 99999999999999999999, steps: 5}",
            [
                (
                    "HEB302",
                    "99999999999999999999",
                    "`batch_size` must be at most 9_007_199_254_740_992, not 99999999999999999999",
                    None,
                )
            ],
        ),
        (
            "training: {optimizer: {adam: {learning_rate: .5}}, steps: 5}",
            [
                (
                    "HEB301",
                    ".5",
                    "`learning_rate` takes a number, not a misspelt number",
                    "write `0.5`",
                )
            ],
        ),
        (
            "training: {optimizer: {adam: {learning_rate: 0_1}}, steps: 5}",
            [
                (
                    "HEB301",
                    "0_1",
                    "`learning_rate` takes a number, not a misspelt number",
                    "numbers are written `12`, `0.5`, `1e-3` or `1_000`",
                )
            ],
        ),
        (
            "training: {optimizer: {adam: {learning_rate: '0.1'}}, steps: 5}",
            [
                (
                    "HEB301",
                    "'0.1'",
                    "`learning_rate` takes a number, not a quoted text",
                    "remove the quotes",
                )
            ],
        ),
        (
            "training: {optimizer: {adam: {learning_rate: 1e-999}}, steps: 5}",
            [("HEB308", "1e-999", "`1e-999` is not a number that can be computed with", None)],
        ),
        (
            "training: {optimizer: adam, steps: 5, compile: yes}",
            [("HEB301", "yes", "`compile` takes `true` or `false`, not a word", "write `true`")],
        ),
        (
            "training: {optimizer: adam, steps: 5, compile: 'true'}",
            [
                (
                    "HEB301",
                    "'true'",
                    "`compile` takes `true` or `false`, not a quoted text",
                    "write `true`",
                )
            ],
        ),
        (
            "training: {optimizer: adam, steps: 5, compile: OFF}",
            [("HEB301", "OFF", "`compile` takes `true` or `false`, not a word", "write `false`")],
        ),
        (
            "training: {optimizer: adam, steps: 5, compile: maybe}",
            [("HEB301", "maybe", "`compile` takes `true` or `false`, not a word", None)],
        ),
        (
            "training: {optimizer: adam, steps: 5, precision: float16}",
            [("HEB303", "float16", "`precision` cannot be `float16`", "did you mean `bfloat16`?")],
        ),
        (
            "training: {optimizer: adam, steps: 5, evaluation_classes: }",
            [
                (
                    "HEB307",
                    "evaluation_classes",
                    "`evaluation_classes` has no value",
                    "write a value, or `null`",
                )
            ],
        ),
        (
            "training: {optimizer: adam, binding_steps: }",
            [
                (
                    "HEB307",
                    "binding_steps",
                    "`binding_steps` has no value",
                    "it takes a whole number, at least 1 and at most 1_000_000_000",
                )
            ],
        ),
        (
            "training: {optimizer: adam, binding_steps: [5]}",
            [("HEB301", "[", "`binding_steps` takes a whole number, not a list", None)],
        ),
        (
            "training: {optimizer: adam, binding_steps: {a: 5}}",
            [("HEB301", "{", "`binding_steps` takes a whole number, not a mapping", None)],
        ),
        ("training: {optimizer: adam, steps: 5, schedule: null}", []),
        (
            "training: {optimizer: null, steps: 5}",
            [
                (
                    "HEB202",
                    "null",
                    "there is no optimizer `null`",
                    "optimizers: adagrad, adam, adamw, rmsprop, sgd",
                )
            ],
        ),
        (
            "training: {optimizer: {adam: {}, sgd: {}}, steps: 5}",
            [
                (
                    "HEB205",
                    "sgd",
                    "one optimizer is asked for, and `sgd` stands here too",
                    "keep one, or indent `sgd` if it is a field",
                )
            ],
        ),
        (
            "training: {optimizer: {learning_rate: 5}, steps: 5}",
            [
                (
                    "HEB202",
                    "learning_rate",
                    "there is no optimizer `learning_rate`",
                    "`learning_rate` is a field: write `adam: {learning_rate: …}`",
                )
            ],
        ),
        (
            "training: {optimizer: learning_rate, steps: 5}",
            [
                (
                    "HEB202",
                    "learning_rate",
                    "there is no optimizer `learning_rate`",
                    "`learning_rate` is a field: write `adam: {learning_rate: …}`",
                )
            ],
        ),
        (
            "training: {optimizer: softmax, steps: 5}",
            [
                (
                    "HEB204",
                    "softmax",
                    "`softmax` is an output, not an optimizer",
                    "optimizers: adagrad, adam, adamw, rmsprop, sgd",
                )
            ],
        ),
        (
            "training: {optimizer: {a: 1, b: 2}, steps: 5}",
            [
                (
                    "HEB206",
                    "{",
                    "the word of the optimizer is missing",
                    "write `adam: {…}`; optimizers: adagrad, adam, adamw, rmsprop, sgd",
                )
            ],
        ),
        (
            "model: {mlp: {hidden: 5}}",
            [
                (
                    "HEB301",
                    "5",
                    "`hidden` takes a list, not a whole number",
                    "a list is written `[5]`",
                )
            ],
        ),
        (
            "model: {mlp: {hidden: x}}",
            [("HEB301", "x", "`hidden` takes a list, not a word", "a list is written `[x]`")],
        ),
        ("model: {mlp: {hidden: []}}", []),
        (
            "model: {mlp: {hidden: {a: 5}}}",
            [("HEB301", "{", "`hidden` takes a list, not a mapping", None)],
        ),
        (
            "model: {mlp: {}, convnet: {}}",
            [
                (
                    "HEB205",
                    "convnet",
                    "one model is asked for, and `convnet` stands here too",
                    "keep one, or indent `convnet` if it is a field",
                )
            ],
        ),
        (
            "model: {mlp: {}, x: {}}",
            [
                (
                    "HEB205",
                    "x",
                    "one model is asked for, and `x` stands here too",
                    "keep one, or indent `x` if it is a field",
                )
            ],
        ),
        ("model: {mlp: [1]}", [("HEB301", "[1]", "`mlp` takes fields, not a list", None)]),
        (
            "experiment: Odd Name",
            [
                (
                    "HEB305",
                    "Odd Name",
                    "`Odd Name` is not a name",
                    "a name is a lower-case letter, then letters, digits and `_`, at most 64, such as `odd_name`",  # noqa: E501
                )
            ],
        ),
        (
            'experiment: "---"',
            [
                (
                    "HEB305",
                    '"---"',
                    "`---` is not a name",
                    "a name is a lower-case letter, then letters, digits and `_`, at most 64",
                )
            ],
        ),
        (
            "experiment: 12",
            [
                (
                    "HEB306",
                    "12",
                    "`experiment` takes a text, and `12` could be something else",
                    'write `"12"`',
                )
            ],
        ),
        (
            "variants: {Bad-Name: {}}",
            [
                (
                    "HEB305",
                    "Bad-Name",
                    "`Bad-Name` is not a name",
                    "a name is a lower-case letter, then letters, digits and `_`, at most 64, such as `bad_name`",  # noqa: E501
                )
            ],
        ),
        (
            "variants: {a: }",
            [("HEB307", "a", "`a` has no value", "write `{}` for the setup as written")],
        ),
        (
            "variants: {a: [1]}",
            [("HEB301", "[", "`a` takes names, each with the fields it changes, not a list", None)],
        ),
        (
            "variants: {a: {seeds: 1}}",
            [
                (
                    "HEB212",
                    "seeds",
                    "a variant cannot change `seeds`",
                    "write `seeds` at the top of the spec",
                )
            ],
        ),
        (
            "curriculum: {growing: {when: 'test_acuracy > 1'}}",
            [
                (
                    "HEB220",
                    "test_acuracy",
                    "there is no metric `test_acuracy`",
                    "did you mean `test_accuracy`? metrics here: newest_accuracy, newest_validation_accuracy, test_accuracy, train_loss, validation_accuracy",  # noqa: E501
                )
            ],
        ),
        (
            "output: {mixture: {experts: [softmax, cache], weights: [0.5]}}",
            [
                (
                    "HEB407",
                    "[0.5]",
                    "a mixture of 2 experts is given 1 weight",
                    "give one weight for each expert, or a word: `equal`, `entropy`, `learned` in"
                    " training, `tuned` under `evaluation`",
                )
            ],
        ),
        (
            "output: {mixture: {experts: [softmax, cache], weights: learnt}}",
            [("HEB303", "learnt", "`weights` cannot be `learnt`", "did you mean `learned`?")],
        ),
        (
            "output: {mixture: {experts: [softmax, cache], weights: [0.5, x]}}",
            [("HEB301", "x", "`weights.1` takes a number, not a word", None)],
        ),
        (
            "output: {mixture: {experts: softmax}}",
            [
                (
                    "HEB301",
                    "softmax",
                    "`experts` takes a list, not a word",
                    "a list is written `[softmax]`",
                )
            ],
        ),
        (
            "output: {mixture: {experts: [softmax, cache], weights: {a: 1}}}",
            [
                (
                    "HEB301",
                    "{",
                    "`weights` takes `equal` or `learned` or `tuned` or `entropy` or a list, not a"
                    " mapping",
                    None,
                )
            ],
        ),
    ],
)
def test_values(fragment: str, expected: list[Said]) -> None:
    assert said(fragment) == expected


def test_two_words_in_text() -> None:

    text = GOOD_TEXT.replace("model = mlp", "model = {mlp = {}, convnet = {}}")
    (problem,) = examine(parse_text(Source("s.hebb", text))).problems
    assert problem.hint == "keep one; fields of `mlp` stand in its parentheses"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *((word, "true") for word in ("True", "TRUE", "yes", "Yes", "on", "ON", "1", "'true'")),
        *((word, "false") for word in ("False", "no", "NO", "off", "0", "'false'")),
    ],
)
def test_booleans_by_other_names(written: str, meant: str) -> None:
    fragment = f"training: {{optimizer: adam, steps: 5, compile: {written}}}"
    ((code, place, _, hint),) = said(fragment)
    assert (code, place, hint) == ("HEB301", written, f"write `{meant}`")


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("Odd-Name", "odd_name"),
        ("x" * 64 + "Y", "x" * 64),
        ("_a_", "a"),
        ("3x", None),
    ],
)
def test_names_that_are_nearly_right(name: str, like: str | None) -> None:
    ((code, _, _, hint),) = said(f'experiment: "{name}"')
    assert code == "HEB305"
    assert hint is not None
    assert hint.partition(", such as ")[2] == ("" if like is None else quoted(like))


FAULTY: list[tuple[type, str, str]] = [
    (Training, "steps", "x"),
    (Training, "steps", "0"),
    (Training, "steps", "'5'"),
    (Training, "steps", "[5]"),
    (Training, "steps", "1e999"),
    (Training, "steps", ""),
    (Training, "compile", "maybe"),
    (Training, "compile", "{a: 1}"),
    (Training, "precision", "float16"),
    (Training, "evaluation_classes", "[1]"),
    (Training, "optimizer", "[adam]"),
    (Training, "optimizer", "adma"),
    (Training, "optimizer", "softmax"),
    (Training, "optimizer", "null"),
    (Training, "optimizer", "{}"),
    (Training, "optimizer", "{adam: }"),
    (Training, "optimizer", "{adam: 3}"),
    (Training, "optimizer", "{adam: {}, sgd: {}}"),
    (Training, "optimizer", "{adam: {rate: 3}}"),
    (Training, "optimizer", "{adam: {learning_rate: x}}"),
    (Training, "schedule", "nowhere"),
    (Experiment, "training", "adam"),
    (Experiment, "training", "{steps: 5}"),
    (Experiment, "training", "{optimizer: adam, steps: x}"),
    (Experiment, "training", "{optimizer: adam, steps: 5, stepz: 5}"),
    (Experiment, "experiment", "Odd Name"),
    (Experiment, "experiment", "12"),
    (Experiment, "about", "[a]"),
    (Experiment, "seeds", "x"),
    (Experiment, "seeds", "[]"),
    (Experiment, "seeds", "{a: 1}"),
    (Experiment, "seeds", "[1, 1]"),
    (Experiment, "seeds", "[1, x]"),
    (Experiment, "seeds", "[x, 1]"),
    (Experiment, "seeds", "[[1]]"),
    (Experiment, "seeds", "5..4"),
    (Experiment, "seeds", "-1..4"),
    (Experiment, "seeds", "0..10_000"),
    (Experiment, "baseline", "[a]"),
    (Experiment, "variants", "[a]"),
    (Experiment, "claims", "x"),
    (Experiment, "claims", "['x >']"),
    (Experiment, "claims", "[[x]]"),
    (Mixture, "experts", "softmax"),
    (Mixture, "experts", "[]"),
    (Mixture, "experts", "[softmax, softmx]"),
    (Mixture, "weights", "learnt"),
    (Mixture, "weights", "{a: 1}"),
]


@pytest.mark.parametrize(("cls", "field", "written"), FAULTY)
def test_what_is_faulty_is_no_value(cls: type, field: str, written: str) -> None:
    """It is BAD, and something is said of it, whatever stands around it."""
    root = parse_yaml(Source("s.yaml", f"{field}: {written}\n")).root
    reader = Reader()
    entry = root.entries[0]
    value = reader.value(fields_of(cls)[field].type, entry.value, (field,), entry.key.span)
    assert value is BAD
    assert len(reader.problems)
