"""Parts: what an experiment is made of. Each holds all that the compiler must know of it."""
