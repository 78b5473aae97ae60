"""Vocabulary of a language. A field that a language lacks is an error before anything starts.

Short, kind, second person; what to do, then why; no exclamation marks, no praise that was not earned, no blame.
`{}` takes what is named beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from pressout_session.exercises import Side


class StaffWords(Struct, frozen=True, kw_only=True):
    """What staff read, in one language."""

    pin_how: str
    no_therapists: str
    change: str
    tries_left: str  # {count}
    locked_for: str  # {minutes}
    drop_changes: str
    more_than_a_quarter: str
    go_back: str
    lock: str
    save: str
    saved: str
    more: str
    more_title: str
    none: str
    pages: Mapping[str, str]  # by page
    line_empty: str
    shut_down: str
    answers: Mapping[str, str]  # what became of something asked for
    target: str
    last_time: str  # {value}
    sets: str
    reps_a_side: str
    line_label: str
    line_tubing: str
    first_label: str
    first_label_held_less: Mapping[str, str]  # by the side that was held for less long
    tolerance: str
    tempo_label: str
    rest_label: str
    tubing_label: str
    colours: Mapping[str, str]
    cue_label: str
    cues: Mapping[str, str]  # by sensitivity
    add_exercise: str
    programmes: Mapping[str, str]
    rounds: str
    programme_how: str
    programme_needs: str
    earlier: str
    later: str
    remove: str
    lasts: str
    no_visits: str
    last_visit: str
    last_visits: str  # {count}
    reps_of: str  # {count}
    pull_at_start: str
    holds: str
    reminders: str
    held_less: Mapping[str, str]  # by side
    no_guests: str
    guest_did: str  # {done}, {asked}
    whose: str
    void: str
    rate: str
    now_pulls: str
    noise: str
    zero_moved: str
    faults: str
    calibrated: str
    not_calibrated: str
    sensor_well: str
    sensor_unwell: str
    sessions_waiting: str
    broker: str
    connected: str
    connected_plain: str
    link_why: Mapping[str, str]  # by what is in the way; shown beside its number
    from_clinic: str
    not_connected: str
    rejected: str
    records_damaged: str
    nothing_lost: str
    language: str
    theme: str
    light: str
    dark: str
    strong: str
    unit: str
    volume: str
    brightness: str
    sound_label: str
    sound_is: tuple[str, str]
    take_off: str
    take_off_how: str
    known_mass: str
    hang: str  # {mass}
    hands_off: str
    it_hangs: str
    wait: str
    refusals: Mapping[str, str]  # by reason
    calibrated_well: str
    resolves: str
    hysteresis: str


class Words(StaffWords, frozen=True, kw_only=True):
    """One language: what patients read, and what staff do."""

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
    goes_on: str
    other_side_now: str
    next_exercise: str
    start: str
    pause: str
    go_on: str
    count_one: str
    done: str
    finish: str
    not_me: str
    decimal: str  # the mark before decimals
    round_of: str  # {number}, {all}
    set_of: str  # {number}, {all}
    seconds: str
    of_count: str  # {done} of {all}
    summary_all: str  # {count}
    summary_some: str  # {count}, {asked}
    summary_none: str
    summary_reminders: tuple[str, str, str]  # none, one, {count}
    summary_hold: str  # {hold}
    my_last_time: str  # {done}, {asked}
    perhaps: str  # {count}
    summary_timed: str  # {exercise}, {count}, {asked}
    kept_here: str
    kept_both: str
    kept_waiting: str
    therapist: str
    wipe: str
    wipe_title: str
    wipe_how: str
    seen_from_above: str
    pull_label: str
    line_stack: str
    first_side: Mapping[str, str]  # by side: which comes first
    a_side: str  # {count}
    hold_label: str
    begin: tuple[str, str]  # pick up the handle, to begin
    becomes: str  # {now}, {then}
    add_one: str
    move_to: Mapping[str, str]  # by side; {count}
    start_at_nought: str
    go_to_rest: str
    pictures_stay: str
    sound_comes: str
    tempo: Mapping[str, str]  # steady, uneven
    held_shorter: Mapping[str, str]  # by side; {share}, {spread}
    next: str
    skip: str
    effort: str
    effort_how: str
    effort_ends: tuple[str, str]
    pain_now: str
    pain_how: str
    pain_ends: tuple[str, str]
    rest_left: str  # {seconds}
    trouble: str
    one_moment: str  # trouble while nobody is here
    trouble_why: Mapping[str, str]  # by trouble
    notices: Mapping[str, str]  # by notice; shown beside its number
    trouble_kept: str  # {count}
    trouble_call: str
    try_again: str
    still_here: str
    still_here_how: str
    i_am_here: str
    next_person: str
    stop_pain: str
    finish_here: str
    quote: str
    exercises: Mapping[str, str]
    timed_how: Mapping[str, str]  # by exercise
    limbs: Mapping[str, str]  # by side: which arm and which leg of a bird dog

    def side(self, side: Side) -> str:
        """Give the word for a side."""
        return self.left if side is Side.LEFT else self.right
