"""Calibration on the touchscreen: the same wizard as in a terminal, step by step, with the line as it settles."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pressout_signal.calibration_steps import Wizard
from pressout_signal.samples import Fault, Reading
from pressout_ui.app_state import LB_PER_KG, AppState
from pressout_ui.commands import Command
from pressout_ui.messages import Message
from pressout_ui.scenes.parts import headline, paragraph, primary_button
from pressout_ui.scenes.staff.keys import back_to_menu, stepper, top_line
from pressout_ui.scenes.staff.raw import curve, with_fresh
from pressout_ui.shapes import Plane, Rect, Shape, Text, View
from pressout_ui.staff import Converted, HangsTapped, KeepCalibration, SaveTapped, Stepped

# A calibration mass: half a kilogram, or a pound, a tap.
STEP_KG, STEP_LB = 0.5, 1.0
LEAST_KG, MOST_KG = 0.5, 100.0


class Calibrate(Struct, frozen=True):
    """The mass that will be hung, the wizard once it has begun, and the last seconds of readings to draw."""

    mass_kg: float = 5.0
    wizard: Wizard | None = None
    seen: tuple[Reading, ...] = ()
    kept: bool = False


def update(scene: Calibrate, message: Message, known: AppState) -> tuple[Calibrate, tuple[Command, ...]]:
    """Give the scene after `message`; and the calibration when it is to be kept."""
    match message:
        case Stepped(by=by) if scene.wizard is None:
            step_kg = STEP_LB / LB_PER_KG if known.unit == "lb" else STEP_KG
            mass_kg = (round(scene.mass_kg / step_kg) + by) * step_kg
            return replace(scene, mass_kg=min(MOST_KG, max(LEAST_KG, mass_kg))), ()
        case HangsTapped() if scene.wizard is None:
            return replace(scene, wizard=Wizard((scene.mass_kg,)).hangs()), ()
        case HangsTapped() if scene.wizard is not None and scene.wizard.steadying is None:
            return replace(scene, wizard=scene.wizard.hangs()), ()
        case Converted(items=items):
            return _heard(scene, items), ()
        case SaveTapped() if scene.wizard is not None and scene.wizard.found is not None and not scene.kept:
            return replace(scene, kept=True), (KeepCalibration(scene.wizard.found, known.initials or ""),)
        case _:
            return scene, ()


def _heard(scene: Calibrate, items: tuple[Reading | Fault, ...]) -> Calibrate:
    wizard = scene.wizard
    for item in items:
        if wizard is not None:
            wizard = wizard.step(item)
    return replace(scene, wizard=wizard, seen=with_fresh(scene.seen, items))


def view(scene: Calibrate, known: AppState, plane: Plane) -> View:
    """Draw what is to be done now, how the line settles, and the way on."""
    words = known.words
    wizard = scene.wizard
    title = words.pages["calibrate"]
    if wizard is None:
        first = primary_button(words.start, (plane.width - 216.0, plane.height - 92.0, 184.0, 72.0), HangsTapped())
        return (
            *top_line(known, title, plane),
            headline(words.take_off, baseline=146.0, width=plane.width - 72.0, largest=88.0),
            *paragraph(words.take_off_how, (40.0, 192.0), 28.0, plane.width - 80.0),
            *stepper(
                words.known_mass, _mass(scene.mass_kg, known), "mass_kg", (36.0, 260.0, min(340.0, plane.width - 72.0))
            ),
            back_to_menu(known, plane),
            first,
        )
    if wizard.found is not None:
        return _found(scene, known, plane)
    measuring = wizard.steadying is not None
    mass_kg = wizard.mass_kg or 0.0
    said = words.take_off if mass_kg == 0.0 else words.hang.format(mass=_mass(mass_kg, known))
    how = words.refusals[wizard.refusal.reason] if wizard.refusal is not None else words.hands_off
    ready = primary_button(words.it_hangs, (plane.width - 216.0, plane.height - 92.0, 184.0, 72.0), HangsTapped())
    wait = Text(words.wait, plane.width - 40.0, plane.height - 46.0, 28.0, "ink2", "600", "end")
    return (
        *top_line(known, title, plane),
        *_steps(wizard, plane),
        headline(said, baseline=136.0, width=plane.width - 80.0, largest=88.0),
        *paragraph(how, (40.0, 182.0), 27.0, plane.width - 84.0),
        *curve(scene.seen, Rect(36.0, 226.0, plane.width - 72.0, 132.0, "surface", 12.0)),
        back_to_menu(known, plane),
        wait if measuring else ready,
    )


def _steps(wizard: Wizard, plane: Plane) -> tuple[Shape, ...]:
    done = len(wizard.points)
    x, y = (36.0, 62.0) if plane.portrait else (plane.width - 250.0, 28.0)
    return tuple(
        Rect(x + 42.0 * place, y, 34.0, 14.0, "ink" if place <= done else "quiet", 6.0)
        for place in range(len(wizard.steps))
    )


def _found(scene: Calibrate, known: AppState, plane: Plane) -> View:
    words = known.words
    assert scene.wizard is not None
    found = scene.wizard.found
    assert found is not None
    rows = (
        (words.resolves, f"{known.decimal(found.resolution_n, 2)} N"),
        (words.noise, f"{known.decimal(found.noise_n, 3)} N"),
        (words.hysteresis, f"{known.decimal(found.hysteresis_pct, 2)} %"),
    )
    save = primary_button(words.save, (plane.width - 216.0, plane.height - 92.0, 184.0, 72.0), SaveTapped())
    said = Text(words.saved, plane.width - 40.0, plane.height - 46.0, 28.0, "good", "700", "end")
    shapes: list[Shape] = []
    for place, (label, value) in enumerate(rows):
        baseline = 220.0 + 52.0 * place
        shapes.append(Text(label, 40.0, baseline, 26.0, "ink2", "500"))
        shapes.append(Text(value, plane.width - 40.0, baseline, 32.0, anchor="end"))
    return (
        *top_line(known, words.pages["calibrate"], plane),
        headline(words.calibrated_well, baseline=146.0, width=plane.width - 72.0, largest=88.0),
        *shapes,
        back_to_menu(known, plane),
        said if scene.kept else save,
    )


def _mass(mass_kg: float, known: AppState) -> str:
    value = mass_kg * LB_PER_KG if known.unit == "lb" else mass_kg
    unit = "lb" if known.unit == "lb" else "kg"
    return f"{value:.3g} {unit}".replace(".", known.words.decimal)
