"""What `pressout status` tells whoever sits at a terminal: word for word, from the folders alone."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from builders import SESSION_ID
from controllers import config_in
from pressout_device.errors import JournalError
from pressout_device.storage import atomic_files
from pressout_session.error_codes import NUMBERS, LinkTrouble
from pressout_station.config_sections import BrokerSection
from pressout_station.mailbox import spool
from pressout_station.mailbox.wakeup import WakeUp
from pressout_station.uplink.link_status import in_words
from pressout_station.writer.messages import LinkReport, Told
from stations import a_writer, wait_for


def folders(tmp_path: Path) -> tuple[Path, Path]:
    outbox, inbox = tmp_path / "outbox", tmp_path / "inbox"
    for folder in (outbox, inbox):
        folder.mkdir()
    return outbox, inbox


def test_a_station_that_was_never_online_says_so(tmp_path: Path) -> None:
    folders(tmp_path)

    assert in_words(config_in(tmp_path)) == "\n".join(
        [
            "station   north/s3, nobody is at it",
            "broker    no broker configured: not connected",
            "waiting   0 sessions",
            "answered  nothing since the uplink began",
            "rejected  0 sessions",
            "refused   0 messages that will not do, since the uplink began",
            f"trouble   {NUMBERS[LinkTrouble.NO_UPLINK]} no uplink.",
        ]
    )


@pytest.mark.parametrize(
    ("age_s", "told"), [(600.0, "10 min"), (170_000.0, "2833 min"), (259_200.0, "3.0 days"), (-90.0, "0 min")]
)
def test_a_station_with_a_backlog_says_how_old_it_is_and_what_the_clinic_said(
    tmp_path: Path, age_s: float, told: str
) -> None:
    outbox, inbox = folders(tmp_path)
    name = spool.document_name(7, SESSION_ID.format(1), 1, "ab" * 32)
    (outbox / name).write_bytes(b"{}")
    moment_s = time.time() - age_s
    os.utime(outbox / name, (moment_s, moment_s))
    link = spool.Link(
        connected=True, plain=True, answered_at="2026-03-01T09:30:00Z", refused=3, trouble=LinkTrouble.TOO_LARGE
    )
    atomic_files.place(inbox, spool.LINK, msgspec.json.encode(link))
    said = spool.StationSaid(in_session=True, rejected=2, reason="why")
    atomic_files.place(outbox, spool.STATION, msgspec.json.encode(said))
    bell = WakeUp(inbox)
    config = msgspec.structs.replace(config_in(tmp_path), broker=BrokerSection(url="mqtts://one.example"))

    lines = in_words(config).splitlines()
    bell.close()

    assert lines[:6] == [
        "station   north/s3, someone is at it",
        "broker    mqtts://one.example: connected, NOT ENCRYPTED",
        f"waiting   1 sessions, the oldest for {told}",
        "answered  2026-03-01T09:30:00Z",
        "rejected  2 sessions; the last: why",
        "refused   3 messages that will not do, since the uplink began",
    ]
    assert lines[6].startswith(f"trouble   {NUMBERS[LinkTrouble.TOO_LARGE]} too large")


def test_what_an_uplink_said_that_is_gone_holds_no_more(tmp_path: Path) -> None:
    _outbox, inbox = folders(tmp_path)
    link = spool.Link(connected=True, answered_at="2026-03-01T09:30:00Z")
    atomic_files.place(inbox, spool.LINK, msgspec.json.encode(link))

    told = in_words(config_in(tmp_path))

    assert "not connected" in told
    assert "2026-03-01T09:30:00Z" in told
    assert NUMBERS[LinkTrouble.NO_UPLINK] in told


@pytest.mark.parametrize("runs", [True, False])
def test_the_station_believes_what_an_uplink_said_only_while_it_runs(tmp_path: Path, runs: bool) -> None:
    writer = a_writer(tmp_path)
    bell = WakeUp(tmp_path / "inbox")
    if not runs:
        bell.close()
    said = spool.Link(connected=True, answered_at="2026-03-01T09:30:00Z")
    atomic_files.place(tmp_path / "inbox", spool.LINK, msgspec.json.encode(said))

    def reports(told: Sequence[Told]) -> list[spool.Link]:
        return [one.said for one in told if isinstance(one, LinkReport)]

    expected = said if runs else spool.Link(trouble=LinkTrouble.NO_UPLINK)
    wait_for(writer, lambda told: expected in reports(told))
    writer.close()
    if runs:
        bell.close()


def test_folders_that_are_not_there_are_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="expected the folders of a station"):
        in_words(config_in(tmp_path / "nowhere"))
