"""What whoever looks on is told of the set just now, and how seldom."""

from __future__ import annotations

import msgspec
import pytest

from builders import a_repetition
from controllers import Desk
from pressout_session.wire import Live
from pressout_signal.events import LineTaken, Phase, PhaseEntered
from pressout_signal.samples import Sample
from pressout_station.controller.live_topic import LiveTopic


@pytest.fixture
def said() -> list[Live]:
    return []


@pytest.fixture
def topic(said: list[Live]) -> LiveTopic:
    return LiveTopic(lambda message: said.append(msgspec.json.decode(message, type=Live)))


def someone() -> Desk:
    desk = Desk()
    desk.controller.begin("471922")
    return desk


def test_the_phase_that_was_said_last_is_told(topic: LiveTopic, said: list[Live]) -> None:
    desk = someone()
    topic.felt(Sample(1.0, 41.26), desk.controller)
    topic.heard(PhaseEntered(t_s=1.1, said_at_s=1.2, phase=Phase.HOLD))
    topic.heard(LineTaken(t_s=1.1, said_at_s=1.2))
    topic.heard(a_repetition())
    topic.felt(Sample(2.0, 55.0), desk.controller)

    assert [(one.phase, one.tension_n, one.side, one.count) for one in said] == [
        ("rest", 41.3, "left", 0),
        ("hold", 55.0, "left", 0),
    ]


def test_it_is_told_five_times_a_second_and_not_more_often(topic: LiveTopic, said: list[Live]) -> None:
    desk = someone()
    for tick in range(160):
        topic.felt(Sample(tick / 80.0, 40.0), desk.controller)

    assert 9 <= len(said) <= 11


def test_nothing_is_told_of_a_station_where_nobody_is(topic: LiveTopic, said: list[Live]) -> None:
    topic.felt(Sample(1.0, 40.0), Desk().controller)

    assert said == []
