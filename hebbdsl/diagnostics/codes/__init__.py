"""Every problem, by stage. The docstring of each is its page in `hebbdsl explain`."""
