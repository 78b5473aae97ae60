"""Wake-up of the uplink: a socket of datagrams in the inbox, so that nobody looks at the disk all the time.

A ring is only a hint, and may be lost: what is to be done lies in the folders. What happens at the station just now,
for those who look on, rings along with it; that may be lost as well.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

NAME = ".bell"
# What comes with a ring is a small message or nothing.
LARGEST_BYTES = 2048


# Asks whether anyone listens.
PROBE = b"?"


def ring(inbox: Path, said: bytes = b"") -> bool:
    """Wake the uplink and say whether it listens; never waits."""
    try:
        with _address(inbox) as address, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as caller:
            caller.setblocking(False)
            caller.sendto(said, address)
    except BlockingIOError:
        return True  # it has more than enough to hear already
    except OSError:
        return False
    return True


def listens(inbox: Path) -> bool:
    """Tell whether an uplink runs."""
    return ring(inbox, PROBE)


@contextlib.contextmanager
def _address(folder: Path) -> Iterator[str]:
    """Give the socket's address by way of the open folder: an address has no more than 108 letters (man 7 unix)."""
    descriptor = os.open(folder, os.O_PATH)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)


class WakeUp:
    """The uplink's end.

    Parameters
    ----------
    inbox : Path
        The folder, which the uplink's user may write.

    Raises
    ------
    OSError
        If the socket cannot be made there.
    """

    def __init__(self, inbox: Path) -> None:
        self._path = inbox / NAME
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        # Wakes from within come by a way of their own: they must not crowd out the station's.
        self._woken, self._waker = socket.socketpair()
        for each in (self._socket, self._woken, self._waker):
            each.setblocking(False)
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()  # an earlier uplink's
        with _address(inbox) as address:
            self._socket.bind(address)
        # The station is of the same group and another user.
        os.chmod(self._path, 0o660)

    def wake(self) -> None:
        """Wake whoever waits, from another thread of this process."""
        with contextlib.suppress(OSError):
            self._waker.send(b".")  # a full one is awake already

    def wait(self, at_most_s: float) -> tuple[bool, list[bytes]]:
        """Wait for a ring; say whether the station has put something out, and give what else it said."""
        select.select([self._socket, self._woken], [], [], at_most_s)
        with contextlib.suppress(BlockingIOError):
            self._woken.recv(LARGEST_BYTES)
        said: list[bytes] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                said.append(self._socket.recv(LARGEST_BYTES))
        return b"" in said, [one for one in said if one not in (b"", PROBE)]

    def close(self) -> None:
        """Stop listening."""
        for each in (self._socket, self._woken, self._waker):
            each.close()
        with contextlib.suppress(OSError):
            self._path.unlink()
