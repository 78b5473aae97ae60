"""How a command that runs for long is asked to end: by SIGTERM or SIGINT."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable


def stopped() -> Callable[[], bool]:
    """Give a question that is answered yes once someone asked us to stop."""
    asked = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: asked.set())
    return asked.is_set
