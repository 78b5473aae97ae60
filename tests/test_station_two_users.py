"""Station and uplink as two users of one group, in folders as systemd makes them: each does its own, neither more."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brokers import SecureBroker
from host_packages import as_root
from uplinks import clinic, eventually, stored

pytestmark = [
    pytest.mark.service,
    as_root,
]

STATION, UPLINK, GROUP = 64_101, 64_102, 64_100

BECOME = """
import encodings.idna, os
os.setgroups([])
os.setresgid({group}, {group}, {group})
os.setresuid({user}, {user}, {user})
os.umask(0o027)
"""

KEEPER = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from builders import SESSION_ID, facts_of_a_session
from stations import a_writer, keep
BECOME
writer = a_writer(Path({folder!r}))
print("ready", flush=True)
for number in map(int, sys.stdin):
    keep(writer, facts_of_a_session(2, number), SESSION_ID.format(number))
    print(number, flush=True)
writer.close()
"""

CARRIER = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from builders import an_info
from pressout_station.uplink.mqtt_client import Uplink
from pressout_link.broker import Broker
BECOME
folder = Path({folder!r})
broker = Broker(host="127.0.0.1", port={port}, tls=True, ca_file={ca!r}, certificate_file={pem!r}, key_file={key!r})
courier = Uplink(broker, ("north", "s3"), outbox=folder / "outbox", inbox=folder / "inbox", info=an_info())
print("ready", flush=True)
courier.run(lambda: False)
"""


TRY = """
BECOME
try:
    open({path!r}, {how!r})
except PermissionError:
    print("ready", flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make the folders as tmpfiles does: outbox 2750 of the station, inbox 2770 of the uplink."""
    folder = tmp_path / "pressout"
    for path, owner, mode in (
        (folder, STATION, 0o750),
        (folder / "outbox", STATION, 0o2750),
        (folder / "inbox", UPLINK, 0o2770),
    ):
        path.mkdir()
        os.chown(path, owner, GROUP)
        path.chmod(mode)
    for above in tmp_path.parents:
        if above.stat().st_uid == 0 and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o055)
    tmp_path.chmod(0o755)
    return folder


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SecureBroker]:
    made = SecureBroker(tmp_path / "broker")
    made.client("north/s3")
    made.start()
    own = tmp_path / "own"
    own.mkdir()
    for name in ("authority.pem", "north+s3.pem", "north+s3.key"):
        (own / name).write_bytes((made.folder / name).read_bytes())
        os.chown(own / name, UPLINK, GROUP)
        (own / name).chmod(0o400)
    yield made
    made.kill()


def started(code: str, user: int) -> subprocess.Popen[str]:
    """Start a program that becomes another user once it is loaded: the interpreter may be root's own."""
    process = subprocess.Popen(
        [sys.executable, "-c", code.replace("BECOME", BECOME.format(user=user, group=GROUP))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    return process


@pytest.mark.parametrize("first", ["station", "uplink"])
def test_whoever_starts_first_what_is_counted_arrives_and_each_keeps_to_its_own(
    folder: Path, broker: SecureBroker, tmp_path: Path, first: str
) -> None:
    own, tests = tmp_path / "own", str(Path(__file__).parent)
    keeper = KEEPER.format(tests=tests, folder=str(folder))
    carrier = CARRIER.format(
        tests=tests,
        folder=str(folder),
        port=broker.port,
        ca=str(own / "authority.pem"),
        pem=str(own / "north+s3.pem"),
        key=str(own / "north+s3.key"),
    )
    order = [(keeper, STATION), (carrier, UPLINK)]
    ends = [started(*one) for one in (order if first == "station" else order[::-1])]
    station = ends[0 if first == "station" else 1]
    assert station.stdin is not None
    assert station.stdout is not None
    try:
        with clinic(broker.client("clinic"), tmp_path / "clinic.db"):
            for number in (1, 2, 3):
                station.stdin.write(f"{number}\n")
                station.stdin.flush()
                assert station.stdout.readline().strip() == str(number)
            eventually(lambda: stored(tmp_path / "clinic.db") == 3)
            # Answered, taken out of the outbox by the station, and the answers dropped.
            eventually(lambda: not [one for one in (folder / "outbox").iterdir() if one.name[0].isdigit()])
            eventually(lambda: not [one for one in (folder / "inbox").iterdir() if not one.name.startswith(".")])
    finally:
        for end in ends:
            end.kill()
            end.wait()
            for pipe in (end.stdin, end.stdout):
                assert pipe is not None
                pipe.close()

    # The uplink sees no journal, and nobody else sees anything.
    assert stat.S_IMODE(os.stat(folder / "journal.db").st_mode) & 0o007 == 0
    assert os.stat(folder / "journal.db").st_uid == STATION


def test_the_uplinks_user_can_neither_read_the_journal_nor_write_the_outbox(folder: Path) -> None:
    keeper = started(KEEPER.format(tests=str(Path(__file__).parent), folder=str(folder)), STATION)
    keeper.kill()
    keeper.wait()
    for pipe in (keeper.stdin, keeper.stdout):
        assert pipe is not None
        pipe.close()

    for path, how in ((folder / "journal.db", "rb"), (folder / "outbox" / "x", "wb"), (folder / "audit.jsonl", "ab")):
        tried = started(TRY.format(path=str(path), how=how), UPLINK)
        tried.wait()
        for pipe in (tried.stdin, tried.stdout):
            assert pipe is not None
            pipe.close()
