"""Whatever is typed wrong at a command, wherever: one mistake is said once, in words that tell what is accepted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shell import pressout

# An errno, a class of Python's, or a word of a library's that nobody chose.
PRIVATE = re.compile(
    r"\[[Ee]rrno|Traceback|Error\(|\bint\b|\bstr\b|\bfloat\b|NoneType|Invalid enum|integer range|float range|Struct"
)


@pytest.fixture
def there(tmp_path: Path, config_file: Path) -> dict[str, Path]:
    """Give things that are not what a command wants."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "words").write_text("hello")
    return {
        "FOLDER": tmp_path / "folder",
        "BYTES": tmp_path / "bytes",
        "WORDS": tmp_path / "words",
        "NONE": tmp_path / "none",
        "NOWHERE": Path("/nowhere/x"),
        "CONFIG": config_file,
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("demo --reps abc", "found 'abc', expected a whole number from 1 to 100"),
        ("demo --speed nan", "found 'nan', expected a number from 0.1 to 200"),
        ("demo --speed 900", "found '900', expected a number from 0.1 to 200"),
        ("demo --resistance rope", "'tubing', 'cable'"),
        ("demo --patient 123456", "expected six digits whose last one fits"),
        ("demo --config NONE", "found no such file"),
        ("demo --report NOWHERE", "found no folder /nowhere, expected one that is there"),
        ("analyze --target-n 0 WORDS", "found '0', expected a number above 0"),
        ("analyze NONE", "No such file or directory"),
        ("analyze FOLDER", "Is a directory"),
        ("config check FOLDER", "Is a directory"),
        ("config check BYTES", "bytes that are no UTF-8 text"),
        ("config check WORDS", "expected TOML"),
        ("run --config NONE", "pressout setup makes one"),
        ("uplink --config NONE", "pressout setup makes one"),
        ("clinic --broker foo", "expected mqtts://HOST"),
        ("clinic --broker mqtt://localhost", "expected mqtts://"),
        ("clinic fleet --database foo://x", "expected sqlite:///FILE or postgresql://HOST/NAME"),
        ("clinic fleet --database sqlite:////nowhere/x.db", "found no file /nowhere/x.db"),
        ("clinic fleet --database postgresql://nohost.invalid/x", "expected a PostgreSQL that answers"),
        ("clinic import --database sqlite:///FOLDER/x.db WORDS", "found no JSON"),
        ("clinic prescribe --database sqlite:////nowhere/x.db --to north WORDS", "found no file /nowhere/x.db"),
        ("export NONE", "found no such file, expected a journal.db"),
        ("export FOLDER", "found a folder, expected a journal.db"),
        ("export WORDS", "expected a journal.db"),
        ("export --since yesterday WORDS", "found 'yesterday', expected a day (2026-03-01)"),
        ("export --output NOWHERE WORDS", "/nowhere/x: found No such file or directory"),
        ("export --format parquet --output NOWHERE WORDS", "No such file or directory"),
        ("record --simulate --seconds 1 --config CONFIG FOLDER", "Is a directory"),
        ("record --simulate --seconds 1 --config CONFIG NOWHERE", "No such file or directory"),
        ("record --simulate --seconds soon --config CONFIG NONE", "found 'soon', expected a number from 0.5 to 86400"),
        ("diagnose --way rope --config CONFIG", "found 'rope', expected one of gpio, hx711, replay, simulated, spi"),
        ("calibrate --mass-kg x --config CONFIG", "found 'x', expected a number from 0.1 to 500"),
        ("therapist add X --config CONFIG", "expected two to four capital letters"),
        ("therapist remove ZZ --config CONFIG", "found no 'ZZ'"),
        ("setup --yes --config FOLDER", "Is a directory"),
    ],
)
def test_a_mistake_is_said_once_with_what_is_accepted(
    line: str, said: str, there: dict[str, Path], tmp_path: Path
) -> None:
    for name, path in there.items():
        line = line.replace(name, str(path))
    words = line.split()

    result = pressout(*words, HOME=str(tmp_path))

    told = result.stdout + result.stderr
    assert result.returncode in (1, 2), told
    assert told.count(said) == 1, told
    assert not PRIVATE.search(told), told
    assert len([one for one in result.stderr.splitlines() if "found" in one or "Error:" in one]) == 1, told


def test_a_key_that_is_misspelt_is_one_mistake_and_not_also_a_missing_one(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_text('[station]\nsite_id = "n"\nstation_name = "s"\n[load_cell]\n[[dose]]\nexercise = "pallof_press"\n')

    told = pressout("config", "check", file).stderr.splitlines()

    assert told == [
        "station.station_name: found a key that means nothing here; did you mean station.station_id?",
    ]


def test_a_choice_that_is_none_of_a_configurations_says_which_there_are(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_text(
        '[station]\nsite_id = "n"\nstation_id = "s"\nclinic_doses = "maybe"\n[screen]\nunit = "stone"\nmuted = "no"\n'
        '[load_cell]\nrate_hz = 50\nrated_n = "strong"\n[[dose]]\nexercise = "pallof_press"\nfirst_side = "up"\n'
    )

    told = pressout("config", "check", file).stderr.splitlines()

    assert told == [
        "station.clinic_doses: found 'maybe', expected one of shown, trusted, refused",
        "load_cell.rate_hz: found 50, expected one of 10, 80",
        "load_cell.rated_n: found 'strong', expected a number from 50 to 50000",
        "screen.unit: found 'stone', expected one of N, kg, lb",
        "screen.muted: found 'no', expected true or false",
        "dose[1].first_side: found 'up', expected one of left, right",
    ]
