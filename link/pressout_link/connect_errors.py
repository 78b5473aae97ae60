"""Connection errors, in kinds that a screen has words for, and in a sentence for the log."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from pressout_link.broker import Broker
from pressout_session.error_codes import LinkTrouble

LOOK_S = 3.0
# OpenSSL, X509_verify_cert_error: not yet valid, expired; the same of its authority; name and address that differ.
DATES = (9, 10, 13, 14)
NAMES = (62, 64)
# What a broker says of our certificate comes as an alert: RFC 8446, 6.2.
OURS = (
    "REVOKED",
    "CERTIFICATE_EXPIRED",
    "UNKNOWN_CA",
    "BAD_CERTIFICATE",
    "CERTIFICATE_REQUIRED",
    "CERTIFICATE_UNKNOWN",
)
NOT_TLS = ("WRONG_VERSION_NUMBER", "UNEXPECTED_EOF", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")


class NoTlsError(ConnectionError):
    """Whoever listens there hung up when TLS began."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way, and its details: what was found, what was expected, what to do."""

    kind: LinkTrouble
    details: str


def refused(reason: str) -> Obstacle:
    """Give the obstacle of a broker that answered, and would not have us."""
    return Obstacle(
        LinkTrouble.REFUSED,
        f"broker: found it refuse us ({reason}), expected to be let in; check username, password and certificate",
    )


def not_subscribed(topics: Sequence[str]) -> Obstacle:
    """Give the obstacle of a broker that lets us in and does not let us hear."""
    return Obstacle(
        LinkTrouble.NOT_SUBSCRIBED,
        f"broker: found it refuse subscriptions to {', '.join(topics)}, expected to hear what is said there; check its "
        "rules for this name",
    )


def obstacle_of(error: Exception, broker: Broker) -> Obstacle:
    """Give the obstacle of a failed connection.

    >>> obstacle_of(TimeoutError("timed out"), Broker(host="b", port=8883, tls=True)).kind
    <LinkTrouble.UNREACHABLE: 'unreachable'>
    """
    at = f"{broker.host}:{broker.port}"
    match error:
        case ssl.SSLCertVerificationError(verify_code=code) if code in DATES:
            kind, expected = LinkTrouble.CERTIFICATE_DATES, "one that is valid today; check this computer's clock too"
        case ssl.SSLCertVerificationError(verify_code=code) if code in NAMES:
            kind, expected = LinkTrouble.WRONG_HOST, f"a certificate for {broker.host}; check url"
        case ssl.SSLCertVerificationError():
            kind, expected = LinkTrouble.WRONG_AUTHORITY, "a certificate of the authority in ca_file; check ca_file"
        case ssl.SSLError(reason=str(reason)) if any(word in reason for word in OURS):
            kind, expected = LinkTrouble.CERTIFICATE_REFUSED, "our certificate to be taken; have a new one made"
        case ssl.SSLError(reason=str(reason)) if any(word in reason for word in NOT_TLS):
            kind, expected = LinkTrouble.NO_TLS, "TLS; check the port in url"
        case NoTlsError():
            kind, expected = LinkTrouble.NO_TLS, "TLS; check the port in url"
        case socket.gaierror():
            kind, expected = LinkTrouble.NAME_UNKNOWN, "a name that the network knows; check url and the network"
        case _:
            kind, expected = LinkTrouble.UNREACHABLE, "an answer; check the network and whether the broker runs"
    return Obstacle(kind, f"broker {at}: found {_plainly(error)}, expected {expected}")


def looked_at(broker: Broker, context: ssl.SSLContext | None) -> Obstacle | None:
    """Try to reach a broker, and give what is in the way; None where nothing is. Waits for some seconds at most."""
    try:
        with socket.create_connection((broker.host, broker.port), timeout=LOOK_S) as plain:
            if context is None:
                return None
            with _secured(context, plain, broker) as secured:
                # What it thinks of our certificate it says after the handshake (TLS 1.3); silence is consent.
                secured.settimeout(0.5)
                try:
                    secured.recv(1)
                except TimeoutError:
                    return None
    except (OSError, ValueError) as error:
        return obstacle_of(error, broker)
    return None


def _secured(context: ssl.SSLContext, plain: socket.socket, broker: Broker) -> ssl.SSLSocket:
    """Begin TLS; whoever hangs up on that does not speak it."""
    try:
        return context.wrap_socket(plain, server_hostname=broker.host)
    except ConnectionError as error:
        raise NoTlsError("it hung up when TLS began") from error


def _plainly(error: Exception) -> str:
    said = getattr(error, "verify_message", None) or getattr(error, "reason", None) or getattr(error, "strerror", None)
    return str(said or error).lower().replace("_", " ")
