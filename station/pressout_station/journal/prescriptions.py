"""Prescriptions in the journal: set at the touchscreen, or sent by the clinic."""

from __future__ import annotations

import logging

import msgspec

from pressout_session.orders import PrescriptionOrder, supersedes
from pressout_session.prescription import Prescription
from pressout_station.config_sections import ClinicDoses
from pressout_station.journal.salvage import checksum
from pressout_station.journal.tables import Journal

logger = logging.getLogger(__name__)


class Prescriptions:
    """The prescriptions in a journal, and in memory for whoever begins a visit.

    Parameters
    ----------
    journal : Journal
        Open.

    Attributes
    ----------
    known : dict
        What each patient is to do. One that is not as it was written is left out: the station's own dose holds.
    altered : int
        How many those are.
    altered_which : str
        Which, by what they should sum up to.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.known: dict[str, Prescription] = {}
        self.altered = which = 0
        for patient_ref, written, summed in journal.rows("SELECT * FROM prescriptions"):
            if summed is not None and summed != _checksum(patient_ref, written):
                self.altered += 1
                which += checksum("", summed, b"")  # whatever became of it
                logger.error("a prescription is not as it was written, the station's own holds")
                continue
            try:
                self.known[patient_ref] = msgspec.json.decode(written, type=Prescription)
            except ValueError as error:
                logger.error("a prescription cannot be read, the station's own holds: %s", error)

        self.altered_which = f"{which & 0xFFFFFFFF:08x}"

    def keep(self, patient_ref: str, prescription: Prescription) -> None:
        """Keep what a patient is to do from now on."""
        written = msgspec.json.encode(prescription)
        with self._journal.change() as db:
            db.execute(
                "INSERT OR REPLACE INTO prescriptions VALUES (?, ?, ?)",
                (patient_ref, written, _checksum(patient_ref, written)),
            )
        self.known[patient_ref] = prescription

    def ordered(self, order: PrescriptionOrder, policy: ClinicDoses) -> str:
        """Take the clinic's order as the site's policy says; give why it does not hold, or nothing where it does."""
        known = self.known.get(order.patient_ref)
        if policy is ClinicDoses.REFUSED:
            return "this site takes no doses from the clinic"
        asked = order.prescription()
        if known is not None and known.same_version(asked) and known.asks_as(asked):
            return ""  # it came twice
        if not supersedes(order, known):
            return "what holds here is newer"
        trusted = "policy" if policy is ClinicDoses.TRUSTED else None
        self.keep(order.patient_ref, order.prescription(accepted_by=trusted))
        return ""

    def forget(self, patient_ref: str) -> None:
        """Know nothing of a patient any more; the journal's own part is `erasure`'s."""
        self.known.pop(patient_ref, None)


def _checksum(patient_ref: str, written: bytes) -> int:
    return checksum(patient_ref, "prescription", written)
