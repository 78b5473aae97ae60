"""Says the clinic's orders: those that were written down and that no worker has said.

The broker's word is enough for them, since a station that missed one asks for it.
"""

from __future__ import annotations

import time

from pressout_clinic.orders import MOST_AT_ONCE, Order
from pressout_clinic.store import Store
from pressout_link.connection import Connection
from pressout_link.messages import Publication

# How soon a worker notices what a command wrote down.
EVERY_S = 1.0


class OrderPublisher:
    """One worker's voice.

    Parameters
    ----------
    connection : Connection
        To the broker.
    store : Store
        Where orders are written down.
    """

    def __init__(self, connection: Connection, store: Store) -> None:
        self._connection = connection
        self._store = store
        self._said: dict[int, Order] = {}  # what the broker may not have yet, by its token
        self._next_s = 0.0

    def due(self) -> bool:
        """Whether it is time to look, and there is anyone to speak to."""
        if not self._connection.connected:
            self._said.clear()
            return False
        if time.monotonic() < self._next_s:
            return False
        self._next_s = time.monotonic() + EVERY_S
        return True

    def turn(self) -> None:
        """Say what is new, and note what the broker has.

        Raises
        ------
        StoreError
            If the database is away; then it is said again.
        """
        taken: list[Order] = []
        while not self._connection.taken.empty():
            order = self._said.pop(self._connection.taken.get(), None)
            if order is not None:
                taken.append(order)
        if taken:
            self._store.said(taken)
        under_way = list(self._said.values())
        for order in self._store.to_say():
            if len(self._said) >= MOST_AT_ONCE:
                return  # a connection drops what is beyond its queue without a word
            if order not in under_way:
                self._said[self._connection.publish(Publication(order.topic, order.payload))] = order
