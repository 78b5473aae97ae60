"""Storage of the writer and its rules: built by the composition root, used by the writer's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pressout_device.storage import atomic_files
from pressout_device.storage.calibration_log import CalibrationLog
from pressout_session.document_builder import Origin
from pressout_station.audit_log import Audit
from pressout_station.config_sections import ClinicDoses
from pressout_station.journal.clock_correction import WallClock
from pressout_station.journal.prescriptions import Prescriptions
from pressout_station.journal.tables import Journal
from pressout_station.writer import raw_traces
from pressout_station.writer.mailbox import Mailbox
from pressout_station.writer.raw_traces import Budget, RawTraces


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterStorage:
    """Journal, folders, and the files beside them."""

    folder: Path
    journal: Journal
    exchange: Mailbox
    doses: Prescriptions
    book: CalibrationLog
    audit: Audit
    traces: RawTraces


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the site says, and who knows what time it is.

    `origin_of` gives a document's origin for its journal and `seq`; delivered sessions stay for `keep_days`.
    """

    origin_of: Callable[[str, int], Origin]
    wall_clock: WallClock
    new_id: Callable[[], str]
    policy: ClinicDoses = ClinicDoses.SHOWN
    keep_days: float = 365.0


def open_storage(folder: Path, new_id: Callable[[], str], budget: Budget) -> WriterStorage:
    """Open what a station keeps in its folder, where outbox and inbox are already.

    Raises
    ------
    JournalError
        If the journal cannot be opened.
    """
    for each in (folder / "outbox", folder / raw_traces.FOLDER):
        atomic_files.sweep(each)
    journal = Journal(folder / "journal.db", new_id)
    return WriterStorage(
        folder=folder,
        journal=journal,
        exchange=Mailbox(journal, folder / "outbox", folder / "inbox"),
        doses=Prescriptions(journal),
        book=CalibrationLog(folder),
        audit=Audit(folder),
        traces=RawTraces(folder, budget),
    )
