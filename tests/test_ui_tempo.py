"""A prescribed tempo that can be heard, with its twin to be seen; and nothing of it where none is prescribed."""

from __future__ import annotations

import numpy as np
import pytest

from builders import an_item
from pressout_signal.events import Phase
from pressout_ui.commands import Play, Sound
from pressout_ui.messages import Ticked
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.rest import Rest
from pressout_ui.screen import Screen
from pressout_ui.sounds import GLIDES, RATE_HZ, glide
from screens import begun, phase, told


def a_set(stroke_s: float) -> Screen:
    return begun(an_item(stroke_s=stroke_s, hold_s=2.0)).showing(LiveSet())


def heard(screen: Screen, *messages: object) -> list[Play]:
    return [command for command in told(screen, *messages)[1] if isinstance(command, Play)]  # type: ignore[arg-type]


@pytest.mark.parametrize(("entered", "sound"), [(Phase.PRESS_OUT, Sound.TEMPO_OUT), (Phase.RETURN, Sound.TEMPO_BACK)])
def test_a_stroke_is_accompanied_for_what_is_left_of_its_time(entered: Phase, sound: Sound) -> None:
    assert heard(a_set(1.5), Ticked(10.3), phase(entered, 10.0)) == [Play(sound, 1.2)]


def test_what_is_known_too_late_is_not_heard() -> None:
    assert heard(a_set(0.5), Ticked(11.0), phase(Phase.PRESS_OUT, 10.0)) == []


def test_the_seconds_of_a_hold_tick_and_its_end_is_heard() -> None:
    ticks = [Ticked(10.0 + n / 10) for n in range(25)]

    assert heard(a_set(1.0), Ticked(10.0), phase(Phase.HOLD, 10.0), *ticks) == [
        Play(Sound.HOLD_TICK),
        Play(Sound.HOLD_ENDS),
    ]


@pytest.mark.parametrize("entered", list(Phase))
def test_without_a_prescribed_tempo_nothing_accompanies(entered: Phase) -> None:
    ticks = [Ticked(10.0 + n / 10) for n in range(15)]

    assert heard(a_set(0.0), Ticked(10.0), phase(entered, 10.0), *ticks) == []


def pitch_hz(samples: np.ndarray) -> float:
    """Give the pitch of a short stretch by its zero crossings."""
    signs = np.signbit(samples.astype(float))
    crossings = np.flatnonzero(signs[1:] != signs[:-1])
    return float((len(crossings) - 1) / 2 / ((crossings[-1] - crossings[0]) / RATE_HZ))


@pytest.mark.parametrize("sound", list(GLIDES))
@pytest.mark.parametrize("lasts_s", [0.4, 1.5, 5.0])
def test_a_glide_begins_and_ends_on_its_notes_and_lasts_as_long_as_it_is_asked(sound: Sound, lasts_s: float) -> None:
    samples, (first_hz, last_hz) = glide(*GLIDES[sound], lasts_s), GLIDES[sound]
    part = int(0.05 * RATE_HZ)

    assert len(samples) / RATE_HZ == pytest.approx(lasts_s, abs=0.03)
    assert pitch_hz(samples[:part]) == pytest.approx(first_hz, rel=0.04)
    assert pitch_hz(samples[-part:]) == pytest.approx(last_hz, rel=0.04)
    assert 0.3 < np.abs(samples).max() / 32_000 < 0.34


def test_a_rest_is_silent() -> None:
    resting = begun(an_item(stroke_s=1.0)).showing(Rest(0.0, an_item().first_side))

    assert heard(resting, Ticked(1.0), Ticked(2.0)) == []
