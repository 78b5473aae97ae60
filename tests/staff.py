"""A therapist who comes in, for tests."""

from __future__ import annotations

from msgspec.structs import replace

from pressout_ui.app import Screen
from pressout_ui.app_state import AppState
from pressout_ui.messages import (
    DigitTyped,
    TherapistTapped,
)
from pressout_ui.staff import (
    InitialsChosen,
    PinAnswered,
)
from screens import told

RIGHT = PinAnswered("MR", right=True, tries_left=5)
PIN = [DigitTyped(digit) for digit in "271828"]


def asked(screen: Screen) -> Screen:
    """Let a therapist touch the key, where two may come in."""
    two = replace(screen.known, therapists=("MR", "AK"))
    return told(replace(screen, known=two), TherapistTapped())[0]


def inside(screen: Screen | None = None) -> Screen:
    return told(asked(screen or Screen(AppState(station="3"))), InitialsChosen("MR"), *PIN, RIGHT)[0]
