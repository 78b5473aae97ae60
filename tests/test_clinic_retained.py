"""What a station leaves with the broker to be kept for newcomers: its state, and nothing else for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from brokers import SecureBroker
from builders import SESSION_ID, a_document
from pressout_link.connection import MOST_FLEETING, Connection
from pressout_link.messages import Publication
from pressout_session.document import encode
from pressout_session.wire import ROOT, event_topic, live_topic, request_topic, session_topic, status_topic
from uplinks import clinic, eventually, heard, listening, stored

pytestmark = pytest.mark.service
OURS = "north", "s3"
# Few enough to come to a newcomer in one go.
MANY = 20


def left_there(broker: SecureBroker) -> set[str]:
    """Give the topics at which a newcomer is given something."""
    newcomer = listening(
        broker.client("clinic"), *(f"{ROOT}/+/+/{kind}" for kind in ("status", "session/+", "event/+"))
    )
    topics: set[str] = set()

    def all_given() -> bool:
        topics.update(topic for topic, _ in heard(newcomer))
        return status_topic(*OURS) in topics

    eventually(all_given)  # its state was left last, and comes in the order of the subscriptions: first
    eventually(lambda: newcomer.arrived.empty())
    topics.update(topic for topic, _ in heard(newcomer))
    newcomer.close()
    return topics


def fills(station: Connection, first: int) -> None:
    """Leave what nobody may, on topics of its own each time."""
    for number in range(first, first + MANY):
        station.publish(Publication(event_topic(*OURS, f"none-{number}"), b"{}", retained=True))
        station.publish(Publication(request_topic(*OURS, f"none-{number}"), b"x" * 1_000, retained=True))
    station.publish(
        Publication(session_topic(*OURS, SESSION_ID.format(first)), encode(a_document(first)), retained=True)
    )
    station.publish(Publication(status_topic(*OURS), b"{}", retained=True))


def test_what_a_station_leaves_to_be_kept_the_broker_forgets_as_it_comes_and_what_lay_there_before(
    broker: SecureBroker, tmp_path: Path
) -> None:
    station = listening(broker.client("north/s3"))
    fills(station, 1)
    eventually(lambda: station._client._out_messages == {})
    assert len(left_there(broker)) > MANY

    with clinic(broker.client("clinic"), tmp_path / "clinic.db"):
        eventually(lambda: left_there(broker) == {status_topic(*OURS)})
        fills(station, 1_001)
        eventually(lambda: station._client._out_messages == {})
        eventually(lambda: left_there(broker) == {status_topic(*OURS)})
        # A session that a misguided broker or station left there is a session all the same.
        eventually(lambda: stored(tmp_path / "clinic.db") == 1)
    station.close()


def test_of_what_is_said_at_qos_0_no_more_is_kept_than_it_needs(broker: SecureBroker) -> None:
    watching = listening(broker.client("clinic"), live_topic(*OURS))
    station = listening(broker.client("north/s3"))
    arrived: list[tuple[str, bytes]] = []

    def anything() -> bool:
        # Fleeting: said again until it is heard.
        station.publish(Publication(live_topic(*OURS), b"x" * 100_000, fleeting=True))
        arrived.extend(heard(watching))
        return bool(arrived)

    eventually(anything)

    assert {len(payload) for _, payload in arrived} == {MOST_FLEETING}
    for each in (watching, station):
        each.close()
