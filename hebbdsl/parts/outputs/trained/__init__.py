"""`trained`: the output as it was trained, at test time."""
