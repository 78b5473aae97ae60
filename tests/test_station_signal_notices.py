"""A signal that can be read and is not well: on the screen and at the clinic it is a notice with a number."""

from __future__ import annotations

import math
import random

import pytest

from conditioning import Desk
from pressout_session.error_codes import NUMBERS, Notice, Trouble
from pressout_session.wire import EventKind
from pressout_signal.samples import Reading


@pytest.mark.parametrize(
    ("noise_n", "tone_n", "notice"),
    [(0.1, 0.0, None), (4.0, 0.0, Notice.SIGNAL_NOISY), (0.1, 4.0, Notice.MAINS_HUM)],
)
def test_a_signal_that_can_be_read_and_is_not_well_is_a_notice_with_its_number_and_an_event(
    noise_n: float, tone_n: float, notice: Notice | None
) -> None:
    desk, rng = Desk(), random.Random(1)
    for n in range(1600):
        tension_n = rng.gauss(0.0, noise_n) + tone_n * math.sin(2.0 * math.pi * 50.0 * n / 80.0)
        desk.conditioning.take(Reading(n / 80, round(8_000 + 400 * tension_n)))

    assert desk.conditioning.trouble is None
    if notice is None:
        assert desk.told == []
        return
    assert desk.conditioning.notice is notice
    assert [(one.kind, one.what, one.number) for one in desk.told] == [
        (EventKind.SENSOR_FAULT, notice.value, NUMBERS[notice])
    ]
    assert desk.told[0].noise_n is not None


def test_a_bridge_without_current_is_stuck_and_says_so_within_six_seconds() -> None:
    desk = Desk()

    found = desk.hear(Reading(n / 80, 8_000 + random.Random(n).randrange(2)) for n in range(480))

    assert found == [Trouble.SENSOR_STUCK]
