"""What the patient sees: counts that are on disk, the phase at once, a way out of every scene, words that fit."""

from __future__ import annotations

import os
import random
from dataclasses import fields, replace

import pytest
from builders import a_document, a_prescription, a_repetition, an_item, facts_of_a_session
from hypothesis import given, settings
from hypothesis import strategies as st
from pressout_session.codes import GUEST, with_check_digit
from pressout_session.course import Course
from pressout_session.exercises import EXERCISES, Side
from pressout_session.prescription import TimedItem
from pressout_session.record import Record, folded
from pressout_session.visit import Visit
from pressout_session.wire import AckResult
from pressout_signal.events import DriftKind, LineLetGo, LineTaken, PartialSeen, Phase, PhaseEntered, TensionDrift
from pressout_signal.samples import Sample
from pressout_ui import gallery
from pressout_ui.app import Screen, update, view
from pressout_ui.known import Known
from pressout_ui.messages import (
    ClinicAnswered,
    Command,
    DigitTyped,
    EndSet,
    EndVisit,
    Felt,
    FinishTapped,
    FixClosed,
    FixOpened,
    Heard,
    KeepTimed,
    Message,
    NotMe,
    Play,
    RecordKept,
    SignIn,
    Sound,
    Ticked,
    TimedTapped,
    Trouble,
    TroubleBegan,
    TroubleOver,
    VisitBegan,
    VisitEnded,
    VisitMoved,
    Woken,
)
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.parts import estimated_width
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import Place, SetUp, place_of
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.timed import Timed
from pressout_ui.scenes.trouble import InTrouble
from pressout_ui.scenes.who import Who
from pressout_ui.shapes import TOUCH_HEIGHT, TOUCH_WIDTH, Button, Plane, Rect, Text, tapped
from pressout_ui.theme import GRAPHIC_PAIRS, TEXT_PAIRS, THEMES, Theme, contrast
from pressout_ui.words import LANGUAGES, Words

SCENES = list(gallery.scenes())
NAMED = pytest.mark.parametrize(("name", "screen"), SCENES, ids=[name for name, _screen in SCENES])
LANDSCAPE = Plane(800.0, 480.0)
WIDE = Plane(853.3, 480.0)


def told(screen: Screen, *messages: Message) -> tuple[Screen, list[Command]]:
    commands: list[Command] = []
    for message in messages:
        screen, asked = update(screen, message)
        commands.extend(asked)
    return screen, commands


def a_visit(*items: object, place: int = 0) -> Visit:
    course = Course.of(a_prescription(*items))  # type: ignore[arg-type]
    for _ in range(place):
        course = course.after()
    return Visit(course)


def begun(*items: object) -> Screen:
    return told(Screen(Known(station="3")), VisitBegan(GUEST, a_visit(*items)))[0]


def in_a_set(reps: int = 2) -> Screen:
    return told(begun(), RecordKept(folded(facts_of_a_session(reps, closed=False))))[0]


def phase(entered: Phase, t_s: float = 1.0) -> Heard:
    return Heard(PhaseEntered(t_s=t_s, said_at_s=t_s, phase=entered))


def words_shown(screen: Screen, plane: Plane = LANDSCAPE) -> list[str]:
    return [shape.text for shape in view(screen, plane) if isinstance(shape, Text)]


# ---- the patient's way -----------------------------------------------------------------------------


def test_picking_the_handle_up_is_enough_to_begin_as_a_guest() -> None:
    _, commands = told(Screen(Known(station="3")), Heard(LineTaken(t_s=1.0, said_at_s=1.3)))

    assert commands == [SignIn(GUEST)]


def test_the_touch_that_wakes_the_screen_presses_nothing_else() -> None:
    screen, commands = told(Screen(Known(station="3")), Woken())

    assert isinstance(screen.scene, Who)
    assert commands == []


def test_a_right_code_signs_in_and_a_slip_asks_again() -> None:
    code = with_check_digit("47192")
    typed = [DigitTyped(digit) for digit in code]
    slip = [*typed[:5], DigitTyped(str((int(code[5]) + 1) % 10))]
    who = told(Screen(Known(station="3")), Woken())[0]

    assert told(who, *typed)[1] == [SignIn(code)]
    again, commands = told(who, *slip)
    assert commands == []
    assert again.known.words.who_again[0] in words_shown(again)


def test_a_half_typed_code_is_forgotten_after_half_a_minute() -> None:
    who = told(Screen(Known(station="3")), Woken(), DigitTyped("4"))[0]

    assert isinstance(told(who, Ticked(31.0))[0].scene, Idle)


@pytest.mark.parametrize(
    ("tension_n", "place"), [(0.5, Place.SLACK), (20.0, Place.LOW), (40.0, Place.IN), (60.0, Place.HIGH)]
)
def test_setting_up_says_which_way(tension_n: float, place: Place) -> None:
    screen = told(begun(), Felt(tuple(Sample(n / 80, tension_n) for n in range(40))))[0]

    assert isinstance(screen.scene, SetUp)
    assert place_of(screen.scene, an_item(), 0.5) is place


def test_standing_still_in_the_band_is_ready() -> None:
    screen = told(begun(), Felt(tuple(Sample(n / 80, 41.0) for n in range(40))), Ticked(2.0))[0]

    assert isinstance(screen.scene, SetUp)
    assert place_of(screen.scene, an_item(), 2.0) is Place.READY


def test_a_shuffle_before_ready_does_not_begin_the_set() -> None:
    screen = told(begun(), Felt((Sample(0.0, 20.0),)), phase(Phase.PRESS_OUT))[0]

    assert isinstance(screen.scene, SetUp)


def test_a_repetition_counts_on_the_screen_only_when_it_is_on_disk() -> None:
    screen = told(in_a_set(2), Heard(a_repetition(30.0, 3)))[0]
    assert "2" in words_shown(screen)

    screen = told(screen, RecordKept(folded(facts_of_a_session(3, closed=False))))[0]
    assert "3" in words_shown(screen)


def test_each_count_is_heard_once_and_the_last_three_otherwise() -> None:
    screen = begun(an_item(reps=5))
    heard = []
    for reps in (1, 2, 3, 4, 5, 5):
        screen, commands = told(screen, RecordKept(folded(facts_of_a_session(reps, closed=False))))
        heard.append([command.sound for command in commands if isinstance(command, Play)])

    assert heard == [[Sound.TICK], [Sound.TICK], [Sound.LAST_THREE], [Sound.LAST_THREE], [Sound.SIDE_DONE], []]


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


def test_the_level_never_runs_back_within_a_phase() -> None:
    screen = told(in_a_set(), Heard(a_repetition(1.0)), phase(Phase.PRESS_OUT))[0]
    levels = []
    for n, tension_n in enumerate((42.0, 48.0, 46.0, 60.0, 44.0)):
        screen = told(screen, Felt((Sample(20.0 + n, tension_n),)))[0]
        assert isinstance(screen.scene, LiveSet)
        levels.append(screen.scene.level)

    assert levels == sorted(levels)
    assert max(levels) <= 0.95


def test_a_posture_cue_is_shown_heard_and_gone_when_it_is_over() -> None:
    drift = TensionDrift(kind=DriftKind.ROTATION, t_s=9.0, said_at_s=9.5, drop_n=6.0, confidence=0.9)
    screen, commands = told(in_a_set(), Ticked(10.0), phase(Phase.HOLD, 9.0), Heard(drift))
    assert commands == [Play(Sound.POSTURE)]
    assert "Stay tall" in words_shown(screen)

    screen = told(screen, Ticked(11.0))[0]
    assert "Stay tall" in words_shown(screen)
    screen = told(screen, phase(Phase.REST, 11.5), Ticked(11.6))[0]
    assert "Stay tall" not in words_shown(screen)


def test_letting_go_leads_to_the_other_side() -> None:
    closed = folded(facts_of_a_session(5)[:-1])
    screen = told(in_a_set(5), VisitMoved(a_visit(place=1)), RecordKept(closed))[0]

    assert isinstance(screen.scene, Rest)
    assert "Turn around" in words_shown(screen)


def test_taking_up_the_tension_in_the_rest_sets_up_the_next_set() -> None:
    closed = folded(facts_of_a_session(5)[:-1])
    screen = told(in_a_set(5), VisitMoved(a_visit(place=1)), RecordKept(closed))[0]

    assert isinstance(told(screen, Heard(LineTaken(t_s=1.0, said_at_s=1.3)))[0].scene, SetUp)


def test_the_end_of_the_course_closes_the_session_and_shows_what_was_done() -> None:
    closed = folded(facts_of_a_session(5)[:-1])

    screen, commands = told(in_a_set(5), VisitMoved(a_visit(place=2)), RecordKept(closed))

    assert isinstance(screen.scene, Summary)
    assert EndVisit("done") in commands


def test_the_summary_says_when_the_clinic_has_it_and_signs_out_by_itself() -> None:
    whole = folded(facts_of_a_session(5))
    moved = VisitMoved(a_visit(place=2))
    screen = told(in_a_set(5), moved, RecordKept(folded(facts_of_a_session(5)[:-1])), VisitEnded(), RecordKept(whole))[
        0
    ]
    assert "Kept here, on its way to the clinic" in words_shown(screen)

    screen = told(screen, ClinicAnswered(AckResult.STORED))[0]
    assert "Kept here and at the clinic" in words_shown(screen)
    screen = told(screen, Ticked(100.0))[0]
    assert isinstance(screen.scene, Idle)
    assert screen.known.patient_ref is None


def test_hanging_the_handle_up_does_not_wipe_the_summary_away() -> None:
    closed = RecordKept(folded(facts_of_a_session(5)[:-1]))
    screen = told(in_a_set(5), VisitMoved(a_visit(place=2)), closed, VisitEnded())[0]

    screen, commands = told(screen, Heard(LineTaken(t_s=1.0, said_at_s=1.3)), Heard(LineLetGo(t_s=2.0, said_at_s=2.3)))

    assert isinstance(screen.scene, Summary)
    assert commands == []


def test_a_tug_in_the_rest_comes_back_to_the_rest() -> None:
    closed = folded(facts_of_a_session(5)[:-1])
    screen = told(in_a_set(5), VisitMoved(a_visit(place=1)), RecordKept(closed))[0]

    tugged = told(screen, Heard(LineTaken(t_s=1.0, said_at_s=1.3)), Heard(LineLetGo(t_s=2.0, said_at_s=2.3)))[0]

    assert tugged.scene == screen.scene


def test_when_the_dose_is_done_the_word_is_let_go_and_letting_go_ends_the_set() -> None:
    screen = told(in_a_set(5), Heard(LineTaken(t_s=1.0, said_at_s=1.3)))[0]
    assert "Let go" in words_shown(screen)

    assert told(screen, Heard(LineLetGo(t_s=2.0, said_at_s=2.3)))[1] == [EndSet()]


def test_letting_go_before_the_dose_is_done_may_be_a_pause() -> None:
    screen = told(in_a_set(4), Heard(LineTaken(t_s=1.0, said_at_s=1.3)))[0]

    assert told(screen, Heard(LineLetGo(t_s=2.0, said_at_s=2.3)))[1] == []


def test_the_buttons_of_a_correction_do_not_change_under_the_finger() -> None:
    closed = RecordKept(folded(facts_of_a_session(5)[:-1]))
    fixing = told(in_a_set(5), FixOpened(), VisitMoved(a_visit(place=1)), closed)[0]
    assert isinstance(fixing.scene, LiveSet)

    assert isinstance(told(fixing, FixClosed())[0].scene, Rest)


def test_an_attempt_that_turned_back_early_is_answered_in_a_word() -> None:
    screen = told(in_a_set(2), Heard(PartialSeen(start_s=1.0, end_s=2.0, said_at_s=2.1)), phase(Phase.REST))[0]

    assert "Further out" in words_shown(screen)


def test_whoever_is_not_this_patient_can_say_so() -> None:
    screen, commands = told(begun(), NotMe(), VisitEnded())

    assert commands == [EndVisit("signed_out")]
    assert isinstance(screen.scene, Who)


def test_the_side_is_said_and_drawn_in_set_up() -> None:
    left, right = begun(), told(begun(), VisitMoved(a_visit(place=1)))[0]

    assert "Left" in words_shown(left)
    assert "Right" in words_shown(right)
    assert view(left, LANDSCAPE) != view(right, LANDSCAPE)


def test_thirty_on_the_wrong_sides_is_not_all_done() -> None:
    facts = facts_of_a_session(10)
    screen = told(in_a_set(5), VisitMoved(a_visit(place=2)), RecordKept(folded(facts[:-1])))[0]

    assert "5 of 10 done." in words_shown(screen)


# ---- trouble -----------------------------------------------------------------------------------------


@NAMED
def test_trouble_comes_over_any_scene_and_goes_back_to_it(name: str, screen: Screen) -> None:
    if isinstance(screen.scene, InTrouble):
        return
    troubled = told(screen, TroubleBegan(Trouble.SENSOR_SILENT))[0]
    assert isinstance(troubled.scene, InTrouble), name
    words = screen.known.words
    assert (words.trouble if screen.known.visit else words.one_moment) in words_shown(troubled)

    assert type(told(troubled, TroubleOver())[0].scene) is type(screen.scene)


def test_trouble_says_how_many_are_kept() -> None:
    assert "Your 2 are kept. Call your therapist." in words_shown(
        told(in_a_set(2), TroubleBegan(Trouble.READER_LOST))[0]
    )


# ---- timed exercises --------------------------------------------------------------------------------


def test_a_timed_exercise_runs_its_clock_and_is_kept() -> None:
    plank = TimedItem(exercise="side_plank", reps=1, duration_s=30.0, first_side=Side.LEFT)
    screen = begun(plank, an_item())
    assert isinstance(screen.scene, Timed)

    screen, commands = told(screen, TimedTapped(), *(Ticked(float(second)) for second in range(32)))

    assert KeepTimed(1, 30.0) in commands
    assert sum(command == Play(Sound.TICK) for command in commands) >= 4


def test_a_tapped_exercise_counts_taps() -> None:
    lunge = TimedItem(exercise="lateral_rotational_lunge", reps=3, duration_s=0.0, first_side=Side.LEFT)

    _, commands = told(begun(lunge, an_item()), TimedTapped(), TimedTapped(), TimedTapped())

    assert commands[-1] == KeepTimed(3, 0.0)


# ---- rules for every scene ----------------------------------------------------------------------------


@NAMED
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("plane", [LANDSCAPE, WIDE], ids=["800", "853"])
def test_buttons_are_large_whole_and_apart(name: str, screen: Screen, language: str, plane: Plane) -> None:
    spoken = replace(screen, known=replace(screen.known, language=language))
    boxes = [shape.box for shape in view(spoken, plane) if isinstance(shape, Button)]

    for place, box in enumerate(boxes):
        assert box.width >= TOUCH_WIDTH, name
        assert box.height >= TOUCH_HEIGHT, name
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= plane.width + 0.1
        assert box.y + box.height <= plane.height + 0.1
        assert not any(overlap(box, other) for other in boxes[place + 1 :]), name


def overlap(one: Rect, other: Rect) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


@NAMED
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_leaves_the_screen_or_is_too_small(name: str, screen: Screen, language: str) -> None:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    import pygame
    from pressout_ui.brush import width_of

    pygame.font.init()
    spoken = replace(screen, known=replace(screen.known, language=language))
    for shape in view(spoken, LANDSCAPE):
        if isinstance(shape, Text):
            width = width_of(shape.text, shape.weight, shape.size)
            left = shape.x - {"start": 0.0, "middle": width / 2, "end": width}[shape.anchor]
            assert left >= 0, (name, shape.text)
            assert left + width <= 800, (name, shape.text)
            assert shape.size >= 20, (name, shape.text)
        if isinstance(shape, Button):
            assert width_of(shape.label, shape.weight, shape.size) <= shape.box.width - 8, (name, shape.label)


@NAMED
def test_every_live_scene_says_what_to_do_about_pain(name: str, screen: Screen) -> None:
    if isinstance(screen.scene, SetUp | LiveSet | Rest | Timed):
        assert screen.known.words.pain in words_shown(screen), name


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_contrast_is_at_least_wcag_aa(theme: Theme) -> None:
    for ink, ground in TEXT_PAIRS:
        assert contrast(theme.rgb(ink), theme.rgb(ground)) >= 4.5, (ink, ground)
    for line, ground in GRAPHIC_PAIRS:
        assert contrast(theme.rgb(line), theme.rgb(ground)) >= 3.0, (line, ground)


def test_every_language_has_every_word_of_every_exercise() -> None:
    for words in LANGUAGES.values():
        assert set(words.exercises) == set(EXERCISES)
        assert set(words.cue) == set(DriftKind)
        assert set(words.trouble_why) == set(Trouble)


def test_no_word_is_left_in_english() -> None:
    english, spanish = LANGUAGES["en"], LANGUAGES["es"]
    same = {field.name for field in fields(Words) if getattr(english, field.name) == getattr(spanish, field.name)}

    assert same <= {"seconds"}


def test_the_estimate_of_a_texts_width_is_on_the_safe_side() -> None:
    import pygame
    from pressout_ui.brush import width_of

    pygame.font.init()
    for words in LANGUAGES.values():
        for text in (words.press_out, words.hold, words.turn_around, words.trouble, words.further, words.summary_all):
            assert width_of(text, "700", 100.0) <= estimated_width(text, 100.0) * 1.02, text


def taps_of(screen: Screen) -> list[tuple[float, float]]:
    boxes = [shape.box for shape in view(screen, LANDSCAPE) if isinstance(shape, Button)]
    return [(box.x + box.width / 2, box.y + box.height / 2) for box in boxes]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_random_taps_and_times_crash_nothing_and_lose_no_repetition(seed: int) -> None:
    """The screen alone: what it asks for is granted at once, as the station would."""
    chance = random.Random(seed)
    screen = Screen(Known(station="3"))
    kept = Record()
    now_s = 0.0
    for _ in range(120):
        now_s += chance.choice((0.02, 0.5, 5.0, 40.0))
        messages: list[Message] = [Ticked(now_s)]
        taps = taps_of(screen)
        if taps and chance.random() < 0.6:
            message = tapped(view(screen, LANDSCAPE), *chance.choice(taps))
            messages += [] if message is None else [message]
        if chance.random() < 0.2:
            messages.append(phase(chance.choice(list(Phase)), now_s))
        if chance.random() < 0.05:
            troubles: list[Message] = [TroubleBegan(Trouble.SENSOR_SILENT), TroubleOver()]
            messages.append(chance.choice(troubles))
        for message in messages:
            screen, commands = update(screen, message)
            for command in commands:
                if isinstance(command, SignIn):
                    kept = folded(facts_of_a_session(2, closed=False))
                    screen = told(screen, VisitBegan(command.patient_ref, a_visit()), RecordKept(kept))[0]
                elif isinstance(command, EndVisit):
                    screen = told(screen, VisitEnded())[0]
        if isinstance(screen.scene, LiveSet):
            assert screen.known.record == kept
        assert view(screen, LANDSCAPE)


def test_every_scene_has_a_way_out() -> None:
    for name, screen in SCENES:
        ways: list[Message] = [
            Woken(),
            Ticked(1_000.0),
            Heard(LineTaken(t_s=1.0, said_at_s=1.3)),
            RecordKept(folded(facts_of_a_session(3)[:-1])),
            RecordKept(folded(facts_of_a_session(3, closed=False))),
            TroubleOver(),
            FinishTapped(),
        ]
        moved = [told(screen, way) for way in ways]
        assert any(after.scene != screen.scene or commands for after, commands in moved), name


def test_a_document_is_never_on_the_screen_by_name() -> None:
    assert a_document().patient_ref == "471922"
    assert "471 922" in words_shown(dict(SCENES)["03-further"])
