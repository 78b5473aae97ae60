"""Link status for whoever sits at a terminal: read from the folders, even where no uplink runs."""

from __future__ import annotations

import time
from pathlib import Path

from pressout_device.errors import JournalError, unreadable
from pressout_device.storage import atomic_files
from pressout_session.error_codes import NUMBERS, LinkTrouble
from pressout_station.config import Config
from pressout_station.mailbox import spool
from pressout_station.mailbox.wakeup import listens


def in_words(config: Config) -> str:
    """Say what waits, whether the broker is there, what is in the way, and what the clinic rejected.

    Raises
    ------
    JournalError
        If the station's folders cannot be read.
    """
    outbox, inbox = config.folder / "outbox", config.folder / "inbox"
    try:
        waiting = spool.documents(outbox)
        link = _read(inbox / spool.LINK, spool.Link) or spool.Link(trouble=LinkTrouble.NO_UPLINK)
        said = _read(outbox / spool.STATION, spool.StationSaid) or spool.StationSaid()
        oldest = f", the oldest for {_age(outbox / waiting[0])}" if waiting else ""
    except OSError as error:
        raise JournalError(f"{config.folder}: {unreadable(error, 'the folders of a station')}") from error
    if not listens(inbox):
        link = spool.Link(trouble=LinkTrouble.NO_UPLINK, answered_at=link.answered_at)
    there = "not connected"
    if link.connected:
        there = "connected, NOT ENCRYPTED" if link.plain else "connected, encrypted"
    lines = [
        f"station   {config.station.site_id}/{config.station.station_id}, "
        + ("someone is at it" if said.in_session else "nobody is at it"),
        f"broker    {'no broker configured' if config.broker is None else config.broker.url}: {there}",
        f"waiting   {len(waiting)} sessions{oldest}",
        f"answered  {link.answered_at or 'nothing since the uplink began'}",
        f"rejected  {said.rejected} sessions" + (f"; the last: {said.reason}" if said.reason else ""),
        f"refused   {link.refused} messages that will not do, since the uplink began",
    ]
    if link.trouble is not None:
        lines.append(
            f"trouble   {NUMBERS[link.trouble]} {str(link.trouble).replace('_', ' ')}. {link.details}".rstrip()
        )
    return "\n".join(lines)


def _read(path: Path, kind: type[atomic_files.Read]) -> atomic_files.Read | None:
    try:
        return atomic_files.read(path, kind)
    except FileNotFoundError:
        return None


def _age(path: Path) -> str:
    try:
        age_s = max(0.0, time.time() - path.stat().st_mtime)
    except FileNotFoundError:
        return "a moment"
    return f"{age_s / 86_400.0:.1f} days" if age_s > 172_800.0 else f"{age_s / 60.0:.0f} min"
