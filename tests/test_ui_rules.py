"""Rules for every scene: trouble, timed exercises, a way out, words that fit, buttons that can be hit, contrast."""

from __future__ import annotations

import os
import random

import pytest
from msgspec.structs import fields, replace

from bench.fuzzing import fuzzed
from builders import a_document, an_item, facts_of_a_session
from pressout_session.error_codes import Notice, Trouble
from pressout_session.exercises import EXERCISES, Side
from pressout_session.prescription import TimedItem
from pressout_session.record import folded
from pressout_session.timed_progress import TimedProgress
from pressout_signal.events import DriftKind, LineTaken
from pressout_ui.app import Screen, view
from pressout_ui.commands import Command, FinishTimed, Play, Sound, TapTimed
from pressout_ui.font_metrics import estimated_width
from pressout_ui.messages import (
    FinishTapped,
    Message,
    RecordKept,
    SignalHeard,
    Ticked,
    TimedFinished,
    TimedTapped,
    TroubleBegan,
    TroubleOver,
    VisitMoved,
    Woken,
)
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import SetUp
from pressout_ui.scenes.still_here import StillHere
from pressout_ui.scenes.timed import Timed
from pressout_ui.scenes.trouble import InTrouble
from pressout_ui.shapes import LEAST_SIZE, TOUCH_HEIGHT, TOUCH_WIDTH, Button, Plane, Rect, Text, written_on
from pressout_ui.staff import AddExerciseTapped, GuestPicked, LeaveTapped, Page, PageTapped
from pressout_ui.theme import GRAPHIC_PAIRS, TEXT_PAIRS, THEMES, Theme, contrast
from pressout_ui.words import LANGUAGES, Words
from screens import LANDSCAPE, NAMED, SCENES, UPRIGHT, WIDE, a_visit, begun, in_a_set, told, words_shown

# ---- trouble -----------------------------------------------------------------------------------------


@NAMED
def test_trouble_comes_over_any_scene_and_goes_back_to_it(name: str, screen: Screen) -> None:
    if isinstance(screen.scene, InTrouble | StillHere):
        return
    troubled = told(screen, TroubleBegan(Trouble.SENSOR_SILENT))[0]
    if screen.for_staff:  # who looks for the trouble must not be hidden from it; it comes when they leave
        assert troubled.scene == screen.scene
        troubled = told(troubled, LeaveTapped())[0]
        assert isinstance(troubled.scene, InTrouble), name
        return
    assert isinstance(troubled.scene, InTrouble), name
    words = screen.known.words
    assert (words.trouble if screen.known.visit else words.one_moment) in words_shown(troubled)

    assert type(told(troubled, TroubleOver())[0].scene) is type(screen.scene)


def test_trouble_says_how_many_are_kept() -> None:
    assert "Your 2 are kept. Call your therapist." in words_shown(
        told(in_a_set(2), TroubleBegan(Trouble.READER_LOST))[0]
    )


# ---- timed exercises --------------------------------------------------------------------------------


PLANK = TimedItem(exercise="side_plank", reps=2, duration_s=30.0, first_side=Side.LEFT)


def beside_the_line(*changes: tuple[float, TimedProgress]) -> list[Command]:
    """Show a visit's progress beside the line as the visit moves; give what was heard and asked."""
    screen, heard = begun(PLANK, an_item()), []
    for now_s, timed in changes:
        moved = replace(a_visit(PLANK, an_item()), timed=timed)
        screen, commands = told(screen, Ticked(now_s), VisitMoved(moved))
        heard += commands
    assert isinstance(screen.scene, Timed)
    return heard


def test_the_last_five_seconds_of_a_clock_and_its_end_are_heard() -> None:
    running = TimedProgress(since_s=10.0)

    heard = beside_the_line(*((10.0 + second, running) for second in range(30)), (40.0, TimedProgress(1)))

    assert heard == [Play(Sound.TICK)] * 5 + [Play(Sound.SIDE_DONE)]


def test_a_clock_that_stands_is_not_heard() -> None:
    assert beside_the_line(*((second, TimedProgress(spent_s=20.0)) for second in range(40))) == []


def test_taps_beside_the_line_are_the_visits_to_understand() -> None:
    assert told(begun(PLANK, an_item()), TimedTapped(), TimedFinished())[1] == [TapTimed(), FinishTimed()]


# ---- rules for every scene ----------------------------------------------------------------------------


@NAMED
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("plane", [LANDSCAPE, WIDE, UPRIGHT], ids=["800", "853", "upright"])
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
@pytest.mark.parametrize("plane", [LANDSCAPE, UPRIGHT], ids=["lying", "upright"])
def test_no_text_leaves_the_screen_or_its_key_or_is_too_small(
    name: str, screen: Screen, language: str, plane: Plane
) -> None:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    import pygame

    from pressout_ui.renderer import width_of

    pygame.font.init()
    spoken = replace(screen, known=replace(screen.known, language=language))
    for shape in view(spoken, plane):
        key = shape if isinstance(shape, Button) else None
        for line in written_on(key) if key else (shape,) if isinstance(shape, Text) else ():
            width = width_of(line.text, line.weight, line.size)
            left = line.x - {"start": 0.0, "middle": width / 2, "end": width}[line.anchor]
            room = (0.0, plane.width) if key is None else (key.box.x + 2.0, key.box.x + key.box.width - 2.0)
            assert room[0] <= left, (name, line.text)
            assert left + width <= room[1], (name, line.text)
            assert line.size >= LEAST_SIZE, (name, line.text)


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


def test_high_contrast_is_wcag_aaa() -> None:
    theme = THEMES["contrast"]

    for ink, ground in TEXT_PAIRS:
        assert contrast(theme.rgb(ink), theme.rgb(ground)) >= 7.0, (ink, ground)
    for line, ground in GRAPHIC_PAIRS:
        assert contrast(theme.rgb(line), theme.rgb(ground)) >= 4.5, (line, ground)


def test_every_language_has_every_word_of_every_exercise() -> None:
    for words in LANGUAGES.values():
        assert set(words.exercises) == set(EXERCISES)
        assert set(words.cue) == set(DriftKind)
        assert set(words.notices) == set(Notice)
        assert set(words.trouble_why) == set(Trouble)


def test_no_word_is_left_in_english() -> None:
    english, spanish = LANGUAGES["en"], LANGUAGES["es"]
    same = {field.name for field in fields(Words) if getattr(english, field.name) == getattr(spanish, field.name)}

    assert same <= {"seconds"}


def test_the_estimate_of_a_texts_width_is_on_the_safe_side() -> None:
    import pygame

    from pressout_ui.renderer import width_of

    pygame.font.init()
    for words in LANGUAGES.values():
        for text in (words.press_out, words.hold, words.turn_around, words.trouble, words.further, words.summary_all):
            assert width_of(text, "700", 100.0) <= estimated_width(text, 100.0) * 1.02, text


def test_random_touches_and_times_crash_nothing_open_no_page_and_lose_no_repetition() -> None:
    done = fuzzed(30_000, random.Random(1))

    assert (done.unlocked, done.lost) == (0, 0)
    assert len(done.scenes) >= 18


def test_every_page_of_the_therapist_has_a_key_that_leads_back() -> None:
    for name, screen in SCENES:
        if screen.for_staff:
            keys = [shape.on_tap for shape in view(screen, LANDSCAPE) if isinstance(shape, Button)]
            back = {PageTapped(Page.MENU), PageTapped(Page.DOSE), LeaveTapped(), GuestPicked(None), AddExerciseTapped()}
            assert back & set(keys), name


def test_every_scene_has_a_way_out() -> None:
    for name, screen in SCENES:
        ways: list[Message] = [
            Woken(),
            Ticked(1_000.0),
            SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)),
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
