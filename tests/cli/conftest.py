"""Commands that train are not tried where torch is not installed."""

from importlib.util import find_spec

TRAINING = (
    "test_evaluate.py",
    "test_text_commands.py",
    "test_training_commands.py",
    "test_training_once.py",
)

collect_ignore = [] if find_spec("torch") else list(TRAINING)
