"""Staff actions: PINs checked, doses set, calibration, status. Nothing here waits."""

from __future__ import annotations

import logging
import queue
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pressout_device.clock import Every
from pressout_device.errors import PressoutError
from pressout_device.reading_tally import Tally
from pressout_device.settings import LoadCellSection
from pressout_device.storage.calibration_log import calibrated
from pressout_session.error_codes import Notice
from pressout_session.prescription import Item
from pressout_session.programmes import Work
from pressout_signal.samples import Fault, Reading
from pressout_station.audit_log import Act, entry
from pressout_station.controller.clinic_events import ClinicEvents
from pressout_station.controller.load_cell_conditioning import LoadCellConditioning
from pressout_station.controller.pain_reports import PainReports
from pressout_station.controller.session_controller import SessionController
from pressout_station.host.settings_file import SettingsFile
from pressout_station.identity import device_of, new_id
from pressout_station.staff.accounts import PinGuard, Therapists
from pressout_station.writer.messages import LinkReport, VisitsRead
from pressout_station.writer.writer import Writer
from pressout_ui.messages import Message
from pressout_ui.screen import Screen
from pressout_ui.staff import (
    CheckPin,
    Compose,
    Converted,
    Correct,
    FindVisits,
    KeepCalibration,
    KeepSettings,
    LinkState,
    PinAnswered,
    RequestOutcome,
    SensorFigures,
    SensorSeen,
    SetDose,
    SettingsChanged,
    ShutDown,
    StaffCommand,
    TakeZero,
    VisitsFound,
)

logger = logging.getLogger(__name__)

# A therapist sees the load cell's figures change once a second, over the last ten.
FIGURES_EVERY_S = 1.0
FIGURES_OVER_S = 10.0
SWITCH_OFF = ("systemctl", "poweroff")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDeps:
    """What staff actions are built of."""

    controller: SessionController
    conditioning: LoadCellConditioning
    writer: Writer
    cell: LoadCellSection
    therapists: Therapists
    guard: PinGuard
    announcer: ClinicEvents
    settings: SettingsFile
    pain: PainReports


class StaffActions:
    """A station's side of the therapist's way.

    Parameters
    ----------
    staffed : StaffDeps
        Built by `app`.
    switch_off : sequence of str
        The command that switches the computer off.
    """

    def __init__(self, staffed: StaffDeps, switch_off: tuple[str, ...] = SWITCH_OFF) -> None:
        self._staffed = staffed
        self._switch_off = switch_off
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="pressout-staff")
        self._later: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._heard: list[Reading | Fault] = []
        self._fresh: list[Reading | Fault] = []
        self._figures_due = Every(FIGURES_EVERY_S)

    @property
    def staffed(self) -> StaffDeps:
        """What it is built of."""
        return self._staffed

    def initials(self) -> tuple[str, ...]:
        """Give who may come in; a file that cannot be read lets nobody in."""
        try:
            return tuple(self._staffed.therapists.all())
        except PressoutError as error:
            logger.error("%s", error)
            return ()

    def close(self) -> None:
        """End its threads."""
        self._staffed.guard.close()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def asked(self, command: StaffCommand) -> tuple[Message, ...]:
        """Do what a therapist asks for; give what is to be said at once."""
        staffed = self._staffed
        match command:
            case CheckPin(initials=initials, digits=digits):
                staffed.guard.ask(initials, digits)
            case SetDose(place=place, item=item, initials=initials):
                self._dose(place, item, initials)
            case Compose(work=work, initials=initials):
                self._compose(work, initials)
            case FindVisits(patient_ref=patient_ref):
                staffed.writer.ask(patient_ref)
            case Correct(session_id=session_id, patient_ref=patient_ref, initials=initials):
                staffed.controller.correct(session_id, patient_ref, self._ref(initials))
                self._note(Act.CORRECTED, initials, session_id, after="voided" if patient_ref is None else "reassigned")
            case KeepCalibration(found=found, initials=initials):
                fact = calibrated(staffed.cell, found, new_id(), initials)
                staffed.writer.note(fact)
                self._note(Act.CALIBRATED, initials, fact.load_cell_id, after=fact.calibration_id)
                staffed.controller.measured_by(device_of(staffed.conditioning.recalibrated(fact)))
            case TakeZero():
                return (self._zero(),)
            case KeepSettings(settings=settings):
                self._note(Act.SETTINGS_CHANGED, about="screen")
                self._pool.submit(staffed.settings.write, settings)
                return (SettingsChanged(settings),)
            case ShutDown():
                self._note(Act.SHUT_DOWN)
                self._pool.submit(self._off)
        return ()

    def notice(self, link: LinkState) -> Notice | None:
        """Give what staff should know, the most pressing first."""
        if self._staffed.pain.unseen:
            return Notice.PAIN_REPORTED
        return self._staffed.conditioning.notice or (Notice.RECORDS_DAMAGED if link.damaged_on else None)

    def heard(self, items: list[Reading | Fault]) -> None:
        """Take what the load cell said since the last frame."""
        self._heard.extend(items)
        self._fresh.extend(items)

    def news(self, screen: Screen, now_s: float) -> list[Message]:
        """Give what is to be told to the screen."""
        told: list[Message] = []
        for answer in self._staffed.guard.answers():
            locked = not answer.right and answer.tries_left == 0
            if locked:
                self._staffed.announcer.locked_out(answer.initials)
            act = Act.PIN_RIGHT if answer.right else Act.PIN_LOCKED if locked else Act.PIN_WRONG
            self._note(act, answer.initials)
            if answer.right:
                self._staffed.pain.seen()
            told.append(PinAnswered(answer.initials, answer.right, answer.tries_left, answer.locked_s))
        while not self._later.empty():
            told.append(self._later.get())
        if screen.wants_counts and self._fresh:
            told.append(Converted(tuple(self._fresh[-200:])))
        self._fresh.clear()
        if screen.wants_figures and self._figures_due.due(now_s):
            told.append(SensorSeen(self._figures()))
        if screen.wants_figures:
            self._heard = [item for item in self._heard if now_s - item.t_s <= FIGURES_OVER_S]
        else:
            self._heard.clear()
        return told

    @staticmethod
    def found(found: VisitsRead) -> Message:
        """Give the message of past visits that were found."""
        return VisitsFound(found.patient_ref, found.visits)

    @staticmethod
    def link(seen: LinkReport) -> LinkState:
        """Give what the screen shows of the way to the clinic."""
        return LinkState(
            waiting=seen.waiting,
            connected=seen.said.connected,
            trouble=seen.said.trouble,
            details=seen.said.details,
            plain=seen.said.plain,
            rejected=seen.rejected,
            reasons=tuple(one.reason for one in seen.last_rejected),
            damaged_on=seen.damaged_on or "",
        )

    def _note(self, act: Act, initials: str = "", about: str = "", before: str = "", after: str = "") -> None:
        """Have it written down who did what."""
        who = self._ref(initials) if initials else ""
        self._staffed.writer.audit(entry(act, who=who, about=about, before=before, after=after))

    def _dose(self, place: int, item: Item, initials: str) -> None:
        controller = self._staffed.controller
        if controller.visit is None or place >= len(controller.visit.prescription.items):
            return
        before, session_id = controller.visit.prescription.items[place], controller.session_id or ""
        controller.dose(place, item, self._ref(initials))
        self._note(Act.DOSE_SET, initials, session_id, before=before.in_short, after=item.in_short)

    def _compose(self, work: Work, initials: str) -> None:
        controller = self._staffed.controller
        if controller.visit is None:
            return
        before, session_id = controller.visit.prescription, controller.session_id or ""
        controller.compose(work, self._ref(initials))
        told = Work(before.items, before.rounds).in_short
        self._note(Act.DOSE_SET, initials, session_id, before=told, after=work.in_short)

    def _ref(self, initials: str) -> str:
        """Give the opaque reference that signs for these initials."""
        try:
            known = self._staffed.therapists.all().get(initials)
        except PressoutError:
            known = None
        return initials if known is None else known.therapist_ref

    def _zero(self) -> Message:
        try:
            self._staffed.conditioning.emptied()
        except ValueError as error:
            return RequestOutcome(str(error), refused=True)
        self._note(Act.TARED, about=self._staffed.cell.load_cell_id)
        return RequestOutcome("tared")

    def _figures(self) -> SensorFigures:
        staffed = self._staffed
        conditioning, cell = staffed.conditioning, staffed.cell
        tally = Tally()
        for item in self._heard:
            tally.hear(item)
        seen = tally.diagnosis(configured_hz=cell.rate_hz, calibration=conditioning.calibration)
        known = conditioning.life.calibration
        return SensorFigures(
            measured_hz=seen.measured_hz,
            configured_hz=cell.rate_hz,
            tension_n=None if seen.mean_n is None else seen.mean_n - conditioning.zero_n,
            noise_n=conditioning.noise_n,
            faults=sum(seen.faults.values()),
            zero_n=conditioning.zero_n,
            calibrated="–" if known is None else f"{known.at[:10]} {known.by}",
            well=conditioning.trouble is None and conditioning.notice is None,
        )

    def _off(self) -> None:
        try:
            said = subprocess.run(self._switch_off, capture_output=True, timeout=20.0, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            logger.error("cannot switch off: %s", error)
            self._later.put(RequestOutcome("not_allowed"))
            return
        if said.returncode != 0:
            logger.error("may not switch off: %s", said.stderr.decode(errors="replace").strip())
        self._later.put(RequestOutcome("shutting_down" if said.returncode == 0 else "not_allowed"))
