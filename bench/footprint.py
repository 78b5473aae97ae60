"""What the station asks of a small computer: how long until the first picture, and how much memory it stays in."""

from __future__ import annotations

import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from brokers import SecureBroker
from shell import CONFIG

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "footprint.md"
TIMES = 11
SETTLED_S = 20.0

TEXT = """# Footprint

Measured by `make bench ARGS=footprint` on {machine}, {date}. Not on a Raspberry Pi. Starts are alternated with the plain baseline and
medians taken; memory is what is resident (`VmRSS`) after {settled:.0f} s, with a simulated patient at work and the broker connected.

| | asked | measured |
|---|---|---|
| from the command to the first picture, beside `import numpy, pygame` alone | at most 1.6 times | {ratio:.2f} times ({ours:.2f} s, {bare:.2f} s) |
| from the command until the station's loop turns, everything loaded | | {turning:.2f} s |
| the station, resident | at most 110 MB | {station:.0f} MB, and its reading child {child:.0f} MB |
| the uplink, resident | at most 45 MB | {uplink:.0f} MB |
"""  # noqa: E501 (a table's rows)


def run() -> None:
    """Measure, and write the page."""
    with tempfile.TemporaryDirectory(prefix="pressout-footprint-") as where:
        folder = Path(where)
        config = folder / "station.toml"
        config.write_text(CONFIG.format(folder=folder / "station"))
        _first_picture(config), _bare()  # whatever is read from the disk is read once
        bare_s, starts = zip(*((_bare(), _first_picture(config)) for _ in range(TIMES)), strict=True)
        ours_s, turning_s = (statistics.median(times_s) for times_s in zip(*starts, strict=True))
        told = {"ours": ours_s, "turning": turning_s, "bare": statistics.median(bare_s), "settled": SETTLED_S}
        told |= _memory(folder, config)
    told["ratio"] = told["ours"] / told["bare"]
    print(told)
    machine = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    PAGE.write_text(TEXT.format(machine=machine, date=datetime.now(UTC).date(), **told))


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "SDL_VIDEODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1", **more}


def _bare() -> float:
    began_s = time.monotonic()
    subprocess.run([sys.executable, "-c", "import numpy, pygame"], check=True, env=_environment())
    return time.monotonic() - began_s


def _first_picture(config: Path) -> tuple[float, float]:
    """Start the station; its words to systemd say when the first picture is there, and when its loop turns."""
    ear = config.parent / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(ear))
        began_s = time.monotonic()
        station = _child("run", "--simulate", "--config", str(config), NOTIFY_SOCKET=str(ear))
        words = [(heard.recv(100), time.monotonic() - began_s) for _ in range(2)]
    ear.unlink()
    station.terminate()
    station.wait()
    (shown, shown_s), (ready, ready_s) = words
    assert shown.startswith(b"STATUS=The first picture"), shown
    assert ready == b"READY=1", ready
    return shown_s, ready_s


def _child(*words: str, **more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pressout_cli.entry", *words]
    return subprocess.Popen(command, env=_environment(**more), stderr=subprocess.DEVNULL)


def _memory(folder: Path, config: Path) -> dict[str, float]:
    broker = SecureBroker(folder / "broker")
    broker.client("north/s3")
    broker.start()
    files = {"ca_file": "authority.pem", "certificate_file": "north+s3.pem", "key_file": "north+s3.key"}
    lines = [f'{name} = "{broker.folder / file}"' for name, file in files.items()]
    table = "\n".join(["[broker]", f'url = "mqtts://127.0.0.1:{broker.port}"', *lines])
    config.write_text(f"{config.read_text()}\n{table}\n")
    station, uplink = _child("run", "--simulate", "--config", str(config)), _child("uplink", "--config", str(config))
    try:
        time.sleep(SETTLED_S)
        children = Path(f"/proc/{station.pid}/task/{station.pid}/children").read_text().split()
        reader = max((resident_mb(int(pid)) for pid in children), default=0.0)
        return {"station": resident_mb(station.pid), "child": reader, "uplink": resident_mb(uplink.pid)}
    finally:
        for one in (station, uplink):
            one.terminate()
            one.wait()
        broker.kill()


def resident_mb(pid: int) -> float:
    """Give what a process holds of memory."""
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024
