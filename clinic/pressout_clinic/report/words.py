"""Words and figures of a report, on a page and in a terminal alike."""

from __future__ import annotations

from pressout_clinic.report.progress import OneSide, Week
from pressout_session.document import EstimateDocument

UNITS = {"hold_s": "s", "hold_n": "N"}
DIGITS = {"s": 2, "N": 1}
MEASURES = {"hold_s": "Duration of the hold", "hold_n": "Tension in the hold"}
CAUTION = (
    "A load cell in the line measured this. It sees tension, not posture, movement or effort: a reminder says that the "
    "tension fell as it does when the line turns someone or the stance creeps in. It is no diagnosis."
)


def titled(exercise: str, resistance: str) -> str:
    """Give an exercise's heading.

    >>> titled("pallof_press", "tubing")
    'Pallof press, on tubing'
    """
    line = {"tubing": "on tubing", "cable": "on a weight stack"}[resistance]
    return f"{exercise.replace('_', ' ').capitalize()}, {line}"


def done(left: OneSide, right: OneSide) -> str:
    """Say repetitions against the dose, which is the same for both sides.

    >>> done(OneSide(done=14, dose=15), OneSide(done=15, dose=15))
    '14 / 15 of 15'
    """
    return f"{left.done} / {right.done} of {left.dose}"


def both(left_n: float | None, right_n: float | None) -> str:
    """Say the tension of both sides.

    >>> both(52.6, None)
    '53 / -'
    """
    return f"{_whole(left_n)} / {_whole(right_n)}"


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def target(week: Week) -> str:
    """Say the week's target, or from where to where it went."""
    low, high = week.target_n
    return f"{low:.0f}" if round(low) == round(high) else f"{low:.0f} to {high:.0f}"


def score(value: float | None) -> str:
    """Say a mean rating."""
    return "-" if value is None else f"{value:.1f}".removesuffix(".0")


def sure(found: EstimateDocument | None) -> bool:
    """Tell whether the sides differ by more than chance: the interval leaves out nought."""
    return found is not None and not found.low <= 0.0 <= found.high


def interval(found: EstimateDocument | None, unit: str) -> str:
    """Say a difference, left less right, and between what it lies.

    >>> interval(EstimateDocument(value=0.12, low=-0.004, high=0.28), "s")
    '+0.12 (0.00 to +0.28)'
    """
    if found is None:
        return "-"
    return f"{_signed(found.value, unit)} ({_signed(found.low, unit)} to {_signed(found.high, unit)})"


def difference(found: EstimateDocument | None, unit: str) -> str:
    """Say which side is ahead and by how much, or that nobody can tell.

    >>> difference(EstimateDocument(value=-1.5, low=-2.0, high=-1.0), "N")
    'right +1.5 N (1.0 to 2.0)'
    >>> difference(EstimateDocument(value=0.1, low=-0.2, high=0.4), "s")
    'no more than chance (−0.20 to +0.40 s)'
    """
    if found is None:
        return "-"
    if not sure(found):
        return f"no more than chance ({_signed(found.low, unit)} to {_signed(found.high, unit)} {unit})"
    side, digits = "left" if found.value > 0 else "right", DIGITS[unit]
    small, great = sorted((abs(found.low), abs(found.high)))
    return f"{side} +{abs(found.value):.{digits}f} {unit} ({small:.{digits}f} to {great:.{digits}f})"


def _signed(value: float, unit: str) -> str:
    digits = DIGITS[unit]
    said = f"{value:+.{digits}f}"
    return f"{0.0:.{digits}f}" if float(said) == 0.0 else said.replace("-", "\u2212")
