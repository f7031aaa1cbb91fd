"""How many bytes a run holds all the time."""

from __future__ import annotations

from hebbdsl.frozen import frozen
from hebbdsl.parts.part import FLOAT_BYTES, INTEGER_BYTES, Facts, Layer, Output
from hebbdsl.spec.experiment import Setup
from hebbdsl.vocabulary import refuse_part


@frozen(kw_only=True)
class Memory:
    """What a run holds all the time, in bytes. Activations of a batch come on top.

    Attributes:
        weights: parameters of the model and the output, in float32.
        gradients: as many again, also in float32.
        optimizer: its numbers for each parameter.
        buffers: running statistics, counters, remembered activations.
        data: pixels of the classes that take part, one byte each; text stays on the disk.
        evaluation: what is added at test time: memories and adaptations.
        tuning: what is stored of the validation data while they are tuned.
    """

    weights: int
    gradients: int
    optimizer: int
    buffers: int
    data: int
    evaluation: int = 0
    tuning: int = 0

    @property
    def total(self) -> int:
        """While it is trained."""
        return self.weights + self.gradients + self.optimizer + self.buffers + self.data

    @property
    def at_test(self) -> int:
        """While it is tested, the data apart."""
        return self.weights + self.buffers + self.evaluation

    @property
    def most(self) -> int:
        """While it is trained, tuned or tested, whichever takes most."""
        return max(self.total, self.at_test + self.tuning)


def memory_of(setup: Setup, layers: tuple[Layer, ...], facts: Facts, steps: int | None) -> Memory:
    """What the longest run of a setup holds. `steps` None: how many is not known yet."""
    training = setup.training
    of_step = facts.targets_per_step(training.batch_size, training.sequence_length)
    hidden = setup.model.activation_width
    grown = sum(
        memory.bytes_grown(hidden, (steps or 0) * of_step) for memory in setup.output.memories()
    )
    weights = FLOAT_BYTES * sum(layer.parameters for layer in layers)
    return Memory(
        weights=weights,
        gradients=weights,
        optimizer=weights * training.optimizer.state_per_parameter,
        buffers=sum(layer.buffer_bytes for layer in layers) + grown,
        data=facts.bytes,
        evaluation=_added(setup, layers, facts),
        tuning=_stored(setup, facts),
    )


def _added(setup: Setup, layers: tuple[Layer, ...], facts: Facts) -> int:
    """Bytes of memories and adaptations."""
    hidden, classes, examples = setup.model.activation_width, facts.classes, facts.examples_at_test
    evaluation = setup.evaluation
    added = sum(
        memory.bytes_grown(hidden, facts.remembered_at_test(memory.remembers_train))
        for memory in evaluation.memories()
    )
    if setup.data.reveals_labels:  # the trained output then has a memory of its own
        read = (*evaluation.memories(), *setup.output.memories())
        added += sum(memory.bytes_read(hidden, facts.longest_held_out) for memory in read)
    if evaluation.output is not None:
        rows = evaluation.output.layers_at_test(hidden, classes, examples or 0)
        added += sum(one.buffer_bytes for one in rows)
    if evaluation.adaptation is not None:
        weights = sum(layer.parameters for layer in layers)
        added += evaluation.adaptation.bytes_at_test(
            weights, hidden, classes, facts.longest_held_out, examples
        )
    return added


def _stored(setup: Setup, facts: Facts) -> int:
    """Bytes of the activations and labels that settings are searched on, and of what is kept of
    them while they are."""
    if not setup.evaluation.tunes:
        return 0
    pair = setup.model.activation_width * FLOAT_BYTES + INTEGER_BYTES
    targets = facts.validation_targets
    return targets * pair + sum(one.bytes_tuned(targets) for one in setup.evaluation.memories())


def output_layers(output: Output, hidden: int, classes: int) -> tuple[Layer, ...]:
    """The plan's rows of an output, as a part of a package may give them too."""
    layers = output.layers(hidden, classes)
    if not isinstance(layers, tuple) or not all(isinstance(layer, Layer) for layer in layers):
        refuse_part(output, f"`layers` returns {type(layers).__name__}, not a tuple of `Layer`")
    for layer in layers:
        if not isinstance(layer.parameters, int) or layer.parameters < 0:
            refuse_part(output, f"a layer has {layer.parameters!r} parameters")
    return layers
