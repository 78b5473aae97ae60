"""What a language must be able to say. A field that a language lacks is an error before anything starts.

Short, kind, second person; what to do, then why; no exclamation marks, no praise that was not earned, no blame.
`{}` takes what is named beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language."""

    name: str
    station: str  # {station}
    idle: tuple[str, str]
    idle_touch: str
    idle_ready: str
    who: str
    who_how: str
    who_again: tuple[str, str]
    guest: str
    clear: str
    back: str
    left: str
    right: str
    of: str
    press_out: str
    pull: str
    hold: str
    and_back: str
    let_go: str
    short: str  # the press turned back too early
    returning: str
    ready: str
    ready_how: str
    ready_how_slack: str
    further: str
    further_how: str
    closer: str
    closer_how: str
    heavier: str
    lighter: str
    stack_how: str
    take_up: str
    take_up_how: str
    pain: str
    at_the_start: str
    fix_count: str
    fix_title: str
    fix_note: str
    undo_last: str
    wrong_side: str
    restart_set: str
    end_set: str
    sound: tuple[str, str]  # off, on
    close: str
    cue: Mapping[str, tuple[str, str]]  # by kind of drift
    turn_around: str
    same_side: str
    next_side: Mapping[str, str]  # by side
    one_more: str
    start: str
    pause: str
    go_on: str
    count_one: str
    done: str
    finish: str
    not_me: str
    decimal: str  # the mark before decimals
    set_of: str  # {number}, {all}
    seconds: str
    of_count: str  # {done} of {all}
    summary_all: str  # {count}
    summary_some: str  # {count}, {asked}
    summary_none: str
    summary_reminders: tuple[str, str, str]  # none, one, {count}
    summary_hold: str  # {hold}
    summary_timed: str  # {exercise}, {count}, {asked}
    kept_here: str
    kept_both: str
    kept_waiting: str
    trouble: str
    one_moment: str  # trouble while nobody is here
    trouble_why: Mapping[str, str]  # by trouble
    notices: Mapping[str, str]  # by notice; shown beside its number
    trouble_kept: str  # {count}
    trouble_call: str
    try_again: str
    finish_here: str
    quote: str
    exercises: Mapping[str, str]
    timed_how: Mapping[str, str]  # by exercise
