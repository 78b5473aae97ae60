"""Tells systemd that the station is up and that it lives: its loop turns, its writer answers, it has a reading child.

A silent chip is not silence here: it is the trouble scene, and restarting would not mend it. Without systemd nobody is
told.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pressout_station.host.kiosk import INSIDE

logger = logging.getLogger(__name__)

# A disk that stalls for as long as this is not coming back by waiting.
WRITER_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs of life: how long ago the writer last went round, and whether the reader's process is there."""

    writer_ago_s: float
    reader_lives: bool

    @property
    def well(self) -> bool:
        """Whether all that must live does."""
        return self.reader_lives and self.writer_ago_s < WRITER_PATIENCE_S


class Watchdog:
    """One service's word to systemd (sd_notify's protocol: a datagram to the socket that the environment names).

    Parameters
    ----------
    environment : mapping
        `NOTIFY_SOCKET`, and `WATCHDOG_USEC` where systemd expects signs of life.
    now_s : callable
        A clock that only goes forward.
    instead_of : bool
        Whether systemd started another process, and this is the one to ask to stop: cage, whose end takes the screen.
    """

    def __init__(self, environment: Mapping[str, str], now_s: Callable[[], float], *, instead_of: bool = False) -> None:
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{name[1:]}" if name.startswith("@") else name
        self._now_s = now_s
        self._instead_of = instead_of
        # Twice as often as asked, as systemd's own manual advises.
        self._every_s = int(environment.get("WATCHDOG_USEC") or 0) / 2e6
        self._next_s = 0.0
        self._ready = False
        self._well = True

    @property
    def hears(self) -> bool:
        """Whether there is a systemd that started us, and will again."""
        return bool(self._address)

    def shown(self) -> None:
        """Say that the first picture is there, before all that it stands for is."""
        if self._instead_of:
            self._say(f"MAINPID={os.getpid()}")
        self._say("STATUS=The first picture is shown")

    def cannot_start(self, why: str) -> None:
        """Say why there will be no station; systemd need not wait for one."""
        self._say(f"STATUS={why}")
        self._ready = self._say("READY=1")

    def turned(self, signs: Signs) -> None:
        """Say that the loop has turned; nothing is said where something else has died."""
        if not self._address:
            return
        if not self._ready:
            self._ready = self._say("READY=1")
        now_s = self._now_s()
        if signs.well != self._well:
            self._well = signs.well
            if not signs.well:
                logger.error(
                    "no sign of life from writer (%.0f s) or reader (%s)", signs.writer_ago_s, signs.reader_lives
                )
        if signs.well and self._every_s and now_s >= self._next_s:
            self._next_s = now_s + self._every_s
            self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the end is meant."""
        self._say("STOPPING=1")

    def _say(self, word: str) -> bool:
        if not self._address:
            return False
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.connect(self._address)
                out.send(word.encode())
        except OSError as error:
            logger.warning("systemd does not hear us: %s", error)
            return False
        return True


def watchdog_of(now_s: Callable[[], float]) -> Watchdog:
    """Give this process's; its children must not speak for it."""
    told = {name: os.environ.pop(name, "") for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")}
    return Watchdog(told, now_s, instead_of=INSIDE in os.environ)
