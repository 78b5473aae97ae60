"""Is anyone there? Asked by sound and picture before a visit is signed out; a key, or the line, is an answer."""

from __future__ import annotations

from msgspec import Struct

from pressout_ui.app_state import AppState
from pressout_ui.messages import NextPersonTapped, StayTapped
from pressout_ui.pictograms import patient
from pressout_ui.scenes.parts import headline, plain_button, primary_button, sentence, signed_in
from pressout_ui.shapes import Plane, Rect, View


class StillHere(Struct, frozen=True):
    """It is asked."""


def view(_scene: StillHere, known: AppState, plane: Plane) -> View:
    """Draw the question, who is meant, and one large key."""
    words = known.words
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        headline(words.still_here, width=plane.width - 80.0),
        sentence(words.still_here_how, 160.0),
        *patient(plane.width - 170.0, 372.0, 1.7, ground="ground", out=True),
        *signed_in(known, 44.0, 250.0),
        primary_button(words.i_am_here, (36.0, 300.0, 420.0, 84.0), StayTapped()),
        plain_button(words.next_person, (36.0, 396.0, 200.0, 68.0), NextPersonTapped(), 24.0),
    )
