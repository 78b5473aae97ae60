"""Identifiers that both ends give: UUIDs of version 7, which sort by when they were made."""

from __future__ import annotations

import secrets
import time
from uuid import UUID


def uuid7(now_ns: int | None = None) -> str:
    """Name something that has never been.

    RFC 9562, 5.7, with the millisecond's part in the first twelve random bits (6.2, method 3): two that are made more
    than a quarter of a microsecond apart sort as they were made.

    >>> uuid7(1_796_000_000_123_456_789)[:18]
    '01a229f1-287b-774f'
    """
    ms, rest_ns = divmod(time.time_ns() if now_ns is None else now_ns, 1_000_000)
    part = rest_ns * 4096 // 1_000_000
    return str(UUID(int=ms << 80 | 7 << 76 | part << 64 | 2 << 62 | secrets.randbits(62)))
