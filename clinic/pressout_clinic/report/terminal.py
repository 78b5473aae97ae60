"""A report for a terminal: a line a week."""

from __future__ import annotations

from collections.abc import Iterator

from pressout_clinic.report import words
from pressout_clinic.report.progress import ExerciseTrend, Progress
from pressout_clinic.text_table import aligned
from pressout_session.exercises import Side

HEAD = (
    *("week of", "visits", "done L/R", "target N", "start L/R N", "held L/R N", "reminders L/R"),
    *("hold, left less right", "effort", "pain"),
)


def told(progress: Progress) -> str:
    """Give the report."""
    sessions = "1 session" if progress.sessions == 1 else f"{progress.sessions} sessions"
    lines = [f"Patient {progress.patient_ref}: {sessions} at {', '.join(progress.stations) or 'none'}"]
    for course in progress.courses:
        lines += ["", words.titled(course.exercise, course.resistance), *_table(course)]
    if progress.beside:
        beside = ", ".join(f"{name.replace('_', ' ')} {reps} times" for name, reps in progress.beside.items())
        lines += ["", f"Beside the line: {beside}"]
    return "\n".join([*lines, "", words.CAUTION])


def _table(course: ExerciseTrend) -> Iterator[str]:
    rows = [HEAD]
    for week in course.weeks:
        left, right = week.sides[Side.LEFT], week.sides[Side.RIGHT]
        rows.append(
            (
                f"{week.monday:%d %b %Y}",
                str(week.visits),
                words.done(left, right),
                words.target(week),
                words.both(left.start_n, right.start_n),
                words.both(left.hold_n, right.hold_n),
                f"{left.reminders}/{right.reminders}",
                words.difference(week.left_less_right.get("hold_s"), "s"),
                words.score(week.effort),
                words.score(week.pain),
            )
        )
    return aligned(rows)
