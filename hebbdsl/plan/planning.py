"""From a checked experiment to its plan: shapes, sizes, memory, levels. Arithmetic only."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problems
from hebbdsl.parts.classification import CharacterSet, ClassificationFacts, ClassificationModel
from hebbdsl.parts.language import Corpus, LanguageFacts
from hebbdsl.parts.models.language_model import LanguageModel
from hebbdsl.parts.part import FLOAT_BYTES, INTEGER_BYTES, Facts, Layer, Output
from hebbdsl.plan.checks import across_problems, drafts_problems
from hebbdsl.plan.plan import ClassificationPlan, LanguagePlan, Memory, Plan, VariantPlan
from hebbdsl.plan.searching import drawings_shown, pairs_trained, shown_at_test, words_asked
from hebbdsl.spec.checked import Checked, Draft, Sections, Variant
from hebbdsl.spec.experiment import IMAGES_EVALUATED_EVERY, Setup
from hebbdsl.vocabulary import refuse_part


def make_plan(checked: Checked) -> Plan:
    """What every variant will cost.

    Raises: Rejected, with what does not fit together in any variant.
    """
    problems = Problems()
    drafts = drafts_of(checked)
    problems.extend(drafts_problems(drafts))
    problems.extend(across_problems(drafts, checked.baseline))
    problems.raise_errors()
    return plan_checked(checked)


def plan_checked(checked: Checked) -> Plan:
    """The same of an experiment of which it is known that everything fits together."""
    return Plan(
        checked, {name: plan_setup(variant.setup) for name, variant in checked.variants.items()}
    )


def plan_setup(setup: Setup, facts: Facts | None = None) -> VariantPlan:
    """The plan of one setup whose parts fit together.

    Args:
        facts: what is known of the data once it has been read; None: what is published.
    """
    facts = setup.data.facts() if facts is None else facts
    match setup.data, setup.model, facts:
        case CharacterSet() as data, ClassificationModel() as model, ClassificationFacts():
            return _of_pictures(setup, data, model, facts)
        case Corpus() as data, LanguageModel() as model, LanguageFacts():
            return _of_words(setup, data, model, facts)
    raise TypeError("the model reads other data: stage 4 refuses such a setup")


def _of_pictures(
    setup: Setup, data: CharacterSet, model: ClassificationModel, facts: ClassificationFacts
) -> ClassificationPlan:
    curriculum, training = setup.curriculum, setup.training
    assert curriculum is not None, "stage 4 asks for one"
    assert training.steps is not None, "stage 4 asks for them"
    layers = model.layers(facts.image)
    output_layers = _output_layers(setup.output, model.features, facts.classes)
    return ClassificationPlan(
        setup=setup,
        facts=facts,
        data=data,
        model=model,
        curriculum=curriculum,
        model_layers=layers,
        output_layers=output_layers,
        levels=curriculum.levels(facts.classes),
        memory=_memory(setup, (*layers, *output_layers), facts, training.steps),
        steps=training.steps,
        evaluate_every=training.evaluate_every or IMAGES_EVALUATED_EVERY,
    )


def _of_words(
    setup: Setup, data: Corpus, model: LanguageModel, facts: LanguageFacts
) -> LanguagePlan:
    training = setup.training
    layers = model.layers(facts.words)
    output_layers = _output_layers(setup.output, model.activation_width, facts.words)
    tokens = facts.tokens.get("train")
    epoch = None if tokens is None else training.steps_of_epoch(tokens)
    steps = training.steps
    if training.epochs is not None and epoch is not None:
        steps = min(steps or epoch * training.epochs, epoch * training.epochs)
    return LanguagePlan(
        setup=setup,
        facts=facts,
        data=data,
        model=model,
        model_layers=layers,
        output_layers=output_layers,
        levels=(facts.words,),
        memory=_memory(setup, (*layers, *output_layers), facts, steps),
        steps=steps,
        epoch=epoch,
        evaluate_every=training.evaluate_every or epoch,
    )


def _output_layers(output: Output, hidden: int, classes: int) -> tuple[Layer, ...]:
    layers = output.layers(hidden, classes)
    if not isinstance(layers, tuple) or not all(isinstance(layer, Layer) for layer in layers):
        refuse_part(output, f"`layers` returns {type(layers).__name__}, not a tuple of `Layer`")
    return layers


def _memory(setup: Setup, layers: tuple[Layer, ...], facts: Facts, steps: int | None) -> Memory:
    trained = pairs_trained(setup.training, facts, steps)
    hidden = setup.model.activation_width
    grown = sum(one.bytes_grown(hidden, trained) for one in setup.output.memories())
    weights = FLOAT_BYTES * sum(layer.parameters for layer in layers)
    return Memory(
        weights=weights,
        gradients=weights,
        optimizer=weights * setup.training.optimizer.state_per_parameter,
        buffers=sum(layer.buffer_bytes for layer in layers) + grown,
        data=facts.bytes,
        evaluation=_added(setup, layers, facts),
        tuning=_stored(setup, facts),
    )


def _added(setup: Setup, layers: tuple[Layer, ...], facts: Facts) -> int:
    """Bytes of memories and adaptations."""
    hidden, classes = setup.model.activation_width, facts.to_tell_apart
    evaluation = setup.evaluation
    added, shown = 0, drawings_shown(facts)
    for memory in evaluation.memories():
        if memory.remembers_train or isinstance(facts, ClassificationFacts):
            pairs = shown_at_test(facts, memory.remembers_train).pairs
            added += memory.bytes_grown(hidden, pairs)
    words = words_asked(facts) if isinstance(facts, LanguageFacts) else None
    if isinstance(facts, LanguageFacts):  # of a text the trained output has a memory of its own
        read = (*evaluation.memories(), *setup.output.memories())
        added += sum(memory.bytes_read(hidden, words) for memory in read)
    if evaluation.output is not None:
        rows = evaluation.output.layers_at_test(hidden, classes, shown)
        added += sum(one.buffer_bytes for one in rows)
    if evaluation.adaptation is not None:
        weights = sum(layer.parameters for layer in layers)
        added += evaluation.adaptation.bytes_at_test(
            weights,
            hidden,
            classes,
            words,
            shown if isinstance(facts, ClassificationFacts) else None,
        )
    return added


def _stored(setup: Setup, facts: Facts) -> int:
    """Bytes of the activations and labels that settings are searched on, and of what is kept of
    them while they are."""
    if not setup.evaluation.tunes:
        return 0
    pair = setup.model.activation_width * FLOAT_BYTES + INTEGER_BYTES
    asked = facts.asked_in_validation
    return asked * pair + sum(one.bytes_tuned(asked) for one in setup.evaluation.memories())


def drafts_of(checked: Checked) -> tuple[Draft, ...]:
    """Every variant as what stage 3 had of it, all sections being there."""
    return tuple(map(_draft, checked.variants.values()))


def _draft(variant: Variant) -> Draft:
    setup = variant.setup
    sections = Sections(
        data=setup.data,
        model=setup.model,
        output=setup.output,
        curriculum=setup.curriculum,
        training=setup.training,
        evaluation=setup.evaluation,
        no_curriculum=setup.curriculum is None,
    )
    return Draft(variant.name, sections, variant.origins)
