"""A packet that the MQTT library refuses to read: whoever left it there deafens nobody for long."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from brokers import SecureBroker
from pressout_link import connection
from pressout_link.attempts import MOST_UNREADABLE, Attempts
from pressout_link.broker import Broker
from pressout_session.wire import info_topic, session_topic
from uplinks import Folders, clinic, eventually, listening, stored, turning

HERE = Broker(host="one.example", port=8883, tls=True)


def leave_unreadable(broker: SecureBroker, topic: str, *, retained: bool) -> None:
    """Say something with a byte order mark in a property: MQTT allows it, and paho does not."""
    station = listening(broker.client("north/s9"))
    properties = Properties(PacketTypes.PUBLISH)
    properties.ContentType = "\ufeff"
    said = station._client.publish(topic, b"{}", qos=1, retain=retained, properties=properties)
    said.wait_for_publish(10.0)
    station.close()


@pytest.mark.service
@pytest.mark.parametrize(
    ("topic", "retained"), [(session_topic("north", "s9", "x"), False), (info_topic("north", "s9"), True)]
)
def test_an_unreadable_message_of_one_station_keeps_no_sessions_of_others_back(
    broker: SecureBroker, tmp_path: Path, topic: str, retained: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "FIRST_DELAY_S", (1, 1))
    folders = Folders(tmp_path / "station")
    with clinic(broker.client("clinic"), tmp_path / "clinic.db"):
        leave_unreadable(broker, topic, retained=retained)
        folders.finish(1)
        with turning(folders.courier(broker.client("north/s3")).run):
            eventually(lambda: stored(tmp_path / "clinic.db") == 1)
            eventually(lambda: len(folders.answers()) == 1)
            # And after the broker was gone, whichever version is spoken by then.
            broker.kill()
            broker.start()
            folders.finish(2)
            eventually(lambda: stored(tmp_path / "clinic.db") == 2)


def test_after_some_unreadable_packets_an_older_version_is_spoken_until_the_connection_ends() -> None:
    attempts = Attempts((HERE,))
    for _ in range(MOST_UNREADABLE):
        assert attempts.change(1.0) is None
        attempts.welcomed(retains=True)
        attempts.hung_up(1.0, was_connected=True, unreadable=True)

    assert "3.1.1" in (attempts.change(1.0) or "")
    assert (attempts.newest, attempts.fell_back) == (False, True)
    attempts.welcomed(retains=True)
    attempts.hung_up(2.0, was_connected=True)
    assert (attempts.newest, attempts.fell_back) == (False, True)  # until a client is made that speaks the other
    assert attempts.change(2.0) == "in version 5 again"
    assert (attempts.newest, attempts.fell_back) == (True, False)
    assert attempts.change(2.0) is None


def test_an_unreadable_packet_now_and_then_changes_nothing() -> None:
    attempts = Attempts((HERE,))
    for unreadable in (True, False) * MOST_UNREADABLE:
        attempts.welcomed(retains=True)
        attempts.hung_up(1.0, was_connected=True, unreadable=unreadable)
        assert attempts.change(1.0) is None


@pytest.mark.service
def test_a_connection_that_fell_back_speaks_the_newest_version_again_once_it_is_lost(
    broker: SecureBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "FIRST_DELAY_S", (1, 1))
    ours = listening(broker.client("north/s3"))
    ours._attempts.unreadable = MOST_UNREADABLE
    ours._lost("a packet that cannot be read", unreadable=True)
    ours.tend()
    eventually(lambda: ours.connected)
    assert not ours.shares

    broker.kill()
    eventually(lambda: not ours.connected)
    broker.start()

    def again() -> bool:
        ours.tend()
        return ours.connected

    eventually(again)
    assert ours.shares
    ours.close()


@pytest.mark.service
def test_a_connection_whose_thread_has_died_is_noticed_and_made_anew(broker: SecureBroker) -> None:
    ours = listening(broker.client("north/s3"))
    name = f"paho-mqtt-client-{ours._client_id}"
    died = next(thread for thread in threading.enumerate() if thread.name == name)
    died.name = "died"  # as the old library leaves it: connected, and nobody there

    ours.tend()

    assert not ours.connected
    eventually(lambda: ours.connected)
    assert any(thread.name == name for thread in threading.enumerate())
    ours.close()
