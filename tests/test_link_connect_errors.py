"""What can be in the way to the clinic's broker: each told apart, said in words, and nothing lost or given away."""

from __future__ import annotations

import logging
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from brokers import SecureBroker, certificates, free_port
from pressout_link.broker import Broker
from pressout_session.error_codes import LinkTrouble
from pressout_station.mailbox import spool
from strict_broker import strict_broker
from uplinks import Folders, clinic, eventually, turning

pytestmark = pytest.mark.service
SECRET = "a-long-secret-of-nobody"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def test_the_certificates_stand_up_to_the_strictest_check(tmp_path: Path) -> None:
    certificates(tmp_path, "authority")
    certificates(tmp_path, "broker", "127.0.0.1", "localhost")
    context = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "broker.pem", tmp_path / "broker.key")

    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = context.wrap_bio(there, back, server_hostname="localhost")
    theirs = server.wrap_bio(back, there, server_side=True)
    done: set[str] = set()
    for _ in range(6):
        for name, end in (("ours", ours), ("theirs", theirs)):
            try:
                end.do_handshake()
                done.add(name)
            except ssl.SSLWantReadError:
                continue

    assert done == {"ours", "theirs"}


def trouble_of(folders: Folders, broker: Broker, expected: LinkTrouble) -> spool.Link:
    name = folders.finish(1)
    with turning(folders.courier(broker).run):
        eventually(lambda: folders.link().trouble is expected)
        link = folders.link()
    assert spool.documents(folders.outbox) == [name]  # nothing is dropped
    assert folders.answers() == []
    return link


def test_a_broker_of_another_authority_gets_nothing(broker: SecureBroker, folders: Folders, tmp_path: Path) -> None:
    certificates(tmp_path / "other", "authority")
    stranger = replace(broker.client("north/s3"), ca_file=str(tmp_path / "other" / "authority.pem"))

    assert "ca_file" in trouble_of(folders, stranger, LinkTrouble.WRONG_AUTHORITY).details


def test_a_certificate_that_has_run_out_is_said_so_and_the_clock_is_named(
    broker: SecureBroker, folders: Folders
) -> None:
    broker.kill()
    broker.run_out()
    broker.start()

    link = trouble_of(folders, broker.client("north/s3"), LinkTrouble.CERTIFICATE_DATES)

    assert "clock" in link.details


def test_a_certificate_for_another_name_is_said_so(tmp_path: Path, folders: Folders) -> None:
    broker = SecureBroker(tmp_path / "broker", names=("elsewhere.example",))
    broker.start()

    link = trouble_of(folders, broker.client("north/s3"), LinkTrouble.WRONG_HOST)

    broker.kill()
    assert "127.0.0.1" in link.details


def test_a_revoked_station_is_out_and_keeps_what_it_has(broker: SecureBroker, folders: Folders) -> None:
    known = broker.client("north/s3")
    certificates(broker.folder, "revoke", "north/s3")
    broker.kill()
    broker.start()

    trouble_of(folders, known, LinkTrouble.CERTIFICATE_REFUSED)


def test_a_station_without_a_certificate_is_out(broker: SecureBroker, folders: Folders) -> None:
    bare = replace(broker.client("north/s3"), certificate_file=None, key_file=None)

    trouble_of(folders, bare, LinkTrouble.CERTIFICATE_REFUSED)


def test_a_wrong_password_is_said_so_and_never_told(
    tmp_path: Path, folders: Folders, caplog: pytest.LogCaptureFixture
) -> None:
    broker = SecureBroker(tmp_path / "broker", "mosquitto-passwords.conf")
    broker.passwords(north_s3="the right one", clinic="theirs")
    broker.start()

    with caplog.at_level(logging.DEBUG):
        link = trouble_of(folders, broker.user("north/s3", SECRET), LinkTrouble.REFUSED)
        folders.finish(2)
        with (
            clinic(broker.user("clinic", "theirs"), tmp_path / "clinic.db"),
            turning(folders.courier(broker.user("north/s3", "the right one")).run),
        ):
            eventually(lambda: len(folders.answers()) == 2)
    broker.kill()

    assert "password" in link.details
    assert "refuse us" in caplog.text
    assert SECRET not in caplog.text + str([path.read_bytes() for path in folders.inbox.iterdir() if path.is_file()])


def test_a_broker_that_is_away_and_one_that_speaks_no_tls_are_told_apart(
    tmp_path: Path, folders: Folders, broker: SecureBroker
) -> None:
    known = broker.client("north/s3")
    trouble_of(folders, replace(known, port=free_port()), LinkTrouble.UNREACHABLE)
    trouble_of(folders, replace(known, host="no-such-host.invalid"), LinkTrouble.NAME_UNKNOWN)
    plain = tmp_path / "plain.conf"
    port = free_port()
    plain.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n")
    made = SecureBroker(tmp_path / "plain")
    (made.folder / "mosquitto.conf").write_text(plain.read_text())
    made.port = port
    made.start()

    trouble_of(folders, replace(known, port=port), LinkTrouble.NO_TLS)
    made.kill()


def test_a_broker_that_lets_us_in_and_not_hear_is_said_and_nothing_is_dropped(folders: Folders) -> None:
    with strict_broker() as port:
        link = trouble_of(folders, Broker(host="127.0.0.1", port=port, tls=False), LinkTrouble.NOT_SUBSCRIBED)

    assert link.connected
    assert "refuse subscriptions to pressout/" in link.details
