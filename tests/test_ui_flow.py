"""The patient's way through the screen: counts that are on disk, the phase at once, and what follows what."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from builders import a_repetition, an_item, facts_of_a_session
from pressout_session.exercises import Side
from pressout_session.facts import EndReason, RepetitionAdded
from pressout_session.patient_codes import GUEST, with_check_digit
from pressout_session.prescription import CueSensitivity
from pressout_session.record import folded
from pressout_signal.events import DriftKind, LineLetGo, LineTaken, PartialSeen, Phase, TensionDrift
from pressout_signal.samples import Sample
from pressout_ui.app import Screen, view
from pressout_ui.app_state import AppState
from pressout_ui.commands import EndVisit, Play, SignIn, Sound
from pressout_ui.messages import (
    DigitTyped,
    Felt,
    FixClosed,
    FixOpened,
    MuteTapped,
    NotMe,
    RecordKept,
    SignalHeard,
    Ticked,
    VisitBegan,
    VisitEnded,
    VisitMoved,
    Woken,
)
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import SetUp, TensionBand, place_of
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.today import Today
from pressout_ui.scenes.who import Who
from screens import LANDSCAPE, a_visit, begun, in_a_set, phase, setting_up, told, words_shown

# ---- the patient's way -----------------------------------------------------------------------------


def test_picking_the_handle_up_is_enough_to_begin_as_a_guest() -> None:
    _, commands = told(Screen(AppState(station="3")), SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)))

    assert commands == [SignIn(GUEST)]


def test_the_touch_that_wakes_the_screen_presses_nothing_else() -> None:
    screen, commands = told(Screen(AppState(station="3")), Woken())

    assert isinstance(screen.scene, Who)
    assert commands == []


def test_a_right_code_signs_in_and_a_slip_asks_again() -> None:
    code = with_check_digit("47192")
    typed = [DigitTyped(digit) for digit in code]
    slip = [*typed[:5], DigitTyped(str((int(code[5]) + 1) % 10))]
    who = told(Screen(AppState(station="3")), Woken())[0]

    assert told(who, *typed)[1] == [SignIn(code)]
    again, commands = told(who, *slip)
    assert commands == []
    assert again.known.words.who_again[0] in words_shown(again)


def test_a_half_typed_code_is_forgotten_after_half_a_minute() -> None:
    who = told(Screen(AppState(station="3")), Woken(), DigitTyped("4"))[0]

    assert isinstance(told(who, Ticked(31.0))[0].scene, Idle)


@pytest.mark.parametrize(
    ("tension_n", "place"),
    [(0.5, TensionBand.SLACK), (20.0, TensionBand.LOW), (40.0, TensionBand.IN), (60.0, TensionBand.HIGH)],
)
def test_setting_up_says_which_way(tension_n: float, place: TensionBand) -> None:
    screen = told(setting_up(), Felt(tuple(Sample(n / 80, tension_n) for n in range(40))))[0]

    assert isinstance(screen.scene, SetUp)
    assert place_of(screen.scene, an_item(), 0.5) is place


def test_standing_still_in_the_band_is_ready() -> None:
    screen = told(setting_up(), Felt(tuple(Sample(n / 80, 41.0) for n in range(40))), Ticked(2.0))[0]

    assert isinstance(screen.scene, SetUp)
    assert place_of(screen.scene, an_item(), 2.0) is TensionBand.READY


def test_a_shuffle_before_ready_does_not_begin_the_set() -> None:
    screen = told(setting_up(), Felt((Sample(0.0, 20.0),)), phase(Phase.PRESS_OUT))[0]

    assert isinstance(screen.scene, SetUp)


def test_a_repetition_counts_on_the_screen_only_when_it_is_on_disk() -> None:
    screen = told(in_a_set(2), SignalHeard(a_repetition(30.0, 3)))[0]
    assert "2" in words_shown(screen)

    screen = told(screen, RecordKept(folded(facts_of_a_session(3, closed=False))))[0]
    assert "3" in words_shown(screen)


def test_each_count_is_heard_once_and_the_last_three_otherwise() -> None:
    screen = begun(an_item(reps=5))
    heard = []
    for reps in (1, 2, 3, 4, 5, 5):
        screen, commands = told(screen, RecordKept(folded(facts_of_a_session(reps, closed=False))))
        heard.append([command.sound for command in commands if isinstance(command, Play)])

    assert heard == [[Sound.TICK], [Sound.TICK], [Sound.TICK], [Sound.LAST_THREE], [Sound.SIDE_DONE], []]


@pytest.mark.parametrize(
    ("entered", "word"),
    [(Phase.PRESS_OUT, "Press out"), (Phase.HOLD, "Hold"), (Phase.RETURN, "Return"), (Phase.REST, "Ready")],
)
def test_the_word_is_the_phase(entered: Phase, word: str) -> None:
    assert word in words_shown(told(in_a_set(), phase(entered))[0])


def test_the_hold_counts_down_and_then_asks_to_come_back() -> None:
    screen = told(in_a_set(), phase(Phase.HOLD, 10.0), Ticked(10.4))[0]
    assert "2" in words_shown(screen)

    screen, commands = told(screen, Ticked(12.1))
    assert "And back" in words_shown(screen)
    assert commands == [Play(Sound.HOLD_ENDS)]


def test_a_posture_cue_is_shown_heard_and_gone_when_it_is_over() -> None:
    drift = TensionDrift(kind=DriftKind.ROTATION, t_s=9.0, said_at_s=9.5, drop_n=6.0, confidence=0.9)
    screen, commands = told(in_a_set(), Ticked(10.0), phase(Phase.HOLD, 9.0), SignalHeard(drift))
    assert commands == [Play(Sound.POSTURE)]
    assert {"Stay", "tall", "Hold"} <= set(words_shown(screen))

    screen = told(screen, Ticked(11.0))[0]
    assert {"Stay", "tall", "And back"} <= set(words_shown(screen))
    screen = told(screen, phase(Phase.REST, 11.5), Ticked(11.6))[0]
    assert "Stay" not in words_shown(screen)


def test_letting_go_leads_to_the_other_side() -> None:
    closed = folded(facts_of_a_session(5)[:-1])
    screen = told(in_a_set(5), VisitMoved(a_visit(place=1)), RecordKept(closed))[0]

    assert isinstance(screen.scene, Rest)
    assert "Turn around" in words_shown(screen)


def test_taking_up_the_tension_in_the_rest_sets_up_the_next_set() -> None:
    closed = folded(facts_of_a_session(5)[:-1])
    screen = told(in_a_set(5), VisitMoved(a_visit(place=1)), RecordKept(closed))[0]

    assert isinstance(told(screen, SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)))[0].scene, SetUp)


def test_today_is_shown_in_one_glance_until_the_handle_is_taken() -> None:
    screen = begun()
    assert isinstance(screen.scene, Today)
    assert {"Pallof press", "Left first", "Pick up the handle"} <= set(words_shown(screen))

    screen = told(screen, SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)))[0]
    assert isinstance(screen.scene, SetUp)
    assert isinstance(told(screen, SignalHeard(LineLetGo(t_s=2.0, said_at_s=2.3)))[0].scene, Today)


def test_a_reminder_is_as_sure_as_the_therapist_wants_it() -> None:
    doubtful = TensionDrift(
        kind=DriftKind.ROTATION, t_s=9.0, said_at_s=9.5, drop_n=7.0, confidence=0.6, set_number=1, number=1
    )
    for cue, heard in ((CueSensitivity.USUAL, 1), (CueSensitivity.CAREFUL, 0), (CueSensitivity.OFF, 0)):
        screen = told(
            begun(msgspec.structs.replace(an_item(), cue=cue)),
            RecordKept(folded(facts_of_a_session(2, closed=False))),
        )[0]
        _, commands = told(screen, SignalHeard(doubtful))
        assert commands.count(Play(Sound.POSTURE)) == heard, cue


def test_a_tug_in_the_rest_comes_back_to_the_rest() -> None:
    closed = folded(facts_of_a_session(5)[:-1])
    screen = told(in_a_set(5), VisitMoved(a_visit(place=1)), RecordKept(closed))[0]

    tugged = told(
        screen, SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)), SignalHeard(LineLetGo(t_s=2.0, said_at_s=2.3))
    )[0]

    assert tugged.scene == screen.scene


def test_when_the_dose_is_done_the_word_is_let_go() -> None:
    screen = told(in_a_set(5), SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)))[0]
    assert "Let go" in words_shown(screen)


def test_letting_go_before_the_dose_is_done_may_be_a_pause() -> None:
    screen = told(in_a_set(4), SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)))[0]

    assert told(screen, SignalHeard(LineLetGo(t_s=2.0, said_at_s=2.3)))[1] == []


def test_the_buttons_of_a_correction_do_not_change_under_the_finger() -> None:
    closed = RecordKept(folded(facts_of_a_session(5)[:-1]))
    fixing = told(in_a_set(5), FixOpened(), VisitMoved(a_visit(place=1)), closed)[0]
    assert isinstance(fixing.scene, LiveSet)

    assert isinstance(told(fixing, FixClosed())[0].scene, Rest)


def test_an_attempt_that_turned_back_early_is_answered_in_a_word() -> None:
    screen = told(in_a_set(2), SignalHeard(PartialSeen(start_s=1.0, end_s=2.0, said_at_s=2.1)), phase(Phase.REST))[0]

    assert "Further out" in words_shown(screen)


def test_whoever_is_not_this_patient_can_say_so() -> None:
    screen, commands = told(begun(), NotMe(), VisitEnded())

    assert commands == [EndVisit(EndReason.NOT_ME)]
    assert isinstance(screen.scene, Who)


def test_whoever_was_ready_and_presses_is_not_sent_walking_until_the_line_is_slack() -> None:
    screen = setting_up()
    item = screen.known.cabled
    assert item is not None

    def after(tension_n: float, from_s: float, to_s: float) -> Screen:
        samples = tuple(Sample(n / 80, tension_n) for n in range(round(80 * from_s), round(80 * to_s)))
        return told(screen, Felt(samples), Ticked(to_s))[0]

    def band() -> TensionBand:
        assert isinstance(screen.scene, SetUp)
        return place_of(screen.scene, item, screen.known.now_s)

    screen = after(item.target_n, 0.0, 1.0)
    screen = after(item.target_n, 1.0, 2.0)
    assert band() is TensionBand.READY
    for tension_n in (1.6 * item.target_n, 0.6 * item.target_n):  # out, and back further than the start
        screen = after(tension_n, screen.known.now_s, screen.known.now_s + 1.0)
        assert band() is TensionBand.READY

    screen = after(0.5, screen.known.now_s, screen.known.now_s + 1.0)
    assert band() is TensionBand.SLACK
    screen = after(0.6 * item.target_n, screen.known.now_s, screen.known.now_s + 1.0)
    assert band() is TensionBand.LOW


def test_the_side_is_said_and_drawn_in_set_up() -> None:
    left, right = setting_up(), told(setting_up(), VisitMoved(a_visit(place=1)))[0]

    assert "Left" in words_shown(left)
    assert "Right" in words_shown(right)
    assert view(left, LANDSCAPE) != view(right, LANDSCAPE)


def test_thirty_on_the_wrong_sides_is_not_all_done() -> None:
    facts = facts_of_a_session(10)
    screen = told(in_a_set(5), VisitMoved(a_visit(place=2)), RecordKept(folded(facts[:-1])))[0]

    assert "5 of 10 done." in words_shown(screen)


def test_the_sound_is_off_for_whoever_turned_it_off_and_on_again_for_the_next() -> None:
    muted = told(begun(), MuteTapped())[0]
    assert muted.known.muted
    assert not muted.known.settings.muted  # nor is it what staff save with their own settings

    assert not told(muted, VisitEnded())[0].known.muted
    assert not told(muted, VisitBegan("471922", a_visit()))[0].known.muted


def test_the_pull_at_the_start_is_a_dash_until_it_was_measured() -> None:
    screen = in_a_set(0)

    assert "–" in words_shown(screen)
    assert screen.known.words.at_the_start in words_shown(screen)


def test_the_summary_counts_on_each_side_what_was_added_too() -> None:
    facts = facts_of_a_session(2)
    added = [*facts[:-1], RepetitionAdded(t_s=90.0), facts[-1]]
    summary = Screen(replace(begun().known, record=folded(added)), Summary(0.0))
    count = folded(added).count(Side.LEFT)

    assert count == 3
    assert str(count) in words_shown(summary)
