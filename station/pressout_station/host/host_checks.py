"""Host checks: is this computer still the one that was hardened? Check by check, in words.

Each check reads a file or two below a root, so that a folder can stand for a computer, and gives one finding. What the
computer does not say is not known, which is no fault.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pressout_device.errors import JournalError, unreadable
from pressout_session.load_cell_history import CellLife
from pressout_station.config import Config
from pressout_station.mailbox import spool

# The SoC slows itself down from 80 degrees on (Raspberry Pi documentation, "Frequency management and thermal control").
WARM_C = 75.0
# A month's sessions and three months' raw readings.
LEAST_FREE_MB = 1_024
# An eMMC's own estimate (JEDEC eMMC 5.1, EXT_CSD 268 and 269): steps of a tenth of its life.
WORN_FROM = 8
WAITING_FROM = 10
# Bits of the firmware's `get_throttled` (Raspberry Pi documentation, "vcgencmd").
NOW = {0: "under-voltage now", 1: "slowed down now", 2: "throttled now", 3: "too warm now"}
BEFORE = {16: "under-voltage", 17: "slowed down", 18: "throttled", 19: "too warm"}


class Verdict(StrEnum):
    """Whether a person should look."""

    WELL = "ok"
    LOOK = "LOOK"
    UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    name: str
    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Computer:
    """What is looked at: the root of its files, its configuration, its cell's life, and the time."""

    root: Path
    config: Config
    life: CellLife
    now: datetime
    synchronised: bool


def findings(computer: Computer) -> Iterator[Finding]:
    """Give what every check finds, in order."""
    for name, check in CHECKS.items():
        verdict, words = check(computer)
        yield Finding(name, verdict, words)


def _power(computer: Computer) -> tuple[Verdict, str]:
    said = _first(computer.root, "sys/devices/platform/*/*firmware/get_throttled")
    if said is None:
        return Verdict.UNKNOWN, "this computer does not say"
    bits = int(said, 16)
    now = [words for bit, words in NOW.items() if bits >> bit & 1]
    before = [words for bit, words in BEFORE.items() if bits >> bit & 1]
    if now or before:
        return Verdict.LOOK, ", ".join([*now, *(f"{words} since it started" for words in before)])
    return Verdict.WELL, "enough since it started"


def _temperature(computer: Computer) -> tuple[Verdict, str]:
    said = _first(computer.root, "sys/class/thermal/thermal_zone0/temp")
    if said is None:
        return Verdict.UNKNOWN, "this computer does not say"
    celsius = int(said) / 1_000
    return (Verdict.LOOK if celsius >= WARM_C else Verdict.WELL), f"{celsius:.0f} C, expected below {WARM_C:.0f}"


def _wear(computer: Computer) -> tuple[Verdict, str]:
    said = _first(computer.root, "sys/block/mmcblk*/device/life_time")
    if said is None:
        return Verdict.UNKNOWN, "this card does not say; SD cards seldom do"
    tenths = max(int(word, 16) for word in said.split())
    return (Verdict.LOOK if tenths >= WORN_FROM else Verdict.WELL), f"{tenths * 10} % of its life at most"


def _space(computer: Computer) -> tuple[Verdict, str]:
    found = os.statvfs(computer.config.folder)
    free_mb = found.f_bavail * found.f_frsize // 1_048_576
    return (Verdict.LOOK if free_mb < LEAST_FREE_MB else Verdict.WELL), f"{free_mb} MB free for what is recorded"


def _root(computer: Computer) -> tuple[Verdict, str]:
    said = _first(computer.root, "proc/mounts") or ""
    for line in said.splitlines():
        _device, place, kind, options, *_rest = [*line.split(), "", "", "", ""]
        if place == "/":
            kept = kind == "overlay" or "ro" in options.split(",")
            return (Verdict.WELL, f"protected ({kind})") if kept else (Verdict.LOOK, f"written to ({kind})")
    return Verdict.UNKNOWN, "no list of mounts"


def _log(computer: Computer) -> tuple[Verdict, str]:
    files = sorted(computer.root.glob("etc/systemd/journald.conf.d/*.conf"))
    if any("Storage=volatile" in file.read_text(encoding="utf-8") for file in files):
        return Verdict.WELL, "in memory"
    return Verdict.LOOK, "on the card: systemd/pressout.journald.conf is not installed"


def _consoles(computer: Computer) -> tuple[Verdict, str]:
    files = sorted(computer.root.glob("etc/systemd/logind.conf.d/*.conf"))
    if any("NAutoVTs=0" in file.read_text(encoding="utf-8") for file in files):
        return Verdict.WELL, "no console behind the screen"
    return Verdict.LOOK, "a keyboard can reach a console: NAutoVTs=0 is not set"


def _usb(computer: Computer) -> tuple[Verdict, str]:
    if list(computer.root.glob("etc/modprobe.d/*usb-storage*.conf")):
        return Verdict.WELL, "no storage by USB"
    return Verdict.LOOK, "USB storage is not blocked"


def _clock(computer: Computer) -> tuple[Verdict, str]:
    if computer.synchronised:
        return Verdict.WELL, f"synchronised, {computer.now:%Y-%m-%d %H:%M} UTC"
    return Verdict.LOOK, "not synchronised: sessions say so, and are put right later"


def _queue(computer: Computer) -> tuple[Verdict, str]:
    waiting = len(spool.documents(computer.config.folder / "outbox"))
    return (Verdict.LOOK if waiting >= WAITING_FROM else Verdict.WELL), f"{waiting} sessions wait for the clinic"


def _calibration(computer: Computer) -> tuple[Verdict, str]:
    held = computer.life.calibration
    if held is None:
        return Verdict.LOOK, f"load cell {computer.life.load_cell_id} was never calibrated here"
    days = (computer.now - datetime.fromisoformat(held.at)).days
    limit = computer.config.load_cell.calibration_max_days
    return (Verdict.LOOK if days > limit else Verdict.WELL), f"{days} days old, of {limit} at most"


def _keys(computer: Computer) -> tuple[Verdict, str]:
    # /etc/credstore is root's: whoever may not look into it finds nothing there.
    others = {"etc/credstore/pressout*": 0o077, "etc/pressout/*.key": 0o007, "etc/pressout/*password*": 0o007}
    found = [(file, rights) for place, rights in others.items() for file in computer.root.glob(place)]
    if any(file.stat().st_mode & rights for file, rights in found):
        return Verdict.LOOK, "readable by others: chmod 600 them"
    return Verdict.WELL, f"{len(found)}, none readable by everyone"


def _first(root: Path, pattern: str) -> str | None:
    """Give what the first file says that there is, or None if there is none."""
    for file in sorted(root.glob(pattern)):
        try:
            return file.read_text(encoding="ascii").strip()
        except OSError:
            continue
    return None


CHECKS: dict[str, Callable[[Computer], tuple[Verdict, str]]] = {
    "power": _power,
    "temperature": _temperature,
    "card wear": _wear,
    "space": _space,
    "root file system": _root,
    "log": _log,
    "consoles": _consoles,
    "USB": _usb,
    "clock": _clock,
    "queue": _queue,
    "calibration": _calibration,
    "secrets": _keys,
}


def in_words(computer: Computer) -> tuple[str, bool]:
    """Give all findings as a table, and whether there is nothing to look at.

    Raises
    ------
    JournalError
        If the station's folders cannot be read.
    """
    try:
        found = list(findings(computer))
    except OSError as error:
        raise JournalError(f"{computer.config.folder}: {unreadable(error, 'the folders of a station')}") from error
    lines = [f"{one.verdict:<5} {one.name:<17} {one.words}" for one in found]
    return "\n".join(lines), all(one.verdict is not Verdict.LOOK for one in found)
