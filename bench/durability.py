"""Nothing shown as counted is lost: kills, power cuts, a backlog, a year. Writes docs/reference/durability.md."""

from __future__ import annotations

import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import backlog, kills, powercut, year

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "durability.md"
KILLS = 1_000
SESSIONS = 10_000
CUTS = 1_000

TEXT = """# Nothing shown as counted is lost

Measured by `make bench ARGS=durability` on {machine}, {date}: an emulated load cell and simulated patients, everything
behind them for real. None of it ran on a Raspberry Pi.

## Killed at random

{kills} `kill -9` at random moments, {roles}. Three stations side by side on one mosquitto (TLS,
[the how-to's rules](../how-to/connect-to-your-clinic.md)) and one clinic, killed at the same moments; they differ in one thing only:
who may say that a session is delivered.

| uplink | sessions with repetitions shown | repetitions shown as counted | of these at the clinic | lost repetitions | lost sessions | in it twice |
|---|---|---|---|---|---|---|
{rows}

`pressout` waits for the clinic's own answer. `plain` calls `publish()` (QoS 1, TLS, a session that the broker keeps) and goes
on; `puback` waits for the broker's acknowledgement. After the last kill Pressout's backlog was empty in {took:.0f} s.

## The power cut at any write

A shim before the C library writes down every write, synchronisation and name; the files are built anew as they would be
had the power gone at {cuts} points, half of them right after the station gave its word that something is kept. What was not
synchronised is lost: all of it, some of it, or some of its 512-byte sectors. Then the station is started on what is left.

| journal | cuts | lost something: all unsynchronised gone | some of it gone | torn sectors |
|---|---|---|---|---|
{cut_rows}

With `synchronous = OFF` the same journal survives any number of `kill -9`; that is why kills alone prove nothing about power.

## A month's backlog

| | asked | measured |
|---|---|---|
| {sessions} sessions of {kilobytes:.0f} kB drain, at least | 300 a second | {rate:.0f} a second ({took_drain:.0f} s) |
| a repetition counted meanwhile is kept, median / 99 % / most | no more than a frame (16.7 ms) later | {busy} ms; without the backlog {quiet} ms |
| commit of a repetition, median / 99 % | 99 %: at most 1.5 times a bare SQLite commit | {ours} ms; bare {bare} ms: {ratio:.2f} times |

## A year

{days} simulated days of {visits} visits each, through the station's own journal and writer on a disk of {disk}B: {offline} days without the clinic,
{unsynchronised} starts that do not know the time for half a day, {moved} days on which the clock is an hour wrong, {full} times the disk is filled
to its last byte in the middle of a visit, delivered sessions kept for {keep:.0f} days and raw readings for {raw:.0f}. Every morning the station is started anew, in the same process.

| | sessions | repetitions |
|---|---|---|
| done at the station | {done} | {done_reps} |
| at the clinic in the end | {arrived} | {arrived_reps} |
| with another count · a number in the sequence given twice · missing | {altered} · {twice} · {gaps} | |
| with a beginning over 1 s wrong, of those on days whose clock was right or put right | {misdated} | |
| dropped at the station, as retention says | {dropped} | |

| day | memory | folder | files in it | start | waiting for the clinic |
|---|---|---|---|---|---|
{looks}
"""  # noqa: E501 (a table's rows)


def run(count: int = KILLS) -> None:
    """Measure; a page is written by a whole measurement only."""
    cut_rows = []
    for synchronous, name in ((True, "as it is (`synchronous = FULL`)"), (False, "`synchronous = OFF`")):
        with tempfile.TemporaryDirectory(prefix="pressout-power-") as folder:
            steps = powercut.recorded(Path(folder), 60, synchronous=synchronous)
            found = powercut.cut(steps, CUTS if count >= KILLS else 60)
        row = " | ".join(str(found[way].lost) for way in powercut.WAYS)
        cut_rows.append(f"| {name} | 3 x {found['all'].cuts} | {row} |")
        print(cut_rows[-1], *(one.first for one in found.values()))
    commit = backlog.commits()
    print(commit)
    drain = backlog.drained(SESSIONS if count >= KILLS else 500)
    print(drain, f"{drain.rate:.0f} a second")
    lived = year.measured(year.DAYS if count >= KILLS else 14)
    print(lived)
    rows, roles, took_s = kills.run(count)
    print(*rows, sep="\n")
    if count < KILLS:
        return
    PAGE.write_text(
        TEXT.format(
            machine=f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
            date=datetime.now(UTC).date(),
            kills=count,
            roles=", ".join(f"{roles[role]} of the {role}" for role in kills.ROLES),
            rows="\n".join(_row(row) for row in rows),
            took=took_s,
            cuts=found["all"].cuts,
            cut_rows="\n".join(cut_rows),
            sessions=drain.sessions,
            kilobytes=drain.document_bytes / 1024,
            rate=drain.rate,
            took_drain=drain.took_s,
            busy=" / ".join(f"{one:.1f}" for one in drain.busy_ms),
            quiet=" / ".join(f"{one:.1f}" for one in drain.quiet_ms),
            ours=" / ".join(f"{one:.2f}" for one in commit.ours_ms),
            bare=" / ".join(f"{one:.2f}" for one in commit.bare_ms),
            ratio=commit.ours_ms[1] / commit.bare_ms[1],
            **_of_a_year(lived),
        ),
        encoding="utf-8",
    )


def _of_a_year(lived: year.Year) -> dict[str, object]:
    looks = (
        f"| {one.day} | {one.memory_mb:.0f} MB | {one.folder_mb:.0f} MB | {one.files} | {one.start_ms:.0f} ms |"
        f" {one.waiting} |"
        for one in lived.looks
    )
    return {
        "days": year.DAYS,
        "visits": year.VISITS_A_DAY,
        "disk": f"{year.DISK[:-1]} M",
        "offline": len(year.OFFLINE),
        "unsynchronised": lived.unsynchronised_days,
        "moved": lived.moved_days,
        "full": lived.full_days,
        "keep": year.KEEP_DAYS,
        "raw": year.RAW.days,
        "done": lived.sessions,
        "done_reps": lived.repetitions,
        "arrived": lived.arrived,
        "arrived_reps": lived.repetitions_arrived,
        "altered": lived.altered,
        "twice": lived.twice,
        "gaps": lived.gaps,
        "misdated": lived.misdated,
        "dropped": lived.dropped,
        "looks": "\n".join(looks),
    }


def _row(row: kills.Row) -> str:
    lost = f"{row.lost_repetitions} | {row.lost_sessions} | {row.twice + row.delivered_twice}"
    return f"| {row.uplink} | {row.sessions} | {row.shown} | {row.stored} | {lost} |"
