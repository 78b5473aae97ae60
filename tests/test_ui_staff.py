"""The therapist's way: nothing past the PIN, the dose in a few taps, and out again by itself."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import an_item
from pressout_session.exercises import Side
from pressout_session.patient_codes import with_check_digit
from pressout_session.prescription import CabledItem
from pressout_session.settings import Settings
from pressout_signal.calibration_steps import G_M_PER_S2
from pressout_signal.events import Resistance
from pressout_signal.samples import Reading
from pressout_ui.app import view
from pressout_ui.commands import Command
from pressout_ui.messages import (
    DigitTyped,
    Message,
    Ticked,
    WipeTapped,
)
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.staff.calibrate import Calibrate
from pressout_ui.scenes.staff.dose import Dose
from pressout_ui.scenes.staff.menu import Menu
from pressout_ui.scenes.staff.pin import Pin
from pressout_ui.scenes.today import Today
from pressout_ui.scenes.wipe import Wipe
from pressout_ui.screen import STAFF
from pressout_ui.shapes import Button
from pressout_ui.staff import (
    CheckPin,
    ChoiceTapped,
    Converted,
    Correct,
    EmptyTapped,
    FindVisits,
    GuestPicked,
    HangsTapped,
    InitialsChosen,
    KeepCalibration,
    KeepSettings,
    LeaveTapped,
    Page,
    PageTapped,
    PinAnswered,
    RequestOutcome,
    SaveTapped,
    SetDose,
    SettingsChanged,
    ShutDown,
    ShutDownTapped,
    Stepped,
    TakeZero,
    VoidTapped,
)
from screens import LANDSCAPE, begun, told, words_shown
from staff import PIN, RIGHT, asked, inside


def test_six_digits_are_a_question_and_nothing_is_shown_before_its_answer() -> None:
    screen, commands = told(asked(begun()), InitialsChosen("MR"), *PIN)

    assert commands == [CheckPin("MR", "271828")]
    assert isinstance(screen.scene, Pin)
    assert "271828" not in "".join(words_shown(screen))
    assert isinstance(told(screen, RIGHT)[0].scene, Dose)


def test_a_wrong_pin_says_how_many_tries_are_left_and_a_lock_for_how_long() -> None:
    screen = told(asked(begun()), InitialsChosen("MR"), *PIN, PinAnswered("MR", right=False, tries_left=4))[0]
    assert "4 tries left" in words_shown(screen)

    locked = told(screen, *PIN, PinAnswered("MR", right=False, tries_left=0, locked_s=900.0))[0]
    assert "Locked for 16 min" in words_shown(locked)
    assert told(locked, *PIN)[1] == []


MESSAGES: list[Message] = [
    *(PageTapped(page) for page in Page),
    SaveTapped(),
    Stepped("target_n", 1),
    ChoiceTapped("first_side", "right"),
    HangsTapped(),
    EmptyTapped(),
    VoidTapped(),
    GuestPicked("x"),
    ShutDownTapped(),
    RequestOutcome("tared"),
    DigitTyped("1"),
    Ticked(1.0),
]


@given(st.lists(st.sampled_from(MESSAGES), max_size=40))
def test_whatever_is_touched_no_page_is_reached_and_nothing_done_without_the_pin(messages: list[Message]) -> None:
    screen = told(asked(begun()), InitialsChosen("MR"))[0]

    commands: list[Command] = []
    for message in messages:
        screen, more = told(screen, message)
        commands += more

    assert not isinstance(screen.scene, STAFF) or isinstance(screen.scene, Pin)
    assert all(isinstance(command, CheckPin) for command in commands)


def test_an_answer_for_someone_who_is_not_asking_lets_nobody_in() -> None:
    assert isinstance(told(begun(), RIGHT)[0].scene, Today)


def test_two_taps_and_save_set_the_dose_and_it_is_signed() -> None:
    screen, commands = told(inside(begun()), Stepped("target_n", 1), Stepped("target_n", 1), SaveTapped())

    (set_dose,) = [command for command in commands if isinstance(command, SetDose)]
    assert isinstance(set_dose.item, CabledItem)
    assert (set_dose.place, set_dose.initials) == (0, "MR")
    assert set_dose.item.target_n == pytest.approx(22 * 0.2 * G_M_PER_S2)  # 40 N is 4.08 kg: from 4.0 in steps of 0.2
    assert isinstance(screen.scene, Today)  # and locked: nobody else is to change it
    assert screen.known.initials is None


@given(
    unit=st.sampled_from(["kg", "lb", "N"]),
    resistance=st.sampled_from(Resistance),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["target_n", "tolerance_n", "sets", "reps", "hold_s", "stroke_s", "rest_s"]),
            st.sampled_from([-1, 1]),
        ),
        max_size=60,
    ),
)
def test_whatever_is_stepped_the_dose_is_one_that_can_be_prescribed(
    unit: str, resistance: Resistance, steps: list[tuple[str, int]]
) -> None:
    from pressout_ui.scenes.staff.dose import stepped

    item = msgspec.structs.replace(an_item(), resistance=resistance)
    for value, by in steps:
        item = stepped(item, value, by, unit)

    assert msgspec.convert(msgspec.to_builtins(item), CabledItem) == item
    assert 0 < item.tolerance_n <= 0.21 * item.target_n


def test_line_side_and_exercise_are_a_tap_each() -> None:
    _, commands = told(
        inside(begun()),
        ChoiceTapped("resistance", "cable"),
        ChoiceTapped("first_side", "right"),
        ChoiceTapped("exercise", "half_kneeling_row"),
        PageTapped(Page.MORE),
        ChoiceTapped("cue", "careful"),
        Stepped("rest_s", 1),
        PageTapped(Page.DOSE),
        SaveTapped(),
    )

    (set_dose,) = [command for command in commands if isinstance(command, SetDose)]
    item = set_dose.item
    assert isinstance(item, CabledItem)
    assert (item.resistance, item.first_side, item.exercise) == (Resistance.CABLE, Side.RIGHT, "half_kneeling_row")
    assert (item.cue.value, item.rest_s) == ("careful", 15.0)


def test_it_locks_itself_and_goes_back_to_the_patient() -> None:
    screen = inside(begun())

    after = told(screen, Ticked(screen.known.now_s + 61.0))[0]

    assert isinstance(after.scene, Today)
    assert after.known.initials is None
    assert isinstance(told(after, PageTapped(Page.MENU))[0].scene, Today)


def test_leaving_with_nobody_signed_in_is_the_idle_screen() -> None:
    assert isinstance(told(inside(), LeaveTapped())[0].scene, Idle)
    assert isinstance(told(inside(), WipeTapped())[0].scene, Wipe)


def test_the_zero_is_asked_for_and_its_answer_shown() -> None:
    screen, commands = told(inside(), EmptyTapped())
    assert commands == [TakeZero()]

    assert "The zero was taken." in words_shown(told(screen, RequestOutcome("tared"))[0])
    refusal = "tare: found the line moving, expected it to hang still; let go of it and try again"
    assert refusal in words_shown(told(screen, RequestOutcome(refusal, refused=True))[0])


def test_a_calibration_goes_step_by_step_and_is_kept_when_it_is_saved() -> None:
    screen = told(inside(), PageTapped(Page.CALIBRATE))[0]
    commands: list[Command] = []
    t_s = 0.0
    for load_counts in (8_000, 200_000, 8_000):
        screen, more = told(screen, HangsTapped())
        commands += more
        for _ in range(10):
            items = tuple(Reading(t_s + n / 80, load_counts + 40 * (n % 2)) for n in range(40))
            t_s += 0.5
            screen, more = told(screen, Converted(items))
            commands += more
    assert isinstance(screen.scene, Calibrate)

    screen, more = told(screen, SaveTapped(), SaveTapped())

    (kept,) = [command for command in more if isinstance(command, KeepCalibration)]
    assert kept.found.calibration.counts_per_newton == pytest.approx(192_000 / (5.0 * G_M_PER_S2), rel=0.001)
    assert kept.initials == "MR"


def test_a_guests_session_is_given_to_a_code_or_voided() -> None:
    code = with_check_digit("47192")
    screen, looked = told(inside(), PageTapped(Page.GUESTS), GuestPicked("s1"))
    assert FindVisits("guest") in looked

    _, commands = told(screen, *(DigitTyped(digit) for digit in code))
    assert commands[0] == Correct("s1", code, "MR")
    _, commands = told(screen, VoidTapped())
    assert commands[0] == Correct("s1", None, "MR")
    slipped = told(screen, *(DigitTyped(digit) for digit in "471921"))
    assert slipped[1] == [] or with_check_digit("47192") == "471921"


def test_settings_hold_at_once() -> None:
    screen, commands = told(inside(), PageTapped(Page.SETTINGS), ChoiceTapped("language", "es"), Stepped("volume", -1))

    assert commands == [
        KeepSettings(Settings(language="es")),
        KeepSettings(Settings(volume=5)),
    ]
    spoken = told(screen, SettingsChanged(Settings(language="es", theme="dark")))[0]
    assert "Ajustes" in words_shown(spoken)
    assert spoken.known.theme == "dark"


def test_shutting_down_is_asked_for_by_a_key_that_must_be_held() -> None:
    screen = inside()
    (key,) = [
        shape for shape in view(screen, LANDSCAPE) if isinstance(shape, Button) and shape.on_tap == ShutDownTapped()
    ]

    assert key.hold_s == 1.0
    assert told(screen, ShutDownTapped())[1] == [ShutDown()]
    assert isinstance(screen.scene, Menu)
