"""The how-to's broker against whoever means ill: names that nobody can guess, certificates under sound names only."""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select

from brokers import SecureBroker, certificates
from builders import an_event
from pressout_clinic.store import Store
from pressout_clinic.tables import EVENTS
from pressout_link.connection import Connection
from pressout_link.messages import Publication
from pressout_session.wire import EventKind, event_topic
from uplinks import clinic, eventually, listening

pytestmark = pytest.mark.service


def test_nobody_takes_what_waits_for_the_clinic_by_its_name_or_by_joining_its_share(
    broker: SecureBroker, tmp_path: Path
) -> None:
    database = tmp_path / "clinic.db"
    with clinic(broker.client("clinic"), database):
        pass  # it has been here, and its sessions wait for it now
    station = listening(broker.client("north/s3"))
    thieves = [
        Connection(broker.client("north/s4"), name, topics=("$share/ingest/pressout/v1/+/+/event/+",))
        for name in ("pressout-clinic-1", "pressout-clinic-1-events", "thief-1", "thief-2")
    ]
    eventually(lambda: all(thief.connected for thief in thieves))

    said = [msgspec.structs.replace(an_event(number), kind=EventKind.OVERLOAD) for number in range(1, 21)]
    for event in said:
        station.publish(Publication(event_topic("north", "s3", event.kind), msgspec.json.encode(event)))
    eventually(lambda: station.taken.qsize() == len(said))
    with clinic(broker.client("clinic"), database):
        store = Store(f"sqlite:///{database}")
        eventually(lambda: _events(store) == len(said))
    for one in (station, *thieves):
        one.close()
    store.close()


def _events(store: Store) -> int:
    with store.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(EVENTS)).scalar_one())


def test_a_name_that_could_be_another_gets_no_certificate_and_harms_no_key(tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    certificates(folder, "authority")
    certificates(folder, "client", "clinic")
    keys = {file.name: file.read_bytes() for file in folder.glob("*.key")}

    for name in (
        "authority",
        "broker",
        "north",
        "north/s3/ack",
        "north/+",
        "#",
        "north/s4+CN=clinic",
        "../x/y",
        "a b/c",
    ):
        with pytest.raises(subprocess.CalledProcessError):
            certificates(folder, "client", name)

    assert {file.name: file.read_bytes() for file in folder.glob("*.key")} == keys


def test_revoking_takes_back_every_certificate_of_a_name_and_no_others(tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    certificates(folder, "authority")
    for name in ("north/s3", "north/s3", "north-s3/demo", "north/s3-demo"):
        certificates(folder, "client", name)

    certificates(folder, "revoke", "north/s3")

    index = (folder / "index.txt").read_text().replace("\\", "").splitlines()
    assert [(line[0], line.rpartition("=")[2]) for line in index] == [
        ("R", "north/s3"),
        ("R", "north/s3"),
        ("V", "north-s3/demo"),
        ("V", "north/s3-demo"),
    ]
