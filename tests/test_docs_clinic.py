"""The clinic's pages: every command and every program on them is run as it stands."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import prerequisites
from brokers import MOSQUITTO, SecureBroker, free_port
from builders import a_document, an_order
from host_packages import needs
from javascript import NODE, PACKAGES, SCRIPTS, needs_node
from postgres import BIN, Postgres, needs_postgres
from pressout_session.document import decode, encode
from pressout_session.wire import AckResult
from shell import ran
from uplinks import Folders, eventually, turning

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

pytestmark = pytest.mark.service


def blocks(page: Path, language: str = "sh") -> list[str]:
    """Give a page's commands or programs, a block each."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SecureBroker]:
    made = SecureBroker(tmp_path / "broker", names=("localhost", "127.0.0.1"))
    for name in ("clinic", "north/s3"):
        made.client(name)
    made.start()
    yield made
    made.kill()


def here(text: str, broker: SecureBroker) -> str:
    """Give a page's text with its broker's place."""
    return text.replace('"broker.example", 8883', f'"localhost", {broker.port}').replace(
        "broker.example -p 8883", f"localhost -p {broker.port}"
    )


def delivered(broker: SecureBroker, folders: Folders, heard: Path) -> list[AckResult]:
    """Let an uplink deliver a session to whoever listens; give what it was answered."""
    with turning(folders.courier(broker.client("north/s3")).run):
        eventually(lambda: len(folders.answers()) == 1)
    assert [decode(line).seq for line in heard.read_bytes().splitlines()] == [1]
    return [answer.ack.result for answer in folders.answers()]


def test_the_ten_lines_of_python_store_a_session_and_the_station_knows(broker: SecureBroker, tmp_path: Path) -> None:
    (program,) = blocks(DOCS / "how-to" / "subscribe.md", "python")
    folders = Folders(tmp_path)
    folders.finish(1)
    subscriber = subprocess.Popen([sys.executable, "-c", here(program, broker)], cwd=broker.folder)
    try:
        assert delivered(broker, folders, broker.folder / "sessions.jsonl") == [AckResult.STORED]
    finally:
        subscriber.kill()
        subscriber.wait()


@needs(prerequisites.MOSQUITTO_CLIENTS, prerequisites.JQ)
def test_mosquitto_sub_and_jq_show_what_comes_by(broker: SecureBroker, tmp_path: Path) -> None:
    (command,) = blocks(DOCS / "how-to" / "subscribe.md")
    folders = Folders(tmp_path)
    folders.finish(1)
    shown = tmp_path / "shown"
    with shown.open("wb") as out:
        looking = subprocess.Popen(
            here(command, broker), shell=True, cwd=broker.folder, stdout=out, start_new_session=True
        )
        try:
            with turning(folders.courier(broker.client("north/s3")).run):
                eventually(lambda: b"471922" in shown.read_bytes())
        finally:
            os.killpg(looking.pid, 9)
            looking.wait()

    assert shown.read_text().splitlines()[0].split("\t")[1:] == ["s3", "471922", "left 2"]
    assert folders.answers() == []


@needs_node
def test_the_schema_is_enough_for_a_subscriber_in_another_language(broker: SecureBroker, tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    folders.finish(1)
    heard = tmp_path / "heard.jsonl"
    words = [f"mqtts://localhost:{broker.port}", str(broker.folder), str(DOCS / "reference" / "session.schema.json")]
    subscriber = subprocess.Popen(
        [str(NODE), str(SCRIPTS / "subscriber.js"), *words, str(heard)],
        env={**os.environ, "NODE_PATH": str(PACKAGES)},
    )
    try:
        assert delivered(broker, folders, heard) == [AckResult.STORED]
    finally:
        subscriber.kill()
        subscriber.wait()


@needs(prerequisites.MOSQUITTO, prerequisites.OPENSSL)
def test_the_tutorial_goes_from_nothing_to_a_report(tmp_path: Path) -> None:
    first, broker, clinic, *rest = blocks(DOCS / "tutorial" / "first-clinic.md")
    (tmp_path / "docs").symlink_to(DOCS)
    folder = tmp_path / "first-clinic"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin"
    port = free_port()
    running: list[subprocess.Popen[bytes]] = []

    def run(block: str, where: Path) -> str:
        return ran("set -e\n" + block.replace("make install\n", ""), where, PATH=path)

    try:
        run(first, tmp_path)
        for file in folder.glob("*.*"):
            file.write_text(file.read_text().replace("8883", str(port)))
        if os.geteuid() == 0:
            with (folder / "mosquitto.conf").open("a") as conf:
                conf.write("user root\n")
        for command in (broker.replace("mosquitto ", f"{MOSQUITTO} ", 1), clinic):
            running.append(subprocess.Popen(command.split(), cwd=folder, env={**os.environ, "PATH": path}))
        visits, known, out = rest
        run(visits, folder)
        said = run(known, folder)
        done = run(out, folder)
    finally:
        for one in running:
            one.kill()
            one.wait()

    assert "north/s3-demo" in said
    assert "19 / 19 of 19" in said
    assert "<svg" in (folder / "report.html").read_text()
    assert len([json.loads(line) for line in (folder / "sessions.ndjson").read_text().splitlines()]) == 3
    assert "3 sessions, 1 prescription" in done
    assert "471922" not in done.split("erased")[-1]


@needs_postgres
@needs(prerequisites.SQLITE3)
def test_a_clinic_is_looked_after_backed_up_and_restored_as_the_page_says(
    postgres: Postgres, broker: SecureBroker, tmp_path: Path
) -> None:
    commands = [line for block in blocks(DOCS / "how-to" / "look-after-the-clinic.md") for line in block.splitlines()]
    for name in ("authority.pem", "clinic.pem", "clinic.key"):
        shutil.copy(broker.folder / name, tmp_path / name)
    toml = (DOCS / "how-to" / "broker" / "clinic.toml").read_text().replace("/etc/pressout/", f"{tmp_path}/")
    toml = toml.replace("/etc/credstore/pressout-clinic.broker_key", f"{tmp_path}/clinic.key")
    (tmp_path / "clinic.toml").write_text(toml.replace("broker.example:8883", f"127.0.0.1:{broker.port}"))
    (tmp_path / "dose.json").write_text(msgspec.json.encode(an_order()).decode())
    folders = Folders(tmp_path)
    folders.finish(1)
    (tmp_path / "sessions.jsonl").write_bytes(
        encode(msgspec.structs.replace(a_document(2), patient_ref="530863")) + b"\n"
    )
    sqlite3.connect(tmp_path / "clinic.db").close()
    env = {
        **os.environ,
        **{"PGHOST": "127.0.0.1", "PGPORT": str(postgres.port), "PGUSER": "clinic"},
        "PRESSOUT_DATABASE": "postgresql:///pressout",
        "PATH": f"{Path(sys.executable).parent}:{BIN}:{os.environ['PATH']}",
    }
    said: dict[str, str] = {}
    worker: subprocess.Popen[bytes] | None = None
    try:
        for command in commands:
            if command.startswith("export "):
                continue
            if "--worker" in command:
                worker = subprocess.Popen(command.split(), cwd=tmp_path, env=env)
                with turning(folders.courier(broker.client("north/s3")).run):
                    eventually(lambda: len(folders.answers()) == 1)
                continue
            said[command] = ran(command, tmp_path, **env)
    finally:
        if worker is not None:
            worker.kill()
            worker.wait()

    assert "north/s3" in said["pressout clinic fleet"]
    assert "1 session, 1 prescription" in said["pressout clinic erase 471922"]
    assert "erased" in said["pressout clinic audit"]
    assert (tmp_path / "backup.dump").stat().st_size > 0
