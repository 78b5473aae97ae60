"""Rejected documents, set aside with their reason: to be looked at, and tried again once the reason is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, delete, select, update

from pressout_clinic.audit_log import noted
from pressout_clinic.database import said_plainly
from pressout_clinic.erasure import GONE
from pressout_clinic.tables import REJECTED
from pressout_session.wire import Ack, AckResult

# So many are tried again at once.
MOST_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class SetAside:
    """Something that made no sense: where it came, when, how large it is, and why it was set aside."""

    sha256: str
    topic: str
    reason: str
    rejected_at: str
    size_bytes: int
    replay: bool


def set_aside(engine: Engine, most: int) -> list[SetAside]:
    """Give what is set aside, the latest first.

    Raises
    ------
    StoreError
        If the database cannot be read.
    """
    columns = (REJECTED.c.sha256, REJECTED.c.topic, REJECTED.c.reason, REJECTED.c.rejected_at)
    asked = select(*columns, REJECTED.c.payload, REJECTED.c.replay).order_by(REJECTED.c.rejected_at.desc()).limit(most)
    with said_plainly(engine), engine.connect() as connection:
        rows = connection.execute(asked)
        return [SetAside(*row[:4], size_bytes=len(row.payload), replay=row.replay) for row in rows]


def payload_of(engine: Engine, sha256: str) -> bytes | None:
    """Give the bytes of what was set aside, or None if there is none of that name.

    Raises
    ------
    StoreError
        If the database cannot be read.
    """
    asked = select(REJECTED.c.payload).where(REJECTED.c.sha256 == sha256)
    with said_plainly(engine), engine.connect() as connection:
        found = connection.execute(asked).scalar_one_or_none()
    return None if found is None else bytes(found)


def ask_again(engine: Engine, sha256: str | None) -> int:
    """Have the workers try one session again, or all; give how many.

    Raises
    ------
    StoreError
        If that cannot be written down.
    """
    asked = update(REJECTED).where(REJECTED.c.topic.like("%/session/%")).values(replay=True)
    with said_plainly(engine), engine.begin() as connection:
        done = connection.execute(asked if sha256 is None else asked.where(REJECTED.c.sha256 == sha256))
        noted(connection, "replayed", sha256 or "all", f"{done.rowcount} messages")
    return int(done.rowcount)


def to_replay(engine: Engine) -> list[tuple[str, bytes]]:
    """Give topic and payload of what is to be tried again.

    Raises
    ------
    StoreError
        If the database cannot be read.
    """
    asked = select(REJECTED.c.topic, REJECTED.c.payload).where(REJECTED.c.replay).limit(MOST_AT_ONCE)
    with said_plainly(engine), engine.connect() as connection:
        return [(topic, bytes(payload)) for topic, payload in connection.execute(asked)]


def replayed(engine: Engine, acks: Sequence[Ack]) -> None:
    """Note what became of what was tried again: it is stored and aside no more, or it has today's reason.

    Raises
    ------
    StoreError
        If that cannot be written; then it is tried once more.
    """
    with said_plainly(engine), engine.begin() as connection:
        for ack in acks:
            mine = REJECTED.c.sha256 == ack.sha256
            if ack.result is AckResult.REJECTED and ack.reason != GONE:
                connection.execute(update(REJECTED).where(mine).values(replay=False, reason=ack.reason or ""))
            else:
                connection.execute(delete(REJECTED).where(mine))
