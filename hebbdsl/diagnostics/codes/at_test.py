"""HEB433–HEB437, HEB442, HEB443, HEB445–HEB447: what can't be added to a trained model."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem


class SampledExpert(Problem):
    """An output that learns by a sample of the classes is an expert of a mixture.

    The loss of a mixture asks each expert for the probability of the label, which `sampled_softmax`
    never works out in training: it would have to be exact, and its `samples` would mean nothing.

    Wrong:
        output:
          mixture: {experts: [{sampled_softmax: {samples: 100}}, cache]}

    Right:
        output:
          mixture: {experts: [softmax, cache]}
    """

    code = "HEB446"
    output: str

    title = "{output!q} can't be trained inside a mixture"
    label = "has no probability of the label in training"
    hint = "use `softmax` here, or train it alone and mix it with memories under `evaluation`"
