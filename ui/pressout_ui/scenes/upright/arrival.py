"""Upright scenes before a set: nobody is here, who is it, today's dose, is anyone there."""

from __future__ import annotations

from pressout_ui.app_state import AppState
from pressout_ui.exercise_pictures import way
from pressout_ui.messages import (
    GuestChosen,
    HereTapped,
    Message,
    NextPersonTapped,
    NotMe,
    StayTapped,
    TherapistTapped,
    WipeTapped,
    Woken,
)
from pressout_ui.pictograms import patient
from pressout_ui.scenes import today, who
from pressout_ui.scenes.idle import Idle, flood, night, said
from pressout_ui.scenes.parts import headline, paragraph, plain_button, primary_button, signed_in
from pressout_ui.scenes.staff.keys import keypad_in
from pressout_ui.scenes.who import Who
from pressout_ui.shapes import Button, Disc, Plane, Rect, Shape, Text, View, fitted, sized

SIDE = 30.0


def idle(scene: Idle, known: AppState, plane: Plane) -> View:
    """Draw the words above the figure, and the flood that breathes below."""
    if scene.dimmed(known.now_s):
        return night(scene, known, plane)
    words, foot = known.words, plane.height - 34.0
    notice = words.idle_ready if known.notice is None else said(known, known.notice)
    return (
        Button("", Rect(0.0, 0.0, plane.width, plane.height, "ground"), Woken()),
        flood(scene, known.now_s, plane),
        Text(words.station.format(station=known.station), SIDE, 64.0, 30.0, "ink2", "600"),
        *(
            Text(line, SIDE, baseline, fitted(line, 96.0, plane.width - 2 * SIDE))
            for line, baseline in zip(words.idle, (176.0, 268.0), strict=True)
        ),
        *patient(plane.width / 2, 560.0, 2.6, ground="ground", out=True),
        Text(words.idle_touch, SIDE, foot - 44.0, fitted(words.idle_touch, 32.0, plane.width - 2 * SIDE), weight="600"),
        *((Disc(SIDE + 8.0, foot - 10.0, 7.0, "good"),) if known.notice is None else ()),
        Text(
            notice,
            SIDE + (26.0 if known.notice is None else 0.0),
            foot,
            fitted(notice, 28.0, plane.width - 2 * SIDE - 26.0),
            weight="600",
        ),
    )


def sign_in(scene: Who, known: AppState, plane: Plane) -> View:
    """Draw the cells, who is here, and a keypad as wide as the panel."""
    words = known.words
    how = " ".join(words.who_again) if scene.slipped else words.who_how
    here = known.here and not scene.typed
    wide = (plane.width - 2 * SIDE - 24.0) / 3
    acts: tuple[tuple[str, Message], ...] = (
        (words.wipe, WipeTapped()),
        (words.guest, GuestChosen()),
        (words.therapist, TherapistTapped()),
    )
    top = plane.height - 442.0
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Text(words.who, SIDE, 70.0, sized(words.who, (56.0, 48.0, 42.0, 36.0), plane.width - 2 * SIDE - 120.0)),
        who.language_key(known, (plane.width - SIDE - 108.0, 14.0, 108.0, 68.0)),
        *paragraph(how, (SIDE + 2.0, 108.0), 25.0, plane.width - 2 * SIDE),
        *(_here(known, wide) if here else who.cells(scene.typed, (plane.width - 318.0) / 2)),
        *(
            plain_button(label, (SIDE + place * (wide + 12.0), top - 92.0, wide, 72.0), act, 24.0)
            for place, (label, act) in enumerate(acts)
        ),
        Rect(0.0, top - 10.0, plane.width, plane.height - top + 10.0, "surface"),
        *keypad_in(known, Rect(20.0, top + 4.0, plane.width - 40.0, 424.0, None)),
    )


def _here(known: AppState, wide: float) -> tuple[Shape, ...]:
    return tuple(
        plain_button(known.code_of(ref), (SIDE + place * (wide + 12.0), 168.0, wide, 84.0), HereTapped(ref), 28.0)
        for place, ref in enumerate(known.here[:3])
    )


def dose_of_today(known: AppState, plane: Plane) -> View:
    """Draw the picture above, and the dose below it."""
    words, item = known.words, known.cabled
    if item is None:
        return (Rect(0.0, 0.0, plane.width, plane.height, "ground"),)
    left, right = SIDE, plane.width - SIDE
    title = words.exercises[item.exercise]
    wide = (right - left - 12.0) / 2
    keys: tuple[tuple[str, Message], ...] = ((words.not_me, NotMe()), (words.therapist, TherapistTapped()))
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Rect(0.0, 0.0, plane.width, 330.0, "out"),
        *signed_in(known, 36.0, 48.0),
        *today.whose(known),
        *today.picture(known.side, plane.width / 2, 262.0),
        *way(known, (14.0, 276.0), plane.width - 28.0),
        Text(words.seen_from_above, plane.width - SIDE, 48.0, 22.0, weight="500", anchor="end"),
        *today.my_last_time(known, (SIDE, 691.0), plane.width - 2 * SIDE),
        Text(title, left, 386.0, sized(title, (56.0, 50.0, 44.0, 38.0, 34.0, 30.0), right - left)),
        *today.lines(item, known, left, right, 444.0),
        *today.how_to_begin(item, known, left, right, 630.0),
        *(
            plain_button(label, (left + place * (wide + 12.0), plane.height - 96.0, wide, 76.0), act)
            for place, (label, act) in enumerate(keys)
        ),
    )


def still_here(known: AppState, plane: Plane) -> View:
    """Draw the question, who is meant, and one large key."""
    words, wide = known.words, plane.width - 2 * SIDE
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        headline(words.still_here, width=plane.width - 68.0),
        *paragraph(words.still_here_how, (36.0, 162.0), 30.0, plane.width - 72.0, 3),
        *patient(plane.width / 2, 500.0, 2.2, ground="ground", out=True),
        *signed_in(known, 44.0, 290.0),
        primary_button(words.i_am_here, (SIDE, plane.height - 210.0, wide, 96.0), StayTapped()),
        plain_button(words.next_person, (SIDE, plane.height - 98.0, wide, 76.0), NextPersonTapped()),
    )
