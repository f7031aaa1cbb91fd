"""What is said to differ between setups, and in which short form."""

from __future__ import annotations

from hebbdsl.comparison.comparison import Difference
from hebbdsl.comparison.differences import setup_differences, short_form

HEBBIAN = {"gamma": 0.05, "T": 500, "rescale": "mean_row", "count_timing": "before"}


def test_equal_setups_differ_in_nothing() -> None:
    assert setup_differences({"a": {"x": 1}, "b": {"x": 1}}) == ()
    assert setup_differences({"a": {"x": 1}}) == ()


def test_other_words_differ_as_a_whole() -> None:
    found = setup_differences(
        {
            "a": {"output": {"softmax": {}}, "steps": 5},
            "b": {"output": {"hebbian": HEBBIAN}, "steps": 5},
        }
    )
    assert found == (
        Difference("output", {"a": "softmax", "b": "hebbian(gamma=0.05, rescale=mean_row)"}),
    )


def test_fields_of_the_same_word_differ_by_themselves() -> None:
    raw = {**HEBBIAN, "rescale": "none", "T": 20}
    found = setup_differences(
        {"a": {"output": {"hebbian": HEBBIAN}}, "b": {"output": {"hebbian": raw}}}
    )
    assert found == (
        Difference("output.T", {"a": "500", "b": "20"}),
        Difference("output.rescale", {"a": "mean_row", "b": "none"}),
    )


def test_a_field_that_a_record_lacks_has_its_default() -> None:
    """Fields that were added later stand only in records where they were set."""
    earlier = {"data": {"omniglot": {"classes": 60}}}
    later = {"data": {"omniglot": {"classes": 60, "validation_drawings": 5}}}
    assert setup_differences({"a": earlier, "b": later}) == (
        Difference("data.validation_drawings", {"a": "0", "b": "5"}),
    )
    same = {"data": {"omniglot": {"classes": 60, "validation_drawings": 0}}}
    assert setup_differences({"a": earlier, "b": same}) == ()


def test_a_bare_word_is_the_word_without_fields() -> None:
    found = setup_differences({"a": {"output": "softmax"}, "b": {"output": {"softmax": {}}}})
    assert found == ()
    found = setup_differences(
        {"a": {"output": "softmax"}, "b": {"output": {"softmax": {"bias": False}}}}
    )
    assert found == (Difference("output.bias", {"a": "true", "b": "false"}),)


def test_words_inside_plain_sections_are_not_in_the_path() -> None:
    def training(rate: float) -> dict[str, object]:
        optimizer = {"adam": {"learning_rate": rate}}
        return {"training": {"optimizer": optimizer, "schedule": None, "batch_size": 64}}

    (one,) = setup_differences({"a": training(0.001), "b": training(0.01)})
    assert one == Difference("training.optimizer.learning_rate", {"a": "0.001", "b": "0.01"})


def test_lists_and_nested_parts_have_a_short_form() -> None:
    mixture = {"mixture": {"experts": ["softmax", {"cache": {"size": 7}}], "weights": "learned"}}
    assert short_form(mixture) == "mixture(experts=[softmax, cache(size=7)], weights=learned)"
    assert short_form([32, 32]) == "[32, 32]"
    assert short_form(None) == "null"
    assert short_form({"a": 1, "b": True}) == "{a=1, b=true}"


def test_defaults_of_lists_are_left_out_too() -> None:
    assert short_form({"convnet": {"channels": [32, 32, 32, 32], "dropout": 0.5}}) in (
        "convnet(dropout=0.5)",
        "convnet(channels=[32, 32, 32, 32], dropout=0.5)",
    )


def test_a_word_that_the_language_no_longer_has_is_shown_in_full() -> None:
    assert short_form({"forgotten": {"T": 500}}) == "forgotten(T=500)"


def test_three_variants_stand_side_by_side() -> None:
    (one,) = setup_differences({"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 2}})
    assert one == Difference("x", {"a": "1", "b": "1", "c": "2"})
