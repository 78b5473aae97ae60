"""A picture of every exercise, and the whole way of a visit as a row of them."""

from __future__ import annotations

from msgspec.structs import replace

from builders import a_prescription, an_item
from pressout_session.course import Course
from pressout_session.exercises import EXERCISES, Side
from pressout_session.prescription import TimedItem
from pressout_session.visit import Visit
from pressout_ui.app_state import AppState
from pressout_ui.exercise_pictures import MOST, WIDTH, picture, way
from pressout_ui.shapes import Disc, Rect, Stroke, Text

BIRD_DOG = TimedItem(exercise="bird_dog", reps=2, duration_s=10.0, first_side=Side.LEFT)
PROGRAMME = replace(a_prescription(BIRD_DOG, an_item(), replace(BIRD_DOG, exercise="side_plank")), rounds=2)


HEIGHT = 146.0  # of a box, in the picture's own units


def at(place: int) -> AppState:
    return AppState(station="3", visit=Visit(replace(Course.of(PROGRAMME), place=place)))


def frames(known: AppState) -> list[Rect]:
    return [shape for shape in way(known, (0.0, 0.0), 320.0) if isinstance(shape, Rect)]


def test_every_exercise_has_a_picture_of_its_own_within_its_box() -> None:
    drawn = {exercise: picture(exercise, (0.0, 0.0)) for exercise in EXERCISES}

    assert len(set(drawn.values())) == len(EXERCISES)
    for shapes in drawn.values():
        for shape in shapes:
            if isinstance(shape, Disc):
                assert shape.y - shape.radius >= -HEIGHT
                assert shape.y + shape.radius <= 0.0
            elif isinstance(shape, Stroke):
                assert all(-10.0 <= x <= WIDTH + 10.0 and -HEIGHT <= y <= 0.0 for x, y in shape.points)


def test_a_visit_of_one_exercise_once_has_no_way_to_be_shown() -> None:
    known = AppState(station="3", visit=Visit(Course.of(a_prescription(an_item()))))

    assert way(known, (0.0, 0.0), 320.0) == ()


def test_the_exercise_that_is_next_is_framed_in_every_round() -> None:
    for place, turn in enumerate(Course.of(PROGRAMME).turns):
        framed = [frame.outline == "action" for frame in frames(at(place))]
        assert framed == [number == turn.item for number in range(3)]


def test_the_round_is_said() -> None:
    for place, turn in enumerate(Course.of(PROGRAMME).turns):
        (said,) = [shape.text for shape in way(at(place), (0.0, 0.0), 320.0) if isinstance(shape, Text)]
        assert said == f"Round {turn.round} of 2"


def test_what_is_over_is_checked_and_what_comes_again_is_not() -> None:
    def checks(place: int) -> int:
        return sum(isinstance(shape, Stroke) and shape.role == "good" for shape in way(at(place), (0.0, 0.0), 320.0))

    turns = Course.of(PROGRAMME).turns
    assert checks(4) == 0  # in the second round everything comes again
    assert checks(len(turns)) == 3


def test_more_exercises_than_there_is_room_for_are_a_number() -> None:
    many = a_prescription(*[an_item(reps=n) for n in range(1, MOST + 3)])
    known = AppState(station="3", visit=Visit(Course.of(many)))

    assert len(frames(known)) == MOST
    assert "+2" in [shape.text for shape in way(known, (0.0, 0.0), 320.0) if isinstance(shape, Text)]
