"""A configuration: every mistake told at once, in words for whoever stands next to the machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import prerequisites
from host_packages import needs
from pressout_device.errors import ConfigError
from pressout_link.broker import BrokerAddressError, broker_at
from pressout_station.config import checked
from shell import one_sentence, pressout


def a_key_and_certificate(key: Path, certificate: Path, *how: str) -> None:
    made = "openssl req -new -x509 -days 30 -newkey rsa:2048 -subj /CN=north"
    subprocess.run([*made.split(), *how, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    key.chmod(0o600)


def test_all_mistakes_of_a_configuration_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(
        """
        [station]
        site_id = "north"
        station_name = "s3"
        [load_cell]
        data_pin = 5
        clock_pin = 5
        rate_hz = 50
        counts_per_newton = 400
        [screen]
        brightness = 3
        [[dose]]
        exercise = "pallof_pres"
        target_kg = 4
        reps = 0
        [broker]
        url = "mqtt://broker.example"
        """
    )

    said = one_sentence(pressout("config", "check", path))

    for mistake in (
        "station.station_name: found a key that means nothing here; did you mean station.station_id?",
        "load_cell.rate_hz: found 50",
        "load_cell: found pin 5 used twice",
        "screen.brightness: found a key",
        "dose[1].target_kg: found a key that means nothing here; did you mean dose[1].target_n?",
        "dose[1].reps: found 0",
        "dose.exercise: found 'pallof_pres'",
        "plain text",
    ):
        assert mistake in said


def test_a_configuration_without_mistakes_is_said_to_be_so(config_file: Path) -> None:
    result = pressout("config", "check", config_file)

    assert (result.returncode, result.stderr) == (0, "")


def test_a_configuration_that_is_not_there_yet_leads_to_setup(tmp_path: Path) -> None:
    said = one_sentence(pressout("config", "check", tmp_path / "station.toml"))

    assert "found no such file" in said
    assert "pressout setup makes one" in said


@needs(prerequisites.OPENSSL)
def test_a_certificate_that_is_not_here_is_told_and_is_no_mistake(config_file: Path) -> None:
    authority = config_file.parent / "authority.pem"
    table = f'[broker]\nurl = "mqtts://broker.example"\nca_file = "{authority}"\n'
    config_file.write_text(f"{config_file.read_text()}\n{table}")

    absent = pressout("config", "check", config_file)
    a_key_and_certificate(authority.with_name("k.pem"), authority, "-nodes")
    present = pressout("config", "check", config_file)

    assert absent.returncode == present.returncode == 0
    assert f"broker.ca_file: {authority} is not on this computer" in absent.stdout
    assert "ca_file" not in present.stdout


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"[station"])
def test_a_configuration_that_is_no_toml_is_said_in_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "station.toml"
    if content is not None:
        path.write_bytes(content)

    assert "expected" in one_sentence(pressout("config", "check", path))


def test_a_configuration_with_only_timed_exercises_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one"):
        checked({"dose": [{"exercise": "bird_dog"}]})


@pytest.mark.parametrize("url", ["mqtts://u:s3cret@host", "mqts://u:s3cret@host", "mqtts://u:s3cret@[bad"])
def test_a_password_in_a_url_is_refused_and_never_printed(url: str) -> None:
    with pytest.raises(BrokerAddressError) as refused:
        broker_at(url)

    assert "s3cret" not in str(refused.value)


def test_a_key_that_everyone_may_read_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "station.key"
    key.write_text("a key")
    key.chmod(0o644)

    with pytest.raises(BrokerAddressError, match="readable by everyone"):
        broker_at("mqtts://host", certificate_file=str(key), key_file=str(key)).context()


def test_a_secret_that_systemd_passed_wins_over_a_file_that_the_service_may_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "broker_key").write_text("a key")
    (tmp_path / "broker_password").write_text("s3cret\n")
    (tmp_path / "broker_password").chmod(0o440)

    broker = broker_at(
        "mqtts://host",
        username="north/s3",
        password_file="/etc/credstore/pressout.broker_password",
        certificate_file="/etc/pressout/station.pem",
        key_file="/etc/credstore/pressout.broker_key",
    )

    assert (broker.key_file, broker.password) == (str(tmp_path / "broker_key"), "s3cret")


def test_a_secret_that_systemd_did_not_pass_is_the_one_in_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    broker = broker_at("mqtts://host", certificate_file="station.pem", key_file="station.key")

    assert (broker.key_file, broker.password) == ("station.key", None)


def test_a_password_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("s3cret")
    secret.chmod(0o644)

    with pytest.raises(BrokerAddressError, match="chmod 600"):
        broker_at("mqtts://host", username="station", password_file=str(secret))


def test_a_broker_is_encrypted_and_verified_unless_someone_says_otherwise() -> None:
    broker = broker_at("mqtts://broker.example")

    context = broker.context()
    assert context is not None
    assert context.check_hostname
    assert broker.port == 8883


def test_a_configuration_that_an_editor_of_windows_has_saved_is_read(config_file: Path) -> None:
    config_file.write_bytes(b"\xef\xbb\xbf" + config_file.read_bytes())

    assert pressout("config", "check", config_file).returncode == 0


@needs(prerequisites.OPENSSL)
def test_a_key_with_a_pass_phrase_is_said_before_the_uplink_asks_for_one(config_file: Path, tmp_path: Path) -> None:
    key, certificate = tmp_path / "k.pem", tmp_path / "c.pem"
    a_key_and_certificate(key, certificate, "-passout", "pass:secret")
    broker = (
        f'[broker]\nurl = "mqtts://localhost"\nca_file = "{certificate}"\n'
        f'certificate_file = "{certificate}"\nkey_file = "{key}"\n'
    )
    config_file.write_text(broker + config_file.read_text())

    said = one_sentence(pressout("config", "check", config_file))

    assert "found it encrypted, expected a key without a pass phrase" in said
