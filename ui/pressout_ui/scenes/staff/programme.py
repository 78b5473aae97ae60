"""The programme: a visit's exercises in order, in rounds. Ready-made in one tap, and each exercise's dose behind it."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.exercises import EXERCISES
from pressout_session.prescription import CabledItem, Item, TimedItem
from pressout_session.programmes import MOST_ITEMS, MOST_ROUNDS, ReadyMade, Work, ready_made
from pressout_ui.app_state import AppState
from pressout_ui.commands import Command
from pressout_ui.messages import Message
from pressout_ui.scenes.parts import paragraph, plain_button, primary_button, sets_of_reps
from pressout_ui.scenes.staff import dose, more
from pressout_ui.scenes.staff.dose import Dose
from pressout_ui.scenes.staff.keys import stepper, top_line
from pressout_ui.scenes.staff.more import More
from pressout_ui.shapes import Button, Plane, Rect, View, sized
from pressout_ui.staff import (
    AddExerciseTapped,
    ChoiceTapped,
    Compose,
    Page,
    PageTapped,
    RemoveTapped,
    RowTapped,
    SaveTapped,
    Stepped,
)

# Of an exercise beside the line: how many, how long (s), and one step of each.
TIMED_LIMITS = {"reps": (1, 30, 1), "duration_s": (0.0, 300.0, 5.0)}
ROW_HEIGHT = 74.0
LARGE, SMALL = (26.0, 24.0, 22.0, 20.0), (24.0, 22.0, 20.0)


class Programme(Struct, frozen=True):
    """What is being composed; `picked` is the place of one of its exercises, `editing` its dose.

    `began` is as it was opened; `adding` that one more is chosen, `leaving` that *Back* was tapped over changes.
    """

    work: Work
    began: Work
    picked: int | None = None
    adding: bool = False
    editing: Dose | More | None = None
    leaving: bool = False

    @property
    def item(self) -> Item | None:
        """The exercise that is picked."""
        return None if self.picked is None else self.work.items[self.picked]

    @property
    def asks_before_leaving(self) -> bool:
        """Whether *Back* does not leave it yet: a dose is open, or changes would be dropped."""
        return self.editing is not None or (self.work != self.began and not self.leaving)

    @property
    def sound(self) -> bool:
        """Whether it can be saved: something in it is done on the line."""
        return any(isinstance(item, CabledItem) for item in self.work.items)


def opened(known: AppState) -> Programme | None:
    """Give what the patient who is here does; None where nobody is signed in."""
    if known.visit is None:
        return None
    asked = known.visit.prescription
    work = Work(asked.items, asked.rounds)
    return Programme(work, work)


def update(scene: Programme, message: Message, known: AppState) -> tuple[Programme, tuple[Command, ...]]:
    """Give the scene after `message`; and what is to be kept when it is saved."""
    if scene.editing is not None:
        return _edited(scene, scene.editing, message, known), ()
    match message:
        case SaveTapped() if scene.sound:
            return scene, (Compose(scene.work, known.initials or ""),)
        case PageTapped(page=Page.MENU):
            return replace(scene, leaving=True), ()
        case PageTapped(page=Page.DOSE) if isinstance(scene.item, CabledItem):
            item, place = scene.item, scene.picked or 0
            return replace(scene, editing=Dose(item, place, began=item, base_n=item.target_n, in_programme=True)), ()
        case AddExerciseTapped():
            return replace(scene, adding=not scene.adding, picked=None), ()
        case RowTapped(place=place):
            return replace(scene, picked=None if place == scene.picked else place, leaving=False), ()
        case _:
            return _changed(scene, message, known), ()


def _edited(scene: Programme, editing: Dose | More, message: Message, known: AppState) -> Programme:
    if isinstance(editing, More):
        back = isinstance(message, PageTapped)
        return replace(scene, editing=editing.dose if back else more.update(editing, message, known))
    match message:
        case SaveTapped():
            return replace(_with_item(scene, editing.item), editing=None)
        case PageTapped(page=Page.MORE):
            return replace(scene, editing=More(editing))
        case PageTapped():
            return replace(scene, editing=None)
        case _:
            return replace(scene, editing=dose.update(editing, message, known)[0])


def _changed(scene: Programme, message: Message, known: AppState) -> Programme:
    items, picked = scene.work.items, scene.picked
    match message:
        case Stepped(value="rounds", by=by):
            rounds = min(MOST_ROUNDS, max(1, scene.work.rounds + by))
            return replace(scene, work=replace(scene.work, rounds=rounds), leaving=False)
        case Stepped(value="reps" | "duration_s" as value, by=by) if isinstance(scene.item, TimedItem):
            least, most, step = TIMED_LIMITS[value]
            stepped = min(most, max(least, getattr(scene.item, value) + by * step))
            return _with_item(scene, replace(scene.item, **{value: type(least)(stepped)}))
        case Stepped(value="place", by=by) if picked is not None and 0 <= picked + by < len(items):
            order = list(items)
            order.insert(picked + by, order.pop(picked))
            return _of(scene, tuple(order), picked + by)
        case RemoveTapped() if picked is not None and len(items) > 1:
            return _of(scene, (*items[:picked], *items[picked + 1 :]), None)
        case ChoiceTapped(value="exercise", choice=choice) if len(items) < MOST_ITEMS:
            return _of(scene, (*items, dose.fresh(choice, known)), len(items))
        case ChoiceTapped(value="programme", choice=choice):
            made = ready_made(ReadyMade(choice), lambda exercise: dose.fresh(exercise, known))
            return replace(scene, work=made, picked=None, adding=False, leaving=False)
        case _:
            return scene


def _of(scene: Programme, items: tuple[Item, ...], picked: int | None) -> Programme:
    work = replace(scene.work, items=items)
    return replace(scene, work=work, picked=picked, adding=False, leaving=False)


def _with_item(scene: Programme, item: Item) -> Programme:
    assert scene.picked is not None
    items = (*scene.work.items[: scene.picked], item, *scene.work.items[scene.picked + 1 :])
    return _of(scene, items, scene.picked)


# ---- how it looks -------------------------------------------------------------------------------------


def view(scene: Programme, known: AppState, plane: Plane) -> View:
    """Draw the exercises on the left; on the right what is picked of them, or the rounds. Or what may be added."""
    if isinstance(scene.editing, Dose):
        return dose.view(scene.editing, known, plane)
    if isinstance(scene.editing, More):
        return more.view(scene.editing, known, plane)
    if scene.adding:
        return adding(known, plane, columns=3)
    middle, last = 0.55 * plane.width, plane.width - 32.0
    wide = last - middle
    return (
        *top_line(known, known.words.pages["programme"], plane),
        *rows(scene, known, (32.0, 84.0, middle - 48.0), 5),
        *at_hand(scene, known, (middle, 112.0, wide)),
        *ends(scene, known, (middle, plane.height - 84.0, wide)),
    )


def rows(scene: Programme, known: AppState, box: tuple[float, float, float], shown: int) -> View:
    """Give the exercises that fit, a key each, and a key for one more; `box` is x, y and width."""
    x, y, width = box
    items, words = scene.work.items, known.words
    # The one that is picked is among them, and so is the key for one more where none is.
    at = len(items) if scene.picked is None else scene.picked
    first = max(0, min(at - shown + 2, len(items) + 1 - shown))
    keys: list[Button] = []
    for place in range(first, min(first + shown, len(items) + 1)):
        row = Rect(x, y + ROW_HEIGHT * (place - first), width, ROW_HEIGHT - 6.0, "surface", 12.0)
        if place == len(items):
            full = len(items) >= MOST_ITEMS
            keys += [] if full else [Button(words.add_exercise, replace(row, fill="raised"), AddExerciseTapped(), 26.0)]
            continue
        picked = place == scene.picked
        name = f"{place + 1}  {words.exercises[items[place].exercise]}"
        keys.append(
            Button(
                name,
                replace(row, fill="action") if picked else row,
                RowTapped(place),
                sized(name, LARGE, width - 24.0),
                "on_action" if picked else "ink",
                "700",
                below=in_short(items[place], known),
            )
        )
    return tuple(keys)


def in_short(item: Item, known: AppState) -> str:
    """Say an exercise's dose on one line."""
    words = known.words
    if isinstance(item, CabledItem):
        return f"{words.a_side.format(count=sets_of_reps(item))} · {known.tension(item.target_n)}"
    both = getattr(EXERCISES[item.exercise], "both_sides", True)
    lasts = f" × {item.duration_s:g} {words.seconds}" if item.duration_s else ""
    done = f"{item.reps}{lasts}"
    return words.a_side.format(count=done) if both else done


def at_hand(scene: Programme, known: AppState, box: tuple[float, float, float]) -> View:
    """Give what can be done with the exercise that is picked; or how often the whole is done."""
    x, y, wide = box
    words, item = known.words, scene.item
    if item is None:
        return (
            *stepper(words.rounds, str(scene.work.rounds), "rounds", box),
            *paragraph(words.programme_how if scene.sound else words.programme_needs, (x, y + 124.0), 26.0, wide, 3),
        )
    third = (wide - 16.0) / 3
    keys: list[tuple[str, Message]] = [
        (words.earlier, Stepped("place", -1)),
        (words.later, Stepped("place", 1)),
        (words.remove, RemoveTapped()),
    ]
    kept = [key for key in keys if _does(scene, key[1])]
    moves = [
        plain_button(label, (x + place * (third + 8.0), y + 200.0, third, 70.0), act, sized(label, SMALL, third - 10.0))
        for place, (label, act) in enumerate(kept)
    ]
    if isinstance(item, CabledItem):
        return (plain_button(words.pages["dose"], (x, y, wide, 84.0), PageTapped(Page.DOSE), 30.0), *moves)
    seconds = f"{item.duration_s:g} {words.seconds}" if item.duration_s else words.none
    return (
        *stepper(words.reps_a_side, str(item.reps), "reps", (x, y, wide)),
        *stepper(words.lasts, seconds, "duration_s", (x, y + 100.0, wide)),
        *moves,
    )


def _does(scene: Programme, act: Message) -> bool:
    """Whether a key would change anything."""
    picked, items = scene.picked or 0, scene.work.items
    if isinstance(act, Stepped):
        return 0 <= picked + act.by < len(items)
    return len(items) > 1


def ends(scene: Programme, known: AppState, box: tuple[float, float, float]) -> View:
    """Give the way back and *Save*, which is there where it can be."""
    x, y, wide = box
    words = known.words
    back = words.drop_changes if scene.leaving else words.go_back
    half = (wide - 12.0) / 2
    save = (primary_button(words.save, (x + half + 12.0, y, half, 72.0), SaveTapped()),) if scene.sound else ()
    size = sized(back, SMALL, half - 12.0)
    return (plain_button(back, (x, y, half, 72.0), PageTapped(Page.MENU), size), *save)


def adding(known: AppState, plane: Plane, columns: int) -> View:
    """Draw the ready-made programmes, every exercise, and the way back."""
    words = known.words
    acts: list[tuple[str, Message]] = [
        *((words.programmes[one.value], ChoiceTapped("programme", one.value)) for one in ReadyMade),
        *((words.exercises[one], ChoiceTapped("exercise", one)) for one in EXERCISES),
    ]
    lines = -(-(len(acts) + 1) // columns)
    wide = (plane.width - 64.0 - 12.0 * (columns - 1)) / columns
    high = min(96.0, (plane.height - 88.0) / lines)

    def at(place: int) -> Rect:
        x, y = 32.0 + place % columns * (wide + 12.0), 76.0 + place // columns * high
        return Rect(x, y, wide, high - 10.0, "raised" if place < len(ReadyMade) else "surface", 12.0)

    back = at(columns * lines - 1)
    return (
        *top_line(known, words.add_exercise, plane),
        *(
            Button(label, at(place), act, sized(label, LARGE, wide - 16.0), weight="700")
            for place, (label, act) in enumerate(acts)
        ),
        plain_button(words.go_back, (back.x, back.y, back.width, back.height), AddExerciseTapped(), 24.0),
    )
