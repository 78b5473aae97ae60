"""Who is at the station: whose the line is after a visit, who is still there, and what opens no session."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from builders import an_item, simulated
from controllers import Desk
from pressout_session.facts import EndReason, Opened
from pressout_session.patient_codes import GUEST
from pressout_signal.events import Resistance
from pressout_signal.samples import Sample
from pressout_station.controller.presence import ANSWER_S, ASK_AFTER_S
from pressout_station.controller.session_controller import SessionController

GONE_S = ASK_AFTER_S + ANSWER_S


def slack(desk: Desk, until_s: float) -> None:
    """Let nobody touch the line until then."""
    since_s = desk.clock.time_s
    desk.feel([Sample(since_s + n / 2, 0.0) for n in range(1, int(2 * (until_s - since_s)) + 1)])


@pytest.mark.parametrize(
    "change",
    [
        lambda controller: controller.begin("471922"),
        lambda controller: controller.dose(0, an_item(target_n=50.0), "t-1"),
        lambda controller: controller.tapped(lambda visit, t_s: visit.timed_done(t_s, 10, 30.0)),
    ],
)
def test_a_visit_in_which_something_was_just_changed_is_not_forgotten(
    change: Callable[[SessionController], None],
) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    slack(desk, GONE_S - 10.0)
    change(desk.controller)

    slack(desk, 2.0 * GONE_S - 20.0)
    assert not desk.controller.forgotten
    slack(desk, 2.0 * GONE_S + 1.0)
    assert desk.controller.forgotten


def test_saying_how_hard_it_was_opens_no_session() -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.controller.rate(5, 2)
    desk.controller.end(EndReason.DONE)
    desk.controller.rate(5, 2)

    assert desk.writer.kept == []


@pytest.mark.parametrize(("pause_s", "whose"), [(20.0, "471922"), (40.0, GUEST)])
def test_who_takes_the_line_within_half_a_minute_of_being_done_goes_on_and_later_is_a_guest(
    pause_s: float, whose: str
) -> None:
    session = simulated(Resistance.TUBING, seed=1)[0]
    desk = Desk()
    desk.controller.begin("471922")
    desk.feel(session)
    desk.controller.end(EndReason.DONE)

    taken_s = next(sample.t_s for sample in session if sample.tension_n > 5.0)
    later_s = desk.clock.time_s + pause_s - taken_s
    again = [Sample(sample.t_s + later_s, sample.tension_n) for sample in session]
    desk.feel([sample for sample in again if sample.t_s > desk.clock.time_s])

    opened = [fact.patient_ref for _owner, fact in desk.writer.kept if isinstance(fact, Opened)]
    assert opened == ["471922", whose]
