"""The dose in half a minute: it opens as it was last time; two taps and *Save*. It holds from the next set on."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pressout_session.exercises import CABLED, Side
from pressout_session.history import harder_side
from pressout_session.prescription import CabledItem, Item
from pressout_session.programmes import usual
from pressout_signal.events import Resistance
from pressout_ui.app_state import G_M_PER_S2, LB_PER_KG, AppState
from pressout_ui.commands import Command
from pressout_ui.font_metrics import estimated_width
from pressout_ui.messages import Message
from pressout_ui.scenes.parts import plain_button, primary_button
from pressout_ui.scenes.staff.keys import Box, choices, stepper, top_line
from pressout_ui.shapes import Button, Plane, Rect, Shape, Text, View, sized
from pressout_ui.staff import (
    ChoiceTapped,
    LastTapped,
    Page,
    PageTapped,
    RaiseTapped,
    SaveTapped,
    SetDose,
    Stepped,
)

# One tap, in the clinic's unit: 0.2 kg on tubing, one small plate on a stack.
TUBING_STEP = {"kg": 0.2 * G_M_PER_S2, "lb": 0.5 * G_M_PER_S2 / LB_PER_KG, "N": 2.0}
STACK_STEP = {"kg": 2.5 * G_M_PER_S2, "lb": 5.0 * G_M_PER_S2 / LB_PER_KG, "N": 25.0}
LEAST_N, MOST_N = 5.0, 500.0
LIMITS = {"sets": (1, 10), "reps": (1, 50), "hold_s": (0, 30), "stroke_s": (0, 10), "rest_s": (0, 300)}
STEPS = {"hold_s": 1.0, "stroke_s": 0.5, "rest_s": 15.0}
SHARES = (0.05, 0.1, 0.15, 0.2)
# What is more than this above what it was is asked for: a finger that stays on the key goes far.
MOST_RISE = 1.25
# A target to begin with, where nothing is known of the exercise on this line.
BEGIN_N = 40.0


class Dose(Struct, frozen=True):
    """The item that is being set, and its place in what the patient does.

    `began` is as it was opened; `base_n` what the target is compared with; `asking` that it would be more than a
    quarter above that, `allowed` that this is meant; `leaving` that *Back* was tapped over changes. `targets` are those
    of other exercises and lines that were looked at. One that is `in_programme` is saved with it.
    """

    item: CabledItem
    place: int
    began: CabledItem | None = None
    base_n: float | None = None
    asking: bool = False
    allowed: bool = False
    leaving: bool = False
    targets: tuple[tuple[tuple[str, str], float], ...] = ()
    in_programme: bool = False

    @property
    def changed(self) -> bool:
        """Whether there is something to save."""
        return self.began is not None and self.item != self.began


def opened(known: AppState) -> Dose | None:
    """Give the dose of what is to be done next on the line; None where nobody is signed in."""
    if known.visit is None:
        return None
    items, place = known.visit.prescription.items, known.visit.course.turn.item
    if not isinstance(items[place], CabledItem):
        place = next(n for n, one in enumerate(items) if isinstance(one, CabledItem))
    item = items[place]
    assert isinstance(item, CabledItem)
    return Dose(item, place, began=item, base_n=item.target_n)


def update(scene: Dose, message: Message, known: AppState) -> tuple[Dose, tuple[Command, ...]]:
    """Give the scene after `message`; and what is to be kept when it is saved."""
    match message:
        case Stepped(value="target_n", by=by):
            return _aimed(scene, stepped(scene.item, "target_n", by, known.unit)), ()
        case RaiseTapped():
            item = stepped(scene.item, "target_n", 1, known.unit)
            return replace(scene, item=item, asking=False, allowed=True), ()
        case LastTapped(target_n=target_n):
            return _aimed(scene, aimed(scene.item, target_n, known.unit)), ()
        case Stepped(value=value, by=by):
            return replace(scene, item=stepped(scene.item, value, by, known.unit), leaving=False), ()
        case ChoiceTapped(value="exercise" | "resistance" as value, choice=choice):
            return _on_another_line(scene, chosen(scene.item, value, choice), known), ()
        case ChoiceTapped(value=value, choice=choice):
            return replace(scene, item=chosen(scene.item, value, choice), leaving=False), ()
        case SaveTapped():
            return scene, (SetDose(scene.place, scene.item, known.initials or ""),)
        case _:
            return scene, ()


def _aimed(scene: Dose, item: CabledItem) -> Dose:
    """Give the scene with another target; more than a quarter above what it was is asked for first."""
    base_n = scene.item.target_n if scene.base_n is None else scene.base_n
    if item.target_n > MOST_RISE * base_n and item.target_n > scene.item.target_n and not scene.allowed:
        return replace(scene, asking=True)
    return replace(scene, item=item, asking=False, leaving=False)


def fresh(exercise: str, known: AppState) -> Item:
    """Give an exercise with its usual dose; on the line that is used now, with the target that is known for it."""
    items = known.visit.prescription.items if known.visit is not None else ()
    like = next(one for one in items if isinstance(one, CabledItem))
    item = usual(exercise, like, like.target_n)
    if not isinstance(item, CabledItem):
        return item
    return _on_another_line(Dose(like, 0), item, known).item


def _on_another_line(scene: Dose, item: CabledItem, known: AppState) -> Dose:
    """Give the scene with another exercise or line, and the target that belongs to it.

    That is what it had a moment ago, or was the last time, or is in the dose; or a target to begin with.
    """
    targets = {**dict(scene.targets), _line(scene.item): scene.item.target_n}
    items = known.visit.prescription.items if known.visit is not None else ()
    same = (one.target_n for one in items if isinstance(one, CabledItem) and _line(one) == _line(item))
    known_n = targets.get(_line(item)) or last_n(item, known) or next(same, None) or BEGIN_N
    aim = aimed(item, known_n, known.unit)
    return replace(
        scene, item=aim, base_n=aim.target_n, asking=False, allowed=False, leaving=False, targets=tuple(targets.items())
    )


def _line(item: CabledItem) -> tuple[str, str]:
    return item.exercise, str(item.resistance)


def last_n(item: CabledItem, known: AppState) -> float | None:
    """Give what was pulled the last time with this exercise on this kind of line."""
    pulls = (visit.pull_n(item) for visit in reversed(known.own_visits))
    return next((pull_n for pull_n in pulls if pull_n is not None), None)


def aimed(item: CabledItem, target_n: float, unit: str) -> CabledItem:
    """Give the item with a target on the nearest whole step; the tolerance keeps its share."""
    step_n = (STACK_STEP if item.resistance is Resistance.CABLE else TUBING_STEP)[unit]
    bounded_n = min(MOST_N, max(LEAST_N, round(target_n / step_n) * step_n))
    return msgspec.structs.replace(item, target_n=bounded_n, tolerance_n=item.tolerance_n / item.target_n * bounded_n)


def stepped(item: CabledItem, value: str, by: int, unit: str) -> CabledItem:
    """Give the item with a value one step on; the tolerance keeps its share of the target."""
    if value == "target_n":
        step_n = (STACK_STEP if item.resistance is Resistance.CABLE else TUBING_STEP)[unit]
        # On whole steps: what is shown is what is asked.
        return aimed(item, (round(item.target_n / step_n) + by) * step_n, unit)
    if value == "tolerance_n":
        place = min(range(len(SHARES)), key=lambda n: abs(SHARES[n] - item.tolerance_n / item.target_n))
        share = SHARES[min(len(SHARES) - 1, max(0, place + by))]
        return msgspec.structs.replace(item, tolerance_n=share * item.target_n)
    least, most = LIMITS[value]
    found = getattr(item, value) + by * STEPS.get(value, 1)
    bounded = min(most, max(least, found))
    return msgspec.structs.replace(item, **{value: float(bounded) if value in STEPS else int(bounded)})


def chosen(item: CabledItem, value: str, choice: str) -> CabledItem:
    """Give the item with a choice made."""
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
    half = (plane.width - 64.0 - 28.0) * 0.36
    last = plane.width - 32.0
    hold = f"{item.hold_s:g} {words.seconds}"
    save = primary_button(
        words.done if scene.in_programme else words.save, (last - 136.0, 396.0, 136.0, 70.0), SaveTapped()
    )
    return (
        *top_line(known, "", plane, right=176.0),
        plain_button(
            words.drop_changes if scene.leaving else words.go_back,
            (plane.width - 160.0, 8.0, 128.0, 68.0),
            PageTapped(Page.MENU),
            20.0 if scene.leaving else 24.0,
        ),
        exercise_key(item, known, Rect(288.0, 8.0, 280.0, 68.0, "raised", 12.0, "rule", 2.0)),
        *_target(scene, known, plane),
        *stepper(words.sets, str(item.sets), "sets", (32.0, 274.0, wide)),
        *stepper(words.reps_a_side, str(item.reps), "reps", (32.0 + wide + 14.0, 274.0, wide)),
        *stepper(words.hold_label, hold, "hold_s", (32.0 + 2 * (wide + 14.0), 274.0, wide)),
        *line_choices(item, known, (32.0, 396.0, half)),
        *side_choices(item, known, (46.0 + half, 396.0, last - half - 316.0)),
        plain_button(words.more, (last - 256.0, 396.0, 108.0, 70.0), PageTapped(Page.MORE)),
        *((Text(words.from_clinic, last, 386.0, 22.0, "ink", "700", "end"),) if from_clinic(known) else ()),
        save,
    )


def from_clinic(known: AppState) -> bool:
    """Whether the dose is the clinic's, and nobody has accepted it: the place beside the first side says so then."""
    return known.visit is not None and known.visit.prescription.unaccepted


def line_choices(item: CabledItem, known: AppState, box: Box) -> View:
    """Give the two lines."""
    words = known.words
    lines = [(Resistance.TUBING.value, words.line_tubing), (Resistance.CABLE.value, words.line_stack)]
    return choices(words.line_label, "resistance", lines, item.resistance.value, box)


def side_choices(item: CabledItem, known: AppState, box: Box) -> View:
    """Give the side that begins, with what is known of the harder one."""
    words = known.words
    held_less = None if from_clinic(known) else harder_side(known.own_visits)
    label = words.first_label if held_less is None else words.first_label_held_less[held_less]
    sides = [(side.value, words.side(side)) for side in (Side.LEFT, Side.RIGHT)]
    return choices(label, "first_side", sides, item.first_side.value, box)


def exercise_key(item: CabledItem, known: AppState, box: Rect) -> Button:
    """Give the exercise, which a tap changes for the next one."""
    following = CABLED[(CABLED.index(item.exercise) + 1) % len(CABLED)]
    title = known.words.exercises[item.exercise]
    size = sized(title, (26.0, 24.0, 22.0, 20.0), box.width - 20.0)
    return Button(title, box, ChoiceTapped("exercise", following), size, "ink", "600")


def _target(scene: Dose, known: AppState, plane: Plane) -> tuple[Shape, ...]:
    words, item = known.words, scene.item
    number, unit = known.tension(item.target_n).rsplit(" ", 1)
    middle = plane.width / 2 + 32.0
    # The number may grow; its unit stays beside it.
    half = estimated_width(number, 84.0) / 2
    last = last_n(item, known)
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
        for label, x, by in (("–", 46.0, -1), *((("+", plane.width - 166.0, 1),) if not scene.asking else ()))
    ]
    if scene.asking:  # not under a finger that is still down: it does not repeat
        box = Rect(plane.width - 166.0, 104.0, 120.0, 104.0, "action", 14.0)
        keys.append(Button(words.more_than_a_quarter, box, RaiseTapped(), 26.0, "on_action", "700"))
    return (
        Rect(32.0, 90.0, plane.width - 64.0, 132.0, "surface", 14.0),
        *keys,
        Text(words.target, 186.0, 130.0, 24.0, "ink2", "500"),
        *_last(last, known),
        Text(number, middle, 186.0, 84.0, anchor="middle"),
        Text(unit, middle + half + 8.0, 186.0, 34.0, weight="600"),
        Text(share, plane.width - 184.0, 130.0, 24.0, "ink2", "500", "end"),
    )


def _last(last: float | None, known: AppState) -> tuple[Shape, ...]:
    """Give what was pulled the last time, on this line with this exercise; a tap takes it."""
    if last is None:
        return ()
    told = known.words.last_time.format(value=known.tension(last).rsplit(" ", 1)[0])
    return (plain_button(told, (178.0, 146.0, 132.0, 68.0), LastTapped(last), 20.0),)
