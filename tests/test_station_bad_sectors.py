"""Sectors that cannot be read any more, under any file of a station: it starts, and everybody else's work goes on."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builders import SESSION_ID, a_calibration, an_erasure, facts_of_a_session
from journals import damage, session_id
from pressout_device.storage.append_log import AppendLog
from pressout_device.storage.bad_sectors import SECTOR
from pressout_device.storage.calibration_log import CalibrationLog
from pressout_session.document import decode
from pressout_session.wire import EventKind
from pressout_station.audit_log import Act, Audit, entry
from pressout_station.journal import salvage
from pressout_station.journal.tables import Journal
from pressout_station.mailbox import spool
from stations import a_writer, events, keep, new_id, order, wait_for
from uplinks import eventually

Loses = Callable[[Path, int], None]
UNREADABLE = OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loses]:
    """Make a sector of a file one that cannot be read; another file in its place can be read."""
    sectors: dict[int, int] = {}
    read_bytes, pread = Path.read_bytes, os.pread

    def bad(inode: int, at: int, size: int) -> bool:
        return inode in sectors and at < sectors[inode] + SECTOR and sectors[inode] < at + size

    def reads(path: Path) -> bytes:
        if bad(path.stat().st_ino, 0, path.stat().st_size):
            raise UNREADABLE
        return read_bytes(path)

    def preads(descriptor: int, size: int, at: int) -> bytes:
        if bad(os.fstat(descriptor).st_ino, at, size):
            raise UNREADABLE
        return pread(descriptor, size, at)

    monkeypatch.setattr(Path, "read_bytes", reads)
    monkeypatch.setattr(os, "pread", preads)

    def loses(path: Path, at: int) -> None:
        sectors[path.stat().st_ino] = at
        os.link(path, tmp_path_factory.mktemp("lost") / "it")  # so that no other file gets its number

    yield loses
    sectors.clear()


def test_the_lines_on_the_other_sectors_of_a_log_are_read_and_more_are_added(tmp_path: Path, lost: Loses) -> None:
    log = AppendLog(tmp_path / "log")
    log.add(*(b"%0100d" % number for number in range(200)))
    lost(log.path, 2 * SECTOR)
    log.add(b"more")

    read = [line for _number, line in log.lines()]

    whole = [line for line in read if len(line) == 100]
    assert read[-1] == b"more"
    assert len(whole) >= 200 - (SECTOR // 101 + 2)
    assert b"unreadable" in read  # what stands there is no line of ours


def test_a_station_whose_audit_cannot_be_read_in_one_place_knows_the_rest_of_it(tmp_path: Path, lost: Loses) -> None:
    audit = Audit(tmp_path)
    audit.add(*(entry(Act.DOSE_SET, about=f"session {number}", after="x" * 200) for number in range(60)))
    lost(tmp_path / "audit.jsonl", 0)

    last = audit.last(Act.DOSE_SET)

    assert last is not None
    assert last.about == "session 59"


def test_a_calibration_that_cannot_be_read_is_not_replaced_by_an_older_one(tmp_path: Path, lost: Loses) -> None:
    book = CalibrationLog(tmp_path)
    book.write(a_calibration())
    load_cell_id = a_calibration().load_cell_id
    assert book.life(load_cell_id).calibration is not None
    lost(tmp_path / "load-cell.jsonl", 0)

    life = book.life(load_cell_id)

    assert life.calibration is None or life.calibration_altered


def test_a_document_in_the_outbox_that_cannot_be_read_is_written_anew(tmp_path: Path, lost: Loses) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(3))
    wait_for(writer, lambda _told: bool(spool.documents(tmp_path / "outbox")))
    (name,) = spool.documents(tmp_path / "outbox")
    before = (tmp_path / "outbox" / name).stat().st_ino
    lost(tmp_path / "outbox" / name, 0)

    order_anew(tmp_path, name)  # as the uplink does of what it cannot read
    eventually(lambda: (tmp_path / "outbox" / name).stat().st_ino != before)
    writer.close()

    assert decode((tmp_path / "outbox" / name).read_bytes()).sets[0].count == 3


def order_anew(folder: Path, name: str) -> None:
    (folder / "inbox" / f"{spool.ALTERED}.{name}").write_bytes(b"")


def test_a_patient_is_forgotten_though_another_ones_document_cannot_be_read(tmp_path: Path, lost: Loses) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2, 2, patient_ref="530863"), SESSION_ID.format(2))
    wait_for(writer, lambda _told: bool(spool.documents(tmp_path / "outbox")))
    (name,) = spool.documents(tmp_path / "outbox")
    lost(tmp_path / "outbox" / name, 0)
    keep(writer, facts_of_a_session(3))
    order(tmp_path, "erase.er-1", an_erasure())

    wait_for(writer, lambda _told: any(one.kind is EventKind.ERASED for one in events(tmp_path)))
    writer.close()

    (kept,) = spool.documents(tmp_path / "outbox")
    assert kept == name
    assert decode((tmp_path / "outbox" / name).read_bytes()).patient_ref == "530863"


def test_a_patient_is_forgotten_though_a_journal_that_was_set_aside_cannot_be_read(tmp_path: Path, lost: Loses) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(3))
    writer.close()
    damage(tmp_path / "journal.db", 0)
    writer = a_writer(tmp_path)
    (aside,) = (tmp_path / salvage.FOLDER).glob("*.db")
    lost(aside, 0)
    order(tmp_path, "erase.er-1", an_erasure())

    wait_for(writer, lambda _told: any(one.kind is EventKind.ERASED for one in events(tmp_path)))
    writer.close()

    assert not aside.exists()


@pytest.mark.parametrize("code", ["SQLITE_IOERR_READ", "SQLITE_IOERR_SHORT_READ", "SQLITE_IOERR_CORRUPTFS"])
def test_what_sqlite_cannot_read_of_the_file_is_damage_at_the_start_and_nothing_of_the_disk_beside_it(
    code: str,
) -> None:
    read, write = sqlite3.OperationalError("disk I/O error"), sqlite3.OperationalError("disk I/O error")
    read.sqlite_errorcode = getattr(sqlite3, code)
    write.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE

    assert salvage.is_damage(read, opening=True)
    assert not salvage.is_damage(read)
    assert not salvage.is_damage(write, opening=True)


@pytest.mark.parametrize("sector", [0, 1, 5])
def test_a_sector_of_the_journals_log_costs_what_is_on_it_and_no_more(tmp_path: Path, lost: Loses, sector: int) -> None:
    path, there = tmp_path / "journal.db", tmp_path / "running.db"
    running = Journal(there, new_id)
    for number in range(1, 21):
        running.keep([(session_id(number), fact) for fact in facts_of_a_session(3)])
    for end in ("", "-wal"):  # as the power leaves them
        shutil.copy(f"{there}{end}", f"{path}{end}")
    ((whole,),) = running.rows("SELECT count(*) FROM facts")
    running.close()
    log = path.with_name(path.name + "-wal")
    assert log.stat().st_size > 10 * SECTOR
    lost(log, sector * SECTOR)
    salvage.set_aside(path)

    journal = Journal(path, new_id)
    ((kept,),) = journal.rows("SELECT count(*) FROM facts")
    journal.close()

    assert kept >= 0.8 * whole
