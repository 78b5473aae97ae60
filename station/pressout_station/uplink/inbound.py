"""Inbound messages: judged, and handed over to the station as files in its inbox.

The broker is told that a message is safe only when its file is; what is refused is counted and never comes again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pressout_device.clock import Every, wall_time
from pressout_device.storage import atomic_files
from pressout_link.messages import ReceivedMessage
from pressout_session.document_builder import rfc3339
from pressout_session.inbound import AckCame, RejectedMessage, came
from pressout_session.orders import Erasure, PrescriptionOrder
from pressout_session.wire import AckResult, Info, digest, info_topic
from pressout_station.mailbox import spool
from pressout_station.uplink.outbox_index import OutboxIndex

logger = logging.getLogger(__name__)

# What the station has not taken in yet; more than this wait at the broker.
MOST_ORDERS = 200
# Answers that came before, so that the same ones over and over cost nothing.
MOST_REMEMBERED = 2_000
# Another station of this name is believed to be there for so long after it was heard.
CLONE_S = 180.0
# The reason of a refusal is logged so often at most; all are counted.
LOG_EVERY_S = 10.0


class Since(msgspec.Struct, frozen=True):
    """When the last order of each kind was made, by the clinic's own clock."""

    prescriptions: str | None = None
    erasures: str | None = None


@dataclass(slots=True)
class HandledMessages:
    """What became of some messages: those that are safe, and documents that were answered."""

    safe: list[ReceivedMessage]
    answered: set[str]


class InboundHandler:
    """The uplink's ear.

    Parameters
    ----------
    station : tuple of str
        Site and station: whose messages these are.
    outbox, inbox : Path
        The station's folders.
    serial : str
        This computer's, to know another one that goes by the same name.
    """

    def __init__(self, station: tuple[str, str], outbox: Path, inbox: Path, serial: str) -> None:
        self._station = station
        self._outbox, self._inbox = outbox, inbox
        self._serial = serial
        self._remembered: dict[str, None] = {}
        self._clone_s = float("-inf")
        self._log_due = Every(LOG_EVERY_S)
        self._other: str | None = None
        self.refused = 0
        self.answered_at: str | None = None
        self.must_say_info = False

    @property
    def clone(self) -> str | None:
        """The serial of another station that goes by this name, if one was heard lately."""
        return self._other if time.monotonic() - self._clone_s < CLONE_S else None

    def take(self, messages: Iterable[ReceivedMessage], shelf: OutboxIndex) -> HandledMessages:
        """Take messages; what cannot be handed over is left unsaid to the broker, and comes again."""
        heard = HandledMessages([], set())
        answers: list[tuple[ReceivedMessage, spool.Answer]] = []
        for message in messages:
            said = came(message.topic, message.payload, self._station, retained=message.retained)
            match said:
                case AckCame():
                    answers.append((message, spool.Answer(said.session_id, said.ack)))
                case PrescriptionOrder() | Erasure():
                    if self._ordered(said):
                        heard.safe.append(message)
                case Info():
                    self._info(said, retained=message.retained)
                    heard.safe.append(message)
                case RejectedMessage():
                    self._refuse(said)
                    heard.safe.append(message)
        self._answer(answers, shelf, heard)
        return heard

    def _refuse(self, said: RejectedMessage) -> None:
        self.refused += 1
        if self._log_due.due(time.monotonic()):
            logger.warning("refused a message (%d so far): %s", self.refused, said.reason)

    def _answer(
        self, answers: list[tuple[ReceivedMessage, spool.Answer]], shelf: OutboxIndex, heard: HandledMessages
    ) -> None:
        """Hand over what the clinic answered, all in one file."""
        fresh: list[spool.Answer] = []
        names: set[str] = set()
        for _message, answer in answers:
            key = f"{answer.ack.sha256} {answer.ack.result}"
            mine = {name for name in shelf.of_session(answer.session_id) if self._is_answer_to(answer, name)} - names
            if key in self._remembered and not mine:
                continue  # handed over; but what waits again after all has lost its answer
            # A document that was rejected once may be taken later; of others that are gone nothing is to be learned.
            if mine or answer.ack.result is not AckResult.REJECTED:
                fresh.append(answer)
                names |= mine
                self._remembered[key] = None
        try:
            if fresh:
                atomic_files.place(self._inbox, spool.acks_name(time.time_ns()), msgspec.json.encode(fresh))
        except OSError as error:
            # Unacknowledged, it comes again; and what it answers is sent again.
            logger.warning("the clinic's answers cannot be written to the inbox: %s", error)
            for answer in fresh:
                self._remembered.pop(f"{answer.ack.sha256} {answer.ack.result}", None)
            return
        for answer in fresh:
            logger.info("session %s: %s", answer.session_id, answer.ack.result)
        if names:
            self.answered_at = rfc3339(wall_time())
        while len(self._remembered) > MOST_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        heard.answered |= names
        heard.safe.extend(message for message, _answer in answers)

    def _is_answer_to(self, answer: spool.Answer, name: str) -> bool:
        """Tell whether these are the bytes that were answered: the document may have been revised meanwhile."""
        try:
            return digest((self._outbox / name).read_bytes()) == answer.ack.sha256
        except OSError:
            return False

    def _ordered(self, order: PrescriptionOrder | Erasure) -> bool:
        """Hand an order over; say whether it is safe."""
        dose = isinstance(order, PrescriptionOrder)
        kind, name, at = (
            ("prescription", order.prescription_id, order.set_at)
            if isinstance(order, PrescriptionOrder)
            else ("erase", order.erase_id, order.at)
        )
        try:
            waiting = atomic_files.waiting(self._inbox)
            if len(waiting) >= MOST_ORDERS:
                logger.warning("the station does not take in what waits for it: an order stays with the broker")
                return False
            # Each has a file of its own: the station may be about to drop the last one's. They are carried out in the
            # order of their numbers, which a clock that is set back must not turn round.
            number = max(time.time_ns(), 1 + max((int(spool.came_at(one) or 0) for one in waiting), default=0))
            file = f"{kind}.{name}.{number:020d}.json"
            atomic_files.place(self._inbox, file, msgspec.json.encode(order))
            since = self.since
            known = since.prescriptions if dose else since.erasures
            if known is None or at > known:
                since = Since(at, since.erasures) if dose else Since(since.prescriptions, at)
                atomic_files.place(self._inbox, spool.SINCE, msgspec.json.encode(since))
        except OSError as error:
            logger.warning("an order of the clinic cannot be written to the inbox: %s", error)
            return False
        return True

    @property
    def since(self) -> Since:
        """How new the newest orders are that came; a station that lost some takes that away, to be told them all."""
        try:
            return atomic_files.read(self._inbox / spool.SINCE, Since) or Since()
        except OSError:
            return Since()

    def _info(self, said: Info, *, retained: bool) -> None:
        """Hear that another computer goes by our name; what the broker has kept may be of one that is no more."""
        if said.serial == self._serial:
            return
        self.must_say_info = True  # if it is there, it answers
        if retained:
            return
        if self.clone != said.serial:
            logger.error(
                "found another station that goes by %s (serial %s), expected only this one (serial %s): a memory card "
                "was copied; give one of them another station_id and a journal of its own",
                info_topic(*self._station),
                said.serial[:64],
                self._serial,
            )
        self._other, self._clone_s = said.serial[:64], time.monotonic()
