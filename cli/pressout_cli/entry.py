"""Entry point of the command `pressout`: nothing is imported yet, so that Ctrl-C is clean from the first moment on."""

from __future__ import annotations

import os
import signal
import sys

# As a shell says it of what SIGINT ended.
INTERRUPTED = 130


def main() -> None:
    """Run the command."""
    # While packages are imported an exception may be swallowed by one of them; there is nothing yet to be put in order.
    signal.signal(signal.SIGINT, lambda _number, _frame: os._exit(INTERRUPTED))
    try:
        from pressout_cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
