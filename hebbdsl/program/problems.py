"""Problems of devices, of compiling and of stored tokens."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.parts.datasets.problems import DataProblem


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


class DamagedTokens(DataProblem):
    """A corpus that was kept as numbers holds one that no word has: the file was damaged since.

    What is kept is compared with what was made when it is opened; each number again when it is
    read, for a file may be damaged while it is used. Run the same command again: what is damaged is
    made anew from the text. See to the disk, too.

    Wrong:
        printf 'xxxx' | dd conv=notrunc of=~/.cache/hebbdsl/corpora/text-0f3a/train.tokens

    Right:
        hebbdsl run specs/my_text.yaml
    """

    code = "HEB564"
    number: int
    words: int

    title = "the tokens are damaged: word number {number:,} of {words:,}"
    hint = "run this again: the text is tokenised anew"
