"""The station cannot measure: what to do first, then why, then that nothing is lost."""

from __future__ import annotations

from msgspec import Struct

from pressout_session.error_codes import NUMBERS, Trouble
from pressout_ui.app_state import AppState
from pressout_ui.font_metrics import wrapped
from pressout_ui.messages import FinishTapped, Message, RetryTapped, TherapistTapped
from pressout_ui.pictograms import unplugged
from pressout_ui.scenes.parts import headline, plain_button, primary_button
from pressout_ui.shapes import Plane, Rect, Text, View, fitted

# There is no station behind the picture: it is started again, and nothing else can be done here.
STARTED_AGAIN = (Trouble.UNCALIBRATED, Trouble.STATION_FAILED, Trouble.MISCONFIGURED)
# Of a long sentence so many lines are shown.
MOST_LINES = 4


class InTrouble(Struct, frozen=True):
    """What is wrong, with details for whoever can mend it, in English."""

    trouble: Trouble
    details: str = ""


def title(scene: InTrouble, known: AppState) -> str:
    """Say what to do first: let go, wait a moment, or call somebody where nothing mends itself."""
    words = known.words
    if scene.trouble in (Trouble.UNCALIBRATED, Trouble.MISCONFIGURED):
        return words.trouble_call.rstrip(".")
    return words.trouble if known.visit else words.one_moment


def said(scene: InTrouble, known: AppState) -> tuple[str, str]:
    """Say why, and what is kept and whom to call."""
    words = known.words
    count = sum(held.count for held in known.record.sets)
    kept = f"{words.trouble_kept.format(count=count)} " if count else ""
    # Where the station starts again by itself, or the title says it, nobody need be called.
    call = "" if scene.trouble in STARTED_AGAIN else words.trouble_call
    return words.trouble_why[scene.trouble], (kept + call).strip()


def keys(scene: InTrouble, known: AppState) -> tuple[tuple[str, Message], ...]:
    """Give what can be done, the first the likeliest to help."""
    words = known.words
    again = (words.try_again, RetryTapped())
    if scene.trouble in STARTED_AGAIN:
        return (again,)
    # With nobody here it is staff who look at it: a cell that may be bent is calibrated from here.
    return again, (words.finish_here, FinishTapped()) if known.visit else (words.therapist, TherapistTapped())


def view(scene: InTrouble, known: AppState, plane: Plane) -> View:
    """Draw the plug that came out, what is kept, and a number to quote."""
    words = known.words
    why, call = said(scene, known)
    (again, *others) = keys(scene, known)
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        headline(title(scene, known)),
        Text(why, 40.0, 164.0, fitted(why, 34.0, plane.width - 80.0), weight="600"),
        Text(call, 40.0, 206.0, fitted(call, 30.0, plane.width - 80.0), "ink2", "500"),
        *(
            Text(line, 40.0, 250.0 + 28.0 * place, 22.0, "ink2", "500")
            for place, line in enumerate(wrapped(scene.details, 22.0, plane.width - 80.0)[:MOST_LINES])
        ),
        *(unplugged(294.0, plane.width) if scene.trouble is Trouble.SENSOR_SILENT else ()),
        primary_button(again[0], (36.0, 376.0, 220.0, 72.0), again[1]),
        *(plain_button(label, (272.0, 376.0, 220.0, 72.0), act) for label, act in others),
        Text(words.quote, plane.width - 36.0, 402.0, 22.0, "ink2", "500", "end"),
        Text(NUMBERS[scene.trouble], plane.width - 36.0, 440.0, 38.0, anchor="end"),
    )
