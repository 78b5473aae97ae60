"""Broker settings: an address, a trust anchor, and a secret that is not in the configuration.

What encrypts is loaded when it is needed: a station reads this much of its configuration before its first picture.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pressout_link.bounded_files import bounded_bytes, bounded_text
from pressout_session.error_sentences import why

if TYPE_CHECKING:
    import ssl

PORTS = {"mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}
ENCRYPTED, WEB = ("mqtts", "wss"), ("ws", "wss")
# Where brokers listen for web sockets, if the address does not say.
WEB_PATH = "/mqtt"


class BrokerAddressError(ValueError):
    """An address or a secret that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker's address and what is needed to be let in.

    Parameters
    ----------
    host, port : str, int
        Where it listens.
    tls : bool
        Whether the connection is encrypted and the server verified.
    ca_file, certificate_file, key_file : str or None
        PEM files: whom we trust (None: the system's authorities), and who we are.
    username, password : str or None
        Who we are, where the broker asks for that.
    path : str or None
        Where it takes web sockets; None for MQTT itself.
    others : tuple of Broker
        The same broker at other addresses, to be tried in turn.
    """

    host: str
    port: int
    tls: bool
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    username: str | None = None
    password: str | None = None
    path: str | None = None
    others: tuple[Broker, ...] = ()

    def in_turn(self) -> tuple[Broker, ...]:
        """Give every address, this one first."""
        return (self, *self.others)

    def mark(self) -> str:
        """Give letters that only those who hold our key or password can know, or nothing where we have neither.

        A broker lets anyone who may connect take a session by its client id, and join a share by its group: names
        with the mark in them nobody can guess. It is drawn out slowly, so that it tells nothing of a short password.

        Raises
        ------
        BrokerAddressError
            If the key cannot be read.
        """
        try:
            secret = bounded_bytes(Path(self.key_file)) if self.key_file else (self.password or "").encode()
        except OSError as error:
            raise BrokerAddressError(_closed("key_file", self.key_file, error)) from error
        import hashlib

        return hashlib.pbkdf2_hmac("sha256", secret, b"pressout mark", 100_000, 8).hex() if secret else ""

    def context(self) -> ssl.SSLContext | None:
        """Give the TLS context: server verified, 1.2 or newer; None without TLS."""
        if not self.tls:
            return None
        import ssl

        self._look_at_files()
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            # From Python 3.13 on, authorities without a key usage are refused, as many a clinic made its own: what is
            # verified stays what it was before.
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
            if self.key_file and os.stat(self.key_file).st_mode & 0o007:
                raise BrokerAddressError(f"key_file: found {self.key_file} readable by everyone, expected chmod 400")
            if self.certificate_file:
                context.load_cert_chain(self.certificate_file, self.key_file, password=_no_pass_phrase)
        except (OSError, ssl.SSLError) as error:
            raise BrokerAddressError(
                f"broker certificates: found {why(error)}, expected readable PEM files; "
                "check ca_file, certificate_file, key_file"
            ) from error
        return context

    def _look_at_files(self) -> None:
        """Name the file that is missing or closed: TLS itself only says that one of three is."""
        for name in ("ca_file", "certificate_file", "key_file"):
            path = getattr(self, name)
            try:
                if path is not None:
                    Path(path).open("rb").close()
            except OSError as error:
                raise BrokerAddressError(_closed(name, path, error)) from error


def _no_pass_phrase() -> str:
    """Stand in the place of OpenSSL's question at the terminal, which nobody is there to answer."""
    raise BrokerAddressError(
        "key_file: found it encrypted, expected a key without a pass phrase, which a service can read by itself; "
        "openssl pkey -in OLD -out NEW takes it off, chmod 400 keeps it closed"
    )


def _closed(name: str, path: str | None, error: OSError) -> str:
    return f"{name}: found {why(error)} at {path}, expected a PEM file that this user may read"


def broker_at(url: str, *, allow_plain: bool = False, also: Sequence[str] = (), **files: str | None) -> Broker:
    """Read a URL such as `mqtts://broker.example:8883`, or `wss://broker.example/mqtt` for web sockets on 443.

    `also` are other addresses of the same broker, tried in turn.

    Raises
    ------
    BrokerAddressError
        If it is no such URL, carries a password, or asks for plain text that was not allowed.

    Examples
    --------
    >>> broker_at("mqtts://broker.example").port
    8883
    """
    others = tuple(broker_at(one, allow_plain=allow_plain, also=(), **files) for one in also)
    shown = url.rpartition("@")[2]  # what stands before it may be a secret
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in PORTS else None
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise BrokerAddressError(f"broker: found an address that is none ({shown!r}), expected mqtts://HOST") from error
    if ":" in url.rpartition("@")[0].partition("//")[2]:
        raise BrokerAddressError("broker: found a password in the URL, expected it in password_file or a credential")
    if not host:
        raise BrokerAddressError(
            f"broker: found {shown!r}, expected mqtts://HOST[:PORT] or wss://HOST (or mqtt:// with allow_plain)"
        )
    if parts.scheme not in ENCRYPTED and not allow_plain:
        raise BrokerAddressError(
            f"broker: found {parts.scheme}://, which is plain text; expected {parts.scheme}s://, or allow_plain = true "
            "in [broker]"
        )
    password_file = files.pop("password_file", None)
    username = files.pop("username", None) or parts.username
    if files.get("certificate_file"):
        files["key_file"] = _credential("broker_key") or files.get("key_file")
    return Broker(
        host=host,
        port=port,
        tls=parts.scheme in ENCRYPTED,
        path=(parts.path or WEB_PATH) if parts.scheme in WEB else None,
        others=others,
        username=username,
        password=_password(password_file) if username else None,
        **files,
    )


def _credential(name: str) -> str | None:
    """Give where a secret is that systemd passed to this service; it wins over what the configuration names.

    So one configuration serves a service, whose user may read no secret, and root who tries it by hand.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder, name) if folder else None
    return str(path) if path and path.exists() else None


def _password(file: str | None) -> str | None:
    """Read the password that systemd passed, or from `file`, which nobody else may read."""
    passed = _credential("broker_password")
    found = passed or file
    if not found:
        return None
    path = Path(found)
    try:
        mode = path.stat().st_mode
        secret = bounded_text(path).strip() or None
    except OSError as error:
        raise BrokerAddressError(
            f"password_file: found {why(error)} at {path}, expected a file that this user may read"
        ) from error
    if mode & 0o077 and not passed:
        raise BrokerAddressError(f"password_file: found {path} readable by others, expected chmod 600")
    return secret
