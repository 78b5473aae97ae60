"""A broker of a few bytes that lets everyone in and grants no subscription, as a strict one or a cluster does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

# MQTT 5, 3.9.3.
NOT_AUTHORISED = 0x87


class Packet(IntEnum):
    """Kinds of packet, in the high half of their first byte."""

    CONNECT = 1
    SUBSCRIBE = 8


@contextmanager
def strict_broker() -> Iterator[int]:
    """Give the port on which it listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def _serve(server: socket.socket) -> None:
    with suppress(OSError):  # its end is the server's being closed
        while True:
            client, _where = server.accept()
            threading.Thread(target=_talk, args=(client,), daemon=True).start()


def _talk(client: socket.socket) -> None:
    with suppress(OSError), client, client.makefile("rb") as heard:
        while first := heard.read(1):
            packet = heard.read(_length(heard.read))
            match first[0] >> 4:
                case Packet.CONNECT:
                    client.sendall(bytes((0x20, 3, 0, 0, 0)))
                case Packet.SUBSCRIBE:
                    topics = packet.count(b"pressout/") or 1
                    client.sendall(bytes((0x90, 3 + topics, *packet[:2], 0, *(NOT_AUTHORISED,) * topics)))
                case _:
                    pass


def _length(read: Callable[[int], bytes]) -> int:
    length = shift = 0
    while True:
        (byte,) = read(1)
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return length
