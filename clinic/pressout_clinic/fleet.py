"""Every station at a glance, and what each of them needs from a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select, text

from pressout_clinic.database import said_plainly
from pressout_clinic.missing_sequences import Gap, gaps
from pressout_clinic.tables import ERASURES, EVENTS, PRESCRIPTIONS

# A station that is restarted is away for a minute; one that is away for longer should be looked after.
SILENT_AFTER = timedelta(hours=1)
# A backlog of a few is a slow minute.
BACKLOG_FROM = 10
# A cell that warms up moves its zero by 0.6 N, once; one whose zero moves this far within visit after visit is ill.
ZERO_DRIFTS_FROM_N = 1.0
# Faults of the last week are worth a look, older ones are history.
RECENT = timedelta(days=7)
# What comes later than its successor by more than this is missing.
MISSING_AFTER = timedelta(hours=1)

# What the view says of a station.
SAID = (
    *("site_id", "station_id", "state", "state_since", "backlog", "rejected", "clone", "tls"),
    *("calibration_due", "zero_drift_n", "last_stored_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationStatus:
    """A station as the clinic knows it; None is what nobody has said."""

    site_id: str
    station_id: str
    state: str | None
    state_since: str | None
    backlog: int | None
    rejected: int | None
    clone: str | None
    tls: bool | None
    calibration_due: bool
    zero_drift_n: float | None
    last_stored_at: str | None
    faults: int = 0
    unanswered: int = 0
    missing: tuple[Gap, ...] = ()

    def needs(self, now: datetime) -> Iterator[str]:
        """Say what a person should look at."""
        if self.state is None or self.state_since is None:
            yield "never said how it is"
        elif self.state in ("lost", "offline") and _ago(self.state_since, now) > SILENT_AFTER:
            yield f"silent since {self.state_since[:16]}"
        if (self.backlog or 0) >= BACKLOG_FROM:
            yield f"{self.backlog} sessions wait there"
        if self.rejected:
            yield f"{self.rejected} sessions rejected"
        if self.missing:
            yield f"{sum(gap.last - gap.first + 1 for gap in self.missing)} sessions missing in its sequence"
        if self.calibration_due:
            yield "calibration due"
        if self.zero_drift_n is not None and self.zero_drift_n >= ZERO_DRIFTS_FROM_N:
            yield f"zero drifts by {self.zero_drift_n:.1f} N a visit"
        if self.faults:
            yield f"{self.faults} sensor faults this week"
        if self.clone:
            yield f"another computer goes by this name ({self.clone})"
        if self.unanswered:
            yield f"{self.unanswered} orders unanswered"
        if self.tls is False:
            yield "not encrypted"


def fleet(engine: Engine, now: datetime) -> list[StationStatus]:
    """Give every station that has ever said something of itself, as of `now`.

    Raises
    ------
    StoreError
        If the database cannot be read.
    """
    with said_plainly(engine), engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM fleet ORDER BY site_id, station_id")).mappings().all()
        since = (now.astimezone(UTC) - RECENT).isoformat()
        here = (EVENTS.c.site_id, EVENTS.c.station_id)
        recent = select(*here, func.count()).where(EVENTS.c.kind == "sensor_fault", EVENTS.c.at >= since)
        faults = {(site, station): count for site, station, count in connection.execute(recent.group_by(*here))}
        unanswered: dict[tuple[str, str], int] = {}
        for table in (PRESCRIPTIONS, ERASURES):
            where = (table.c.site_id, table.c.station_id)
            waiting = select(*where, func.count()).where(table.c.answered_at.is_(None)).group_by(*where)
            for site, station, count in connection.execute(waiting):
                unanswered[site, station] = unanswered.get((site, station), 0) + count
    missing = [gap for gap in gaps(engine) if gap.since is None or _ago(gap.since, now) > MISSING_AFTER]
    stations = []
    for row in rows:
        name = (row["site_id"], row["station_id"])
        said = {one: row[one] for one in SAID}
        said |= {one: None if said[one] is None else bool(said[one]) for one in ("tls", "calibration_due")}
        mine = tuple(gap for gap in missing if (gap.site_id, gap.station_id) == name)
        counted = {"faults": faults.get(name, 0), "unanswered": unanswered.get(name, 0)}
        stations.append(StationStatus(**said, **counted, missing=mine))
    return stations


def _ago(moment: str, now: datetime) -> timedelta:
    return now - datetime.fromisoformat(moment)
