"""The command `tenor`, as the wheel brings it: the same program as the binary."""

from __future__ import annotations

import os
import signal
import sys

from . import _tenor


def main() -> int:
    """Runs the command line of the process."""
    # Ctrl-C ends the command as it ends the binary: the interpreter would only take note of it
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    code = _tenor.main(["tenor", *sys.argv[1:]])
    sys.stdout.flush()
    # nothing of the interpreter is needed any more
    os._exit(code)


if __name__ == "__main__":
    main()
