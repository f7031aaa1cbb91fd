"""hebbdsl: the declarative language for output-layer experiments."""

__version__ = "0.1.0"
