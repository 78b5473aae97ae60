"""Messages of a connection: what arrived, and what is to be said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message, and what is needed to acknowledge it once it is safe."""

    topic: str
    payload: bytes
    retained: bool
    qos: int
    token: int


@dataclass(frozen=True, slots=True)
class Publication:
    """Something to say: topic, payload, whether the broker keeps it for newcomers, and whether it may be lost."""

    topic: str
    payload: bytes
    retained: bool = False
    fleeting: bool = False
