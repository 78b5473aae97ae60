"""The dose in half a minute: it opens as it was last time; two taps and *Save*. It holds from the next set on."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pressout_session.exercises import CABLED, Side
from pressout_session.history import harder_side
from pressout_session.prescription import CabledItem
from pressout_signal.events import Resistance
from pressout_ui.app_state import G_M_PER_S2, LB_PER_KG, AppState
from pressout_ui.commands import Command
from pressout_ui.font_metrics import estimated_width
from pressout_ui.messages import Message
from pressout_ui.scenes.parts import plain_button, primary_button
from pressout_ui.scenes.staff.keys import choices, stepper, top_line
from pressout_ui.shapes import Button, Plane, Rect, Shape, Text, View, sized
from pressout_ui.staff import ChoiceTapped, Page, PageTapped, SaveTapped, SetDose, Stepped

# One tap, in the clinic's unit: 0.2 kg on tubing, one small plate on a stack.
TUBING_STEP = {"kg": 0.2 * G_M_PER_S2, "lb": 0.5 * G_M_PER_S2 / LB_PER_KG, "N": 2.0}
STACK_STEP = {"kg": 2.5 * G_M_PER_S2, "lb": 5.0 * G_M_PER_S2 / LB_PER_KG, "N": 25.0}
LEAST_N, MOST_N = 5.0, 500.0
LIMITS = {"sets": (1, 10), "reps": (1, 50), "hold_s": (0, 30), "stroke_s": (0, 10), "rest_s": (0, 300)}
STEPS = {"hold_s": 1.0, "stroke_s": 0.5, "rest_s": 15.0}
SHARES = (0.05, 0.1, 0.15, 0.2)


class Dose(Struct, frozen=True):
    """The item that is being set, and its place in what the patient does."""

    item: CabledItem
    place: int
    saved: bool = False


def opened(known: AppState) -> Dose | None:
    """Give the dose of what is to be done next on the line; None where nobody is signed in."""
    if known.visit is None:
        return None
    items, place = known.visit.prescription.items, known.visit.course.turn.item
    if not isinstance(items[place], CabledItem):
        place = next(n for n, one in enumerate(items) if isinstance(one, CabledItem))
    item = items[place]
    assert isinstance(item, CabledItem)
    return Dose(item, place)


def update(scene: Dose, message: Message, known: AppState) -> tuple[Dose, tuple[Command, ...]]:
    """Give the scene after `message`; and what is to be kept when it is saved."""
    match message:
        case Stepped(value=value, by=by):
            return Dose(stepped(scene.item, value, by, known.unit), scene.place), ()
        case ChoiceTapped(value=value, choice=choice):
            return Dose(chosen(scene.item, value, choice), scene.place), ()
        case SaveTapped():
            return replace(scene, saved=True), (SetDose(scene.place, scene.item, known.initials or ""),)
        case _:
            return scene, ()


def stepped(item: CabledItem, value: str, by: int, unit: str) -> CabledItem:
    """Give the item with a value one step on; the tolerance keeps its share of the target."""
    if value == "target_n":
        step_n = (STACK_STEP if item.resistance is Resistance.CABLE else TUBING_STEP)[unit]
        # On whole steps: what is shown is what is asked.
        target_n = min(MOST_N, max(LEAST_N, (round(item.target_n / step_n) + by) * step_n))
        share = item.tolerance_n / item.target_n
        return msgspec.structs.replace(item, target_n=target_n, tolerance_n=share * target_n)
    if value == "tolerance_n":
        place = min(range(len(SHARES)), key=lambda n: abs(SHARES[n] - item.tolerance_n / item.target_n))
        share = SHARES[min(len(SHARES) - 1, max(0, place + by))]
        return msgspec.structs.replace(item, tolerance_n=share * item.target_n)
    least, most = LIMITS[value]
    found = getattr(item, value) + by * STEPS.get(value, 1)
    bounded = min(most, max(least, found))
    return msgspec.structs.replace(item, **{value: float(bounded) if value in STEPS else int(bounded)})


def chosen(item: CabledItem, value: str, choice: str) -> CabledItem:
    """Give the item with a choice made; another kind of line keeps the target."""
    if value == "exercise":
        return msgspec.structs.replace(item, exercise=choice)
    if value == "tubing":
        return msgspec.structs.replace(item, tubing=choice or None)
    kinds = {"resistance": Resistance, "first_side": Side}
    kind = kinds.get(value)
    made = kind(choice) if kind is not None else type(item.cue)(choice)
    return msgspec.structs.replace(item, **{value: made})


def view(scene: Dose, known: AppState, plane: Plane) -> View:
    """Draw the target large, the dose below it, line and side, and *Save*."""
    words, item = known.words, scene.item
    wide = (plane.width - 64.0 - 28.0) / 3
    sides = [(Side.LEFT.value, words.left), (Side.RIGHT.value, words.right)]
    lines = [(Resistance.TUBING.value, words.line_tubing), (Resistance.CABLE.value, words.line_stack)]
    # The place beside the label says whose dose it is, and, once it is saved, from when it holds.
    theirs = known.visit is not None and known.visit.prescription.unaccepted
    held_less = None if scene.saved or theirs else harder_side(known.own_visits)
    first = words.first_label if held_less is None else words.first_label_held_less[held_less]
    half = (plane.width - 64.0 - 28.0) * 0.36
    last = plane.width - 32.0
    hold = f"{item.hold_s:g} {words.seconds}"
    done = plain_button(words.done, (last - 136.0, 396.0, 136.0, 70.0), PageTapped(Page.MENU))
    save = primary_button(words.save, (last - 136.0, 396.0, 136.0, 70.0), SaveTapped())
    return (
        *top_line(known, "", plane, right=176.0),
        plain_button(words.go_back, (plane.width - 160.0, 8.0, 128.0, 68.0), PageTapped(Page.MENU), 24.0),
        *_exercise(item, known),
        *_target(scene, known, plane),
        *stepper(words.sets, str(item.sets), "sets", (32.0, 274.0, wide)),
        *stepper(words.reps_a_side, str(item.reps), "reps", (32.0 + wide + 14.0, 274.0, wide)),
        *stepper(words.hold_label, hold, "hold_s", (32.0 + 2 * (wide + 14.0), 274.0, wide)),
        *choices(words.line_label, "resistance", lines, item.resistance.value, (32.0, 396.0, half)),
        *choices(first, "first_side", sides, item.first_side.value, (46.0 + half, 396.0, last - half - 316.0)),
        plain_button(words.more, (last - 256.0, 396.0, 108.0, 70.0), PageTapped(Page.MORE)),
        *(
            (Text(words.saved, last, 386.0, 22.0, "good", "700", "end"), done)
            if scene.saved
            else (*((Text(words.from_clinic, last, 386.0, 22.0, "ink", "700", "end"),) if theirs else ()), save)
        ),
    )


def _exercise(item: CabledItem, known: AppState) -> tuple[Shape, ...]:
    """Give the exercise, which a tap changes for the next one."""
    following = CABLED[(CABLED.index(item.exercise) + 1) % len(CABLED)]
    title = known.words.exercises[item.exercise]
    box = Rect(228.0, 8.0, 340.0, 68.0, "ground", 12.0, "quiet", 2.0)
    size = sized(title, (26.0, 24.0, 22.0, 20.0), 320.0)
    return (Button(title, box, ChoiceTapped("exercise", following), size, "ink", "600"),)


def _target(scene: Dose, known: AppState, plane: Plane) -> tuple[Shape, ...]:
    words, item = known.words, scene.item
    number, unit = known.tension(item.target_n).rsplit(" ", 1)
    middle = plane.width / 2
    # The number may grow; its unit stays beside it.
    half = estimated_width(number, 84.0) / 2
    theirs = known.own_visits
    last = theirs[-1].chest_n if theirs else None
    told = words.last_time.format(value=known.tension(last).rsplit(" ", 1)[0]) if last is not None else ""
    share = f"± {round(100 * item.tolerance_n / item.target_n)} %"
    keys = [
        Button(
            label,
            Rect(x, 104.0, 120.0, 104.0, "raised", 14.0),
            Stepped("target_n", by),
            56.0,
            weight="700",
            repeats=True,
        )
        for label, x, by in (("–", 46.0, -1), ("+", plane.width - 166.0, 1))
    ]
    return (
        Rect(32.0, 90.0, plane.width - 64.0, 132.0, "surface", 14.0),
        *keys,
        Text(words.target, 186.0, 130.0, 24.0, "ink2", "500"),
        Text(told, 186.0, 196.0, 24.0, "ink2", "500"),
        Text(number, middle, 186.0, 84.0, anchor="middle"),
        Text(unit, middle + half + 8.0, 186.0, 34.0, weight="600"),
        Text(share, plane.width - 184.0, 130.0, 24.0, "ink2", "500", "end"),
    )
