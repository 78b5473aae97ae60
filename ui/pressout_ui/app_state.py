"""State that every scene may show: who is here, what is asked, what is on disk. Counts are of the kept record."""

from __future__ import annotations

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from pressout_session.error_codes import Notice, Trouble
from pressout_session.exercises import Side
from pressout_session.history import PastVisit
from pressout_session.patient_codes import GUEST
from pressout_session.prescription import CabledItem, Item
from pressout_session.record import Record, SetRecord
from pressout_session.settings import Settings
from pressout_session.visit import Visit
from pressout_session.visit_stage import Stage
from pressout_session.wire import AckResult
from pressout_ui.staff import LinkState, SensorFigures
from pressout_ui.words import LANGUAGES, Words

G_M_PER_S2 = 9.80665
LB_PER_KG = 2.20462
# A count that is surer than this is shown without its doubt.
SURE_ENOUGH = 0.75


class Correctable(Struct, frozen=True):
    """What can be corrected: the side and count of a turn, and its count once one is undone, added, or it restarts.

    So many were `asked` for in it; 0 where that is not known.
    """

    side: Side
    count: int = 0
    undone: int = 0
    added: int = 0
    restarted: int = 0
    asked: int = 0


class AppState(Struct, frozen=True, kw_only=True):
    """The part of the screen's state that outlives a scene.

    `muted_here` and `language_here` are how the station is set, `muted` and `language` what whoever is here made of it.
    `late` says that something counted has waited too long for the disk; `answer` is the clinic's, for the last session.
    `initials` are the therapist's who is in, `touched_s` when they last touched anything; `visits` are the last ones of
    `visits_of`.
    """

    station: str
    language: str = "en"
    language_here: str = "en"
    unit: str = "kg"
    now_s: float = 0.0
    patient_ref: str | None = None
    visit: Visit | None = None
    record: Record = field(default_factory=Record)
    late: bool = False
    muted: bool = False
    muted_here: bool = False
    answer: AckResult | None = None
    taut: bool = False
    notice: Notice | None = None
    trouble: Trouble | None = None
    theme: str = "light"
    volume: int = 6
    brightness: int = 8
    therapists: tuple[str, ...] = ()
    initials: str | None = None
    last_initials: str | None = None
    touched_s: float = 0.0
    visits: tuple[PastVisit, ...] = ()
    visits_of: str | None = None
    sensor: SensorFigures | None = None
    link: LinkState = field(default_factory=LinkState)
    here: tuple[str, ...] = ()

    @property
    def words(self) -> Words:
        """The language of the screen."""
        return LANGUAGES[self.language]

    @property
    def other_language(self) -> str:
        """The language that a tap changes to."""
        codes = sorted(LANGUAGES)
        return codes[(codes.index(self.language) + 1) % len(codes)]

    @property
    def settings(self) -> Settings:
        """How the station speaks and looks."""
        return msgspec.convert(
            {
                "language": self.language_here,
                "theme": self.theme,
                "unit": self.unit,
                "volume": self.volume,
                "brightness": self.brightness,
                "muted": self.muted_here,
            },
            Settings,
        )

    @property
    def own_visits(self) -> tuple[PastVisit, ...]:
        """The last visits of whoever is here; guests have none of their own."""
        return self.visits if self.patient_ref not in (None, GUEST) and self.visits_of == self.patient_ref else ()

    @property
    def my_last_time(self) -> str:
        """What was done the last time, in one sentence; nothing where that is not known."""
        last = self.own_visits[-1:]
        return "".join(self.words.my_last_time.format(done=one.done, asked=one.asked) for one in last)

    @property
    def item(self) -> Item | None:
        """What is to be done now."""
        return None if self.visit is None else self.visit.course.item

    @property
    def cabled(self) -> CabledItem | None:
        """What is to be done now, if it is done on the line."""
        return self.item if isinstance(self.item, CabledItem) else None

    @property
    def side(self) -> Side:
        """The side of the set that is open on disk, or of the one to come."""
        held = self.record.open_set
        if held is not None and self.visit is not None:
            return held.side
        return Side.LEFT if self.visit is None else self.visit.side

    @property
    def set_count(self) -> int:
        """Repetitions on disk that count in the turn of the open set."""
        return 0 if self.record.open_set is None else self.record.turn_count(len(self.record.sets) - 1)

    @property
    def fixed(self) -> Correctable:
        """The set that a correction is for, open or just closed, with its turn; nothing before anything was done."""
        sets = self.record.sets
        if not sets or self.visit is None or not (self.record.open_set or self.visit.correctable):
            return Correctable(self.side)
        last = len(sets) - 1
        count, carried = self.record.turn_count(last), self.record.turn_carried(last)
        asked = self.visit.course.prescription.items[sets[last].item].reps
        return Correctable(sets[last].side, count, max(carried, count - 1), count + 1, count - sets[last].count, asked)

    def goes_on(self, item: CabledItem) -> str:
        """Say where a turn goes on after a pause."""
        count = self.side_count(self.side)
        return self.words.goes_on.format(side=self.words.side(self.side), count=count, asked=item.reps)

    def perhaps(self, held: SetRecord) -> str:
        """Say what else the count of a set may be, where that matters and nobody has corrected it."""
        sure, other = held.count_probability, held.other_count
        corrected = held.added or any(one.voided for one in held.repetitions)
        if sure is None or other is None or corrected or sure >= SURE_ENOUGH:
            return ""
        return self.words.perhaps.format(count=other)

    @property
    def code(self) -> str:
        """Who is signed in, as the screen shows it: a code in two halves, or guest."""
        return "" if self.patient_ref is None else self.code_of(self.patient_ref)

    def code_of(self, patient_ref: str) -> str:
        """Give a reference as the screen shows it."""
        return f"{patient_ref[:3]} {patient_ref[3:]}" if patient_ref.isdigit() else self.words.guest

    def side_count(self, side: Side) -> int:
        """Repetitions on disk that count in the last turn on `side` of the item that is being done."""
        item = None if self.visit is None else self.visit.course.turn.item
        places = [place for place, held in enumerate(self.record.sets) if held.side is side and held.item == item]
        if not places and self.visit is not None and self.visit.stage is Stage.PAUSE and self.visit.side is side:
            return self.visit.turn_count  # of an earlier session, with which this one goes on
        return self.record.turn_count(places[-1]) if places else 0

    @property
    def dose_done(self) -> bool:
        """Whether the open set holds as many repetitions as were asked for."""
        return self.cabled is not None and self.record.open_set is not None and self.set_count >= self.cabled.reps

    def without_patient(self) -> AppState:
        """Give what is known once the patient has gone: nothing of theirs."""
        gone = replace(self, patient_ref=None, visit=None, record=Record(), visits=(), visits_of=None)
        return replace(gone, muted=self.muted_here, language=self.language_here)

    def decimal(self, value: float, digits: int = 1) -> str:
        """Give a number with that many decimals, as the language writes it; what rounds to nothing has no sign."""
        return f"{round(value, digits) + 0.0:.{digits}f}".replace(".", self.words.decimal)

    def tension(self, tension_n: float) -> str:
        """Give a tension as the clinic's unit says it, with one decimal at most."""
        if self.unit == "N":
            return f"{self.decimal(tension_n, 0)} N"
        value = tension_n / G_M_PER_S2 * (LB_PER_KG if self.unit == "lb" else 1.0)
        return f"{self.decimal(value)} {self.unit}"
