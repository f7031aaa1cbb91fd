"""Training graphs of language: the next token of a text."""
