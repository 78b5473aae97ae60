"""Attempts to connect: at which address, in which version of MQTT, with or without retained messages. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pressout_link.broker import Broker

# A broker that has been reached and says nothing for this long does not know the version it was greeted in.
NO_ANSWER_S = 3.0
# The next address of the broker is tried after so long without an answer of this one.
NEXT_ADDRESS_S = 12.0
# MQTT 5, 3.2.2.2: the broker keeps no messages for newcomers.
RETAIN_NOT_SUPPORTED: Final = 0x9A
# After so many connections in a row that ended by a packet which could not be read, an older version is spoken: what
# others put around their messages, such as a property with a mark that the library refuses, is not in it.
MOST_UNREADABLE: Final = 2


@dataclass(slots=True)
class Attempts:
    """How the next attempt is made. Changes in place; one connection owns it.

    Parameters
    ----------
    brokers : tuple of Broker
        The addresses, in the order in which they are tried.
    newest : bool
        Whether the next greeting is in version 5, or else in 3.1.1.
    retains : bool
        Whether the broker keeps messages for newcomers, as far as is known.
    """

    brokers: tuple[Broker, ...]
    newest: bool = True
    retains: bool = True
    place: int = 0
    ever_connected: bool = False
    failed: bool = False
    answered: bool = False
    begun_s: float = 0.0
    reached_s: float | None = None
    refused_version: bool = False
    refused_will: bool = False
    unreadable: int = 0
    fell_back: bool = False
    back: bool = False

    @property
    def broker(self) -> Broker:
        """The address that is tried."""
        return self.brokers[self.place]

    def begun(self, now_s: float) -> None:
        """Begin an attempt; how long an address is tried counts from the first at it."""
        self.begun_s = self.begun_s or now_s

    def reached(self, now_s: float) -> None:
        """Take that someone listens there."""
        self.reached_s = now_s

    def welcomed(self, *, retains: bool) -> None:
        """Take that the broker let us in, and whether it keeps messages for newcomers."""
        self.answered = self.ever_connected = True
        self.reached_s = None
        self.failed = False
        self.retains = self.retains and retains

    def turned_away(self, code: int, reason: str) -> bool:
        """Take the broker's refusal; say whether it is one that another greeting mends by itself."""
        self.answered = True
        self.reached_s = None
        self.refused_will = code == RETAIN_NOT_SUPPORTED and self.retains
        self.retains = self.retains and not self.refused_will
        self.refused_version = "protocol" in reason.lower()
        return self.refused_will

    def hung_up(self, now_s: float, *, was_connected: bool, unreadable: bool = False) -> None:
        """Take that the connection is gone, or never came about; and whether a packet was `unreadable`."""
        if was_connected:
            self.begun_s = now_s
            self.unreadable = self.unreadable + 1 if unreadable else 0
            self.back = self.fell_back
        else:
            self.failed = True
            # Some 3.1.1 brokers answer a version 5 greeting by hanging up, without a word.
            self.refused_version = self.refused_version or not (self.ever_connected or self.answered)
        self.reached_s = None

    def change(self, now_s: float) -> str | None:
        """Change what the next attempt must do otherwise; say what, or None where there is nothing to change."""
        if self.refused_will:
            self.refused_will = False
            return "without messages that are kept for newcomers"
        if self.back:
            self.back, self.fell_back, self.newest = False, False, True
            return "in version 5 again"
        if self.unreadable >= MOST_UNREADABLE and self.newest:
            self.unreadable, self.newest, self.fell_back = 0, False, True
            return "in version 3.1.1: something that comes in version 5 cannot be read"
        if len(self.brokers) > 1 and now_s - self.begun_s > NEXT_ADDRESS_S:
            self.place = (self.place + 1) % len(self.brokers)
            self.begun_s, self.refused_version, self.reached_s = now_s, False, None
            return f"at {self.broker.host}:{self.broker.port}"
        unheard = self.reached_s is not None and now_s - self.reached_s > NO_ANSWER_S
        if (self.refused_version or unheard) and not self.ever_connected:
            self.refused_version, self.reached_s = False, None
            self.newest = not self.newest
            return f"in version {'5' if self.newest else '3.1.1'}"
        return None
