"""HEB53x to HEB59x: devices, runs and their folders."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.wording import listed


class UnknownDevice(Problem):
    """The device asked for is not there.

    Name one that torch knows on this machine: `cpu`, `cuda`, `cuda:1`, `mps`; or leave the option
    out, which takes the first of CUDA, MPS and CPU that there is.

    Wrong:

        hebbdsl run specs/omniglot_curriculum.yaml --device gpu

    Right:

        hebbdsl run specs/omniglot_curriculum.yaml --device cuda
    """

    code = "HEB530"
    exit_code = 4
    name: str
    reason: str

    title = "torch has no device `{name}` here: {reason}"
    hint = "`--device cpu` always works; without the option the fastest device is taken"


class NotFinite(Problem):
    """A loss, a gradient or a written row became infinite or not a number, or a perplexity did.

    A loss on a held-out text has no perplexity beyond 103 nats once training has ended, of which
    the probability is no number of float32, and beyond 709 before.

    Nothing after that step is kept; the record says which step and which tensor it was. Lower the
    learning rate, or, for a Hebbian output without `rescale`, give the written rows a norm.

    Wrong:

        training:
          optimizer: {sgd: {learning_rate: 1e6}}

    Right:

        training:
          optimizer: {sgd: {learning_rate: 0.1}}
    """

    code = "HEB531"
    exit_code = 4
    run: str
    step: int
    tensor: str

    title = "{run}: the {tensor} is not finite at step {step}"
    hint = "try a lower learning rate; what came before that step is in the run's metrics.jsonl"


class UnknownVariant(Problem):
    """The experiment has no such variant.

    Name one that stands under `variants`; an experiment without that section has one, `main`.

    Wrong:

        hebbdsl run specs/omniglot_curriculum.yaml --variant hebian

    Right:

        hebbdsl run specs/omniglot_curriculum.yaml --variant hebbian
    """

    code = "HEB535"
    name: str
    variants: tuple[str, ...]

    title = "the experiment has no variant `{name}`"

    @property
    def hint(self) -> str:
        from hebbdsl.diagnostics.diagnostic import nearest

        near = nearest(self.name, self.variants)
        start = f"did you mean `{near}`? " if near else ""
        return f"{start}its variants are {', '.join(f'`{name}`' for name in self.variants)}"


class NotCompiled(Problem):
    """`compile: true` needs a C++ compiler (on the CPU) or Triton (on CUDA), and none works here.

    Install one, or leave `compile` out: the losses agree, only the speed differs.

    Wrong:

        training: {compile: true}      (on a machine without g++)

    Right:

        training: {compile: false}
    """

    code = "HEB537"
    exit_code = 4
    reason: str

    title = "torch.compile failed: {reason}"
    hint = "install a C++ compiler, or use `--set training.compile=false`"


class BadSeeds(Problem):
    """`--seed` takes a whole number or a range, as in `seeds`.

    Seeds go from 0 to 4,294,967,295; a range holds at most 10,000 of them.

    Wrong:

        hebbdsl run specs/omniglot_curriculum.yaml --seed ten

    Right:

        hebbdsl run specs/omniglot_curriculum.yaml --seed 0..9
    """

    code = "HEB538"
    text: str

    title = "`--seed {text}` is neither a seed nor a range of seeds"
    hint = "write `--seed 3` or `--seed 0..9`, from 0 to 4294967295; repeat the option for more"


class WorkerKilled(Problem):
    """A process that trained a run ended without a word.

    Something outside stopped it; on a machine that is short of memory that is the system itself.
    Runs that had ended are kept. Run fewer at a time, or one alone.

    Wrong:

        hebbdsl compare specs/omniglot_full.yaml --workers 64

    Right:

        hebbdsl compare specs/omniglot_full.yaml --workers 2
    """

    code = "HEB539"
    exit_code = 4
    status: int

    @property
    def _signal(self) -> int:
        """0: none. A worker that was told to end by a signal answers with 128 and its number."""
        return -self.status if self.status < 0 else max(0, self.status - 128)

    @property
    def title(self) -> str:
        if not self._signal:
            return "a worker process ended by a fault of its own, which it printed"
        return f"a worker process was stopped from outside, by signal {self._signal}"

    @property
    def hint(self) -> str:
        if not self._signal:
            return "finished runs are kept; a fault of the program is worth a report"
        return "finished runs are kept; try again with fewer `--workers`, as memory may be short"


class OutOfMemory(Problem):
    """The device has not the memory that a run needs.

    `hebbdsl plan` shows what a run holds all the time; activations of a batch come on top. Lower
    `batch_size` or the model's widths, run fewer at a time, or use another device.

    Wrong:

        hebbdsl run specs/omniglot_full.yaml --device cuda --set training.batch_size=20_000

    Right:

        hebbdsl run specs/omniglot_full.yaml --device cuda --set training.batch_size=256
    """

    code = "HEB540"
    exit_code = 4
    run: str
    device: str
    reason: str
    sizes: tuple[str, ...] = ()
    """Fields that say how much is remembered, where most of the memory is for that."""

    title = "{run}: the memory of {device} is too small ({reason})"

    @property
    def hint(self) -> str:
        first = f"{listed(self.sizes, 'and')}; else " if self.sizes else ""
        return (
            f"lower {first}`training.batch_size`, the model's widths, the `vocabulary` of a text or"
            " `--workers`; `hebbdsl plan` shows what is held"
        )
