"""What a person meets at the command line: one clear sentence, an honest exit code, and nothing lost."""

from __future__ import annotations

import importlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from builders import SESSION_ID, a_document
from host_packages import as_root
from pressout_cli.demo.broker import EmbeddedBroker
from pressout_clinic.store import Store
from pressout_clinic.subscriber import answered
from pressout_device import drivers
from pressout_device.errors import BrokerError
from pressout_session.document import encode
from pressout_session.wire import session_topic
from shell import CONFIG, NOBODY, one_sentence, pressout

# What a child loads before it becomes nobody, who may not look into root's home.
PRELOADED = (
    "concurrent.futures.process",
    "encodings.utf_8_sig",
    "pressout_station.run",
    "pressout_cli.analysis.analyze_traces",
    "pressout_cli.cell_commands",
    "pressout_cli.cell_reader",
    "pressout_cli.main",
)


@pytest.mark.parametrize("words", [[], ["nonsense"], ["analyze"], ["analyze", "--resistance", "rope", "x"], ["clinic"]])
def test_wrong_usage_exits_with_two(words: list[str]) -> None:
    assert pressout(*words).returncode == 2


@pytest.mark.parametrize(
    "command", ["demo", "run", "uplink", "clinic", "analyze", "record", "calibrate", "diagnose", "export", "config"]
)
def test_every_command_explains_itself(command: str) -> None:
    result = pressout(command, "--help")

    assert result.returncode == 0
    assert "Usage" in result.stdout


def test_a_station_without_a_display_says_so(config_file: Path) -> None:
    said = one_sentence(pressout("run", "--simulate", "--config", config_file, SDL_VIDEODRIVER="nonsense"))

    assert "display: found none" in said


def test_a_computer_without_pins_says_so(config_file: Path) -> None:
    said = one_sentence(pressout("diagnose", "--way", "gpio", "--config", config_file))

    assert "expected a Raspberry Pi" in said


def test_record_writes_a_trace_that_analyze_reads(config_file: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace.csv"

    assert pressout("record", "--simulate", "--seconds", "1", "--config", config_file, trace).returncode == 0
    told = json.loads(pressout("analyze", "--json", trace).stdout)

    assert 60 < told["samples"] <= 82


def as_nobody(*words: str | Path, said: Path) -> int:
    """Run the command in a child that is nobody: root sees no permission error. Modules are loaded before it drops."""
    preloaded = [importlib.import_module(name) for name in (PRELOADED)]
    drivers.names()  # nobody may not look into a clone in root's home
    child = os.fork()
    if child == 0:
        sys.stderr = open(said, "w", buffering=1)  # noqa: SIM115 (this process is about to end)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        sys.argv = ["pressout", *map(str, words)]
        code = 70
        try:
            preloaded[-1].main()
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@as_root
def test_a_folder_that_may_not_be_written_is_said_to_an_ordinary_user(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o755)
    path = tmp_path / "station.toml"
    path.write_text(CONFIG.format(folder=closed / "station"))
    for folder in tmp_path.parents:
        if folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    tmp_path.chmod(0o755)

    code = as_nobody("record", "--simulate", "--config", path, tmp_path / "x.csv", said=tmp_path / "said")

    said = (tmp_path / "said").read_text()
    assert code == 1, said
    assert "may write" in said
    assert "Traceback" not in said
    assert list(closed.iterdir()) == []


@as_root
@pytest.mark.parametrize("words", [("diagnose",), ("calibrate",)])
def test_a_station_that_is_somebody_elses_is_asked_for_with_sudo_before_any_question(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    theirs = tmp_path / "station"
    theirs.mkdir(mode=0o700)
    path = tmp_path / "station.toml"
    path.write_text(CONFIG.format(folder=theirs))
    for folder in tmp_path.parents:
        if folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    tmp_path.chmod(0o755)

    code = as_nobody(*words, "--config", path, said=tmp_path / "said")

    said = (tmp_path / "said").read_text()
    assert code == 1, said
    assert "found Permission denied" in said
    assert "say the same with sudo in front" in said


def test_a_full_disk_is_said_and_what_was_recorded_stays(config_file: Path) -> None:
    said = one_sentence(pressout("record", "--simulate", "--seconds", "1", "--config", config_file, "/dev/full"))

    assert "No space left" in said


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with pytest.raises(BrokerError, match="taken"):
            EmbeddedBroker(tmp_path, taken.getsockname()[1])


def test_two_cannot_hold_one_station(config_file: Path, tmp_path: Path) -> None:
    words = ["record", "--simulate", "--seconds", "20", "--config", str(config_file), str(tmp_path / "a.csv")]
    first = subprocess.Popen([sys.executable, "-m", "pressout_cli.entry", *words], stdout=subprocess.DEVNULL)
    try:
        lock = tmp_path / "station" / "station.lock"
        while not (lock.exists() and (tmp_path / "a.csv").exists()):
            assert first.poll() is None

        said = one_sentence(pressout("record", "--simulate", "--config", config_file, tmp_path / "b.csv"))
    finally:
        first.kill()
        first.wait()

    assert "running station" in said


def test_export_gives_json_lines_and_a_table(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/clinic.db")
    for session in (1, 2):
        answered(store, [(session_topic("north", "s3", SESSION_ID.format(session)), encode(a_document(session)))])
    store.close()

    lines = pressout("export", tmp_path / "clinic.db").stdout.splitlines()
    table = pressout("export", "--format", "csv", tmp_path / "clinic.db").stdout.splitlines()

    assert [json.loads(line)["session_id"][-1] for line in lines] == ["1", "2"]
    assert len(table) == 1 + 2 * 2


def test_export_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("hello")

    assert "expected a journal.db" in one_sentence(pressout("export", tmp_path / "x.db"))


def test_questions_that_nobody_is_there_to_answer_say_why(config_file: Path) -> None:
    said = one_sentence(pressout("calibrate", "--simulate", "--config", config_file, said=""))

    assert "found nobody to answer 'Known mass, in kg', expected a terminal" in said
    assert "--mass-kg" in said


def test_a_report_that_cannot_be_written_is_said_without_a_number_of_the_system(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/clinic.db")
    answered(store, [(session_topic("north", "s3", SESSION_ID.format(1)), encode(a_document(1)))])
    store.close()
    words = ["clinic", "report", "--database", f"sqlite:///{tmp_path}/clinic.db", "--html", "/nowhere/x.html"]

    said = one_sentence(pressout(*words, str(a_document(1).patient_ref)))

    assert said.startswith("/nowhere/x.html: found No such file or directory")


def test_a_simulated_calibration_says_that_it_is_one_and_where_it_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_text(CONFIG.format(folder=tmp_path / "station").replace("= 400.0", "= 4400.0"))

    result = pressout("calibrate", "--simulate", "--config", file, "--mass-kg", "5", "--by", "AB", said="\n\n\n")

    assert result.returncode == 0, result.stderr
    assert f"Simulated: it is kept in {tmp_path}/station/simulated" in result.stdout
    assert "the real cell's calibration is as it was" in result.stdout
