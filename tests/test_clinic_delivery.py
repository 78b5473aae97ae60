"""From outbox to clinic over a real broker: nothing lost, nothing twice, and no trust in the broker's word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import SESSION_ID, a_document, an_event
from pressout_cli.demo.broker import EmbeddedBroker
from pressout_device.storage import atomic_files
from pressout_link.broker import Broker, broker_at
from pressout_link.messages import Publication
from pressout_session.document import encode
from pressout_session.wire import AckResult, StationEvent, ack_topic, digest, session_topic
from pressout_station.mailbox import spool
from pressout_station.uplink.delivery import ANSWER_S, IN_FLIGHT, Delivery
from uplinks import Folders, clinic, eventually, listening, stored, turning

TOPIC = session_topic("north", "s3", SESSION_ID.format(1))


# ---- which to send when ------------------------------------------------------------------------------


@given(waiting=st.integers(0, 200))
def test_never_more_than_twenty_are_in_flight_and_the_newest_is_among_them(waiting: int) -> None:
    names = [f"{number:010d}" for number in range(waiting)]

    _, sending = Delivery().due(names, 0.0)

    assert len(sending) == min(waiting, IN_FLIGHT)
    if names:
        assert names[-1] in sending
        assert names[0] in sending


def test_what_is_not_answered_is_sent_again_and_what_is_answered_is_not() -> None:
    delivery, _ = Delivery().due(["a", "b"], 0.0)
    delivery = delivery.answered("a", 0.2)

    assert delivery.due(["b"], ANSWER_S - 1.0)[1] == ()
    assert delivery.due(["b"], ANSWER_S)[1] == ("b",)


def test_a_clinic_that_is_slow_does_not_get_everything_twice() -> None:
    delivery, _ = Delivery().due(["a", "b"], 0.0)
    delivery = delivery.answered("a", 30.0)

    assert delivery.due(["b"], 100.0)[1] == ()
    assert delivery.due(["b"], 120.0)[1] == ("b",)


def test_nothing_is_learned_from_an_answer_to_what_was_sent_more_than_once() -> None:
    delivery, _ = Delivery().due(["a"], 0.0)
    delivery, again = delivery.due(["a"], ANSWER_S)
    assert again == ("a",)

    delivery = delivery.answered("a", ANSWER_S + 30.0)

    assert (delivery.usual_s, delivery.sent) == (0.0, ())


def test_however_slow_the_clinic_is_it_is_asked_again_after_five_minutes() -> None:
    delivery, _ = Delivery(usual_s=1_000.0).due(["a"], 0.0)
    assert delivery.due(["a"], 299.0)[1] == ()

    for now_s in (300.0, 600.0, 900.0):
        delivery, again = delivery.due(["a"], now_s)
        assert again == ("a",)


def test_a_lost_connection_makes_everything_unsent() -> None:
    delivery, _ = Delivery().due(["a", "b"], 0.0)

    assert delivery.lost_connection(0.1).due(["a", "b"], 0.1)[1] == ("a", "b")


def test_what_the_broker_hangs_up_on_holds_up_no_other_and_is_tried_alone_ever_less_often() -> None:
    delivery, now_s, tried = Delivery(), 0.0, []
    waiting = ["large", "sound"]
    for _ in range(2000):  # an hour and a half, in which the broker leaves at each sight of the large one
        now_s += 3.0
        delivery, sent = delivery.due(waiting, now_s)
        if "large" in sent:
            tried.append(now_s)
            delivery = delivery.lost_connection(now_s)
        elif "sound" in sent:
            delivery, waiting = delivery.answered("sound", now_s), ["large"]

    assert waiting == ["large"]
    assert len(tried) < 30
    apart = [after - before for before, after in pairwise(tried[3:])]
    assert apart == sorted(apart)
    assert apart[-1] == pytest.approx(300.0, abs=3.0)
    assert delivery.due(["large", "new"], now_s)[1] == ("new",)
    assert delivery.guilty == {"large"}


def test_a_network_that_comes_and_goes_makes_no_session_suspect() -> None:
    delivery, waiting, now_s = Delivery(), [f"{number}" for number in range(30)], 0.0
    for _ in range(10):
        delivery, _ = delivery.due(waiting, now_s)
        now_s += 40.0
        delivery = delivery.lost_connection(now_s)  # long after they were sent

    assert delivery.suspects == frozenset()


def test_one_that_is_never_answered_holds_up_no_suspect() -> None:
    delivery, now_s = Delivery(), 0.0
    for _ in range(3):
        delivery, _ = delivery.due(["a", "b"], now_s)
        now_s += 1.0
        delivery = delivery.lost_connection(now_s)
    assert delivery.suspects == {"a", "b"}

    sent: set[str] = set()
    for _ in range(100):
        now_s += 5.0
        delivery, names = delivery.due(["a", "b"], now_s)
        sent.update(names)

    assert sent == {"a", "b"}


# ---- over a real broker ---------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    started = EmbeddedBroker(tmp_path)
    yield started
    started.close()


def plain(broker: EmbeddedBroker) -> Broker:
    return broker_at(broker.url, allow_plain=True)


@pytest.mark.service
def test_finished_sessions_reach_the_clinic_and_its_answers_the_inbox(
    broker: EmbeddedBroker, folders: Folders, tmp_path: Path
) -> None:
    names = [folders.finish(session) for session in (1, 2, 3)]

    with clinic(plain(broker), tmp_path / "clinic.db"), turning(folders.courier(plain(broker)).run):
        eventually(lambda: len(folders.answers()) == 3)

    answers = folders.answers()
    assert {answer.session_id for answer in answers} == {spool.session_of(name) for name in names}
    assert {answer.ack.result for answer in answers} == {AckResult.STORED}
    assert stored(tmp_path / "clinic.db") == 3


@pytest.mark.service
def test_a_broker_that_takes_it_is_no_clinic_that_has_it(
    broker: EmbeddedBroker, folders: Folders, tmp_path: Path
) -> None:
    folders.finish(1)
    with turning(folders.courier(plain(broker)).run):
        listener = listening(plain(broker), TOPIC)
        eventually(lambda: not listener.arrived.empty())
        listener.close()
        assert atomic_files.waiting(folders.inbox) == []

    # Another one, which sends it at once; the first would wait some seconds before it tries again.
    with clinic(plain(broker), tmp_path / "clinic.db"), turning(folders.courier(plain(broker)).run):
        eventually(lambda: len(atomic_files.waiting(folders.inbox)) == 1)


@pytest.mark.service
def test_a_broker_that_goes_away_and_comes_back_loses_nothing(folders: Folders, tmp_path: Path) -> None:
    first = EmbeddedBroker(tmp_path)
    port = first.port
    with turning(folders.courier(plain(first)).run):
        eventually(lambda: True)
        first.close()
        folders.finish(1)
        second = EmbeddedBroker(tmp_path, port)
        with clinic(plain(second), tmp_path / "clinic.db"):
            eventually(lambda: len(atomic_files.waiting(folders.inbox)) == 1)
        second.close()


@pytest.mark.service
def test_acks_that_cannot_be_read_and_strays_in_the_outbox_stop_nothing(
    broker: EmbeddedBroker, folders: Folders, tmp_path: Path
) -> None:
    (folders.outbox / "notes.txt").write_text("a stray")
    folders.finish(1)
    stranger = listening(plain(broker))
    with turning(folders.courier(plain(broker)).run):
        for rubbish in (b"\xff", b"[" * 5_000, b'{"result": 7}', b""):
            stranger.publish(Publication(ack_topic("north", "s3", SESSION_ID.format(1)), rubbish))
        wrong = {"revision": 1, "sha256": "0" * 64, "result": "stored", "reason": None}
        stranger.publish(Publication(ack_topic("north", "s3", SESSION_ID.format(1)), msgspec.json.encode(wrong)))
        with clinic(plain(broker), tmp_path / "clinic.db"):
            eventually(lambda: digest(encode(a_document(1))) in {one.ack.sha256 for one in folders.answers()})
    stranger.close()


@pytest.mark.service
def test_a_station_says_that_it_is_there_and_when_it_goes(broker: EmbeddedBroker, folders: Folders) -> None:
    listener = listening(plain(broker), "pressout/v1/north/s3/status")
    states: list[str] = []

    def heard(state: str) -> bool:
        while not listener.arrived.empty():
            states.append(json.loads(listener.arrived.get().payload)["state"])
        return state in states

    with turning(folders.courier(plain(broker)).run):
        eventually(lambda: heard("ready"))
    eventually(lambda: heard("offline"))
    listener.close()


@pytest.mark.service
def test_what_happens_to_the_cell_is_said_to_the_broker_and_marked_as_taken(
    broker: EmbeddedBroker, folders: Folders
) -> None:
    event = an_event()
    name = spool.event_name(event.event_id)
    atomic_files.place(folders.outbox, name, msgspec.json.encode(event))
    atomic_files.place(folders.outbox, spool.event_name(SESSION_ID.format(9)), b"no event")
    listener = listening(plain(broker), "pressout/v1/north/s3/event/+")

    with turning(folders.courier(plain(broker)).run):
        eventually(lambda: len(atomic_files.waiting(folders.inbox)) == 2)
        eventually(lambda: not listener.arrived.empty())
    heard = listener.arrived.get()
    listener.close()

    assert f"taken.{name}" in atomic_files.waiting(folders.inbox)
    assert heard.topic == "pressout/v1/north/s3/event/overload"
    assert msgspec.json.decode(heard.payload, type=StationEvent) == event
    assert not heard.retained


@pytest.mark.parametrize(
    ("flying", "waiting", "sent"), [(19, ["a", "b", "c"], ("c",)), (18, ["a", "b", "c"], ("a", "c"))]
)
def test_the_last_free_place_is_the_newests(flying: int, waiting: list[str], sent: tuple[str, ...]) -> None:
    before = [f"0{number}" for number in range(flying)]
    delivery, _ = Delivery().due(before, 0.0)

    assert delivery.due([*before, *waiting], 0.1)[1] == sent
