"""`pressout setup`: a file that is right or not there, asked or unasked, once or again."""

from __future__ import annotations

import tomllib
from pathlib import Path

from click.testing import CliRunner, Result

from pressout_cli.main import cli
from pressout_cli.setup.questions import QUESTIONS
from pressout_cli.setup_command import setup
from pressout_station import config
from pressout_station.staff.accounts import Therapists

NAMED = ("--site-id", "north", "--station-id", "s3", "--load-cell-id", "S50-0117")


def set_up(file: Path, *words: str, said: str = "") -> Result:
    return CliRunner().invoke(cli, ["setup", "--config", str(file), "--no-diagnose", *words], input=said)


def test_every_question_has_its_option() -> None:
    taken = {option.name for option in setup.params}
    assert {question.option for question in QUESTIONS} <= taken
    assert len({question.option for question in QUESTIONS}) == len(QUESTIONS)


def test_a_station_is_configured_without_being_asked(tmp_path: Path) -> None:
    file = tmp_path / "etc" / "station.toml"
    result = set_up(file, "--yes", *NAMED, "--unit", "lb", "--resistance", "cable", "--target-n", "60")

    assert result.exit_code == 0, result.output
    made = config.read(file)
    assert (made.station.site_id, made.screen.unit, made.broker) == ("north", "lb", None)
    assert made.prescription.first_on_the_line.target_n == 60.0


def test_it_asks_what_nobody_said_and_offers_what_is_usual(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    # Site, station, way and its pins, the cell; the rest as offered: newlines.
    said = "north\ns3\ngpio\n5\n6\nS50\n" + "\n" * 9

    result = set_up(file, said=said)

    assert result.exit_code == 0, result.output
    cell = config.read(file).load_cell
    assert (cell.way, cell.data_pin, cell.clock_pin, cell.load_cell_id) == ("gpio", 5, 6, "S50")


def test_run_again_it_changes_what_was_said_and_keeps_all_else_with_its_comments(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    set_up(file, "--yes", *NAMED)
    file.write_text(file.read_text() + '\n# ours, in order\n[[dose]]\nexercise = "half_kneeling_row"\n')
    before = file.read_text()

    assert "nothing to change" in set_up(file, "--yes").output
    assert file.read_text() == before
    set_up(file, "--yes", "--language", "es")

    after = tomllib.loads(file.read_text())
    assert after["screen"]["language"] == "es"
    assert [dose["exercise"] for dose in after["dose"]] == ["pallof_press", "half_kneeling_row"]
    assert "# ours, in order" in file.read_text()


def test_mistakes_are_all_told_and_the_file_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    set_up(file, "--yes", *NAMED)
    before = file.read_bytes()

    result = set_up(file, "--yes", "--rated-n", "9", "--unit", "stone")

    assert result.exit_code != 0
    assert "rated_n: found 9" in str(result.exception)
    assert "screen.unit: found 'stone'" in str(result.exception)
    assert file.read_bytes() == before
    assert set_up(tmp_path / "none.toml", "--yes").exit_code != 0
    assert not (tmp_path / "none.toml").exists()


def test_a_broker_comes_and_goes_with_its_address(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    set_up(file, "--yes", *NAMED, "--broker-url", "mqtts://broker.example", "--broker-username", "north/s3")
    assert tomllib.loads(file.read_text())["broker"]["username"] == "north/s3"

    set_up(file, "--yes", "--broker-url", "")
    assert "broker" not in tomllib.loads(file.read_text())


def test_therapists_are_let_in_with_a_pin(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\nsite_id = "n"\nstation_id = "s"\nfolder = "{tmp_path}"\n')

    result = set_up(file, "--yes", "--therapist", "ab", said="483920\n483920\n")

    assert result.exit_code == 0, result.output
    assert set(Therapists(tmp_path).all()) == {"AB"}


def test_each_answer_is_checked_when_it_is_given_and_asked_for_again(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    # A site with a blank, no station, a way and a clock pin that are none, a cell too weak: each is put right at once.
    said = "no rth\nnorth\n\ns3\nrope\ngpio\n5\n5\n6\nS50\n9\n981\n" + "\n" * 8

    result = set_up(file, said=said)

    assert result.exit_code == 0, result.output
    told = result.output + result.stderr
    assert "station.site_id: found 'no rth', expected 1 to 64 letters" in told
    assert "station.station_id: found nothing" in told
    assert "load_cell.way: found 'rope', expected one of spi, gpio, hx711" in told
    assert "found pin 5 used twice" in told
    assert "load_cell.rated_n: found 9, expected a number from 50 to 50000" in told
    assert config.read(file).load_cell.clock_pin == 6


def test_what_may_be_answered_is_shown_beside_each_question(tmp_path: Path) -> None:
    shown = set_up(tmp_path / "station.toml", said="").output + set_up(tmp_path / "s.toml", said="a\nb\n").output

    assert "Site, as the clinic's server calls it (1 to 64 letters of A to Z" in shown
    assert "Way to the amplifier (spi, gpio, hx711) [spi]" in shown


def test_an_interruption_loses_nothing_that_was_typed(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    interrupted = set_up(file, said="north\ns3\ngpio\n5\n")  # and then the terminal is gone

    again = set_up(file, said="\n" * 20)

    assert interrupted.exit_code != 0
    assert "found nobody to answer" in str(interrupted.exception)
    assert "Going on where setup was interrupted" in again.output
    assert again.exit_code == 0, again.output
    made = config.read(file)
    assert (made.station.site_id, made.load_cell.way, made.load_cell.data_pin) == ("north", "gpio", 5)
    assert [path.name for path in tmp_path.iterdir()] == ["station.toml"]
    assert "interrupted" not in set_up(file, said="\n" * 20).output


def test_answers_of_an_interrupted_setup_are_nobody_elses_and_not_taken_unasked(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    set_up(file, said="south\ns9\n")
    (kept,) = tmp_path.iterdir()

    set_up(file, "--yes", *NAMED)

    assert kept.stat().st_mode & 0o077 == 0
    assert config.read(file).station.site_id == "north"


def test_a_place_that_cannot_be_written_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = set_up(tmp_path / "file" / "station.toml", said="north\n")

    assert "expected a folder that this user may write" in str(result.exception)
    assert "Site" not in result.output


def test_a_pin_that_is_easy_to_guess_is_asked_for_again(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\nsite_id = "n"\nstation_id = "s"\nfolder = "{tmp_path}"\n')

    result = set_up(file, "--yes", "--therapist", "ab", said="123456\n123456\n483920\n483920\n")

    assert result.exit_code == 0, result.output
    assert "expected six digits that are hard to guess" in result.stderr
    assert "123456" not in result.stderr
    assert set(Therapists(tmp_path).all()) == {"AB"}


def test_whoever_is_interrupted_is_told_that_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"

    result = set_up(file, said="north\n")

    assert f"{file} is as it was; what was answered is kept, and offered the next time." in result.stderr
    assert not file.exists()


def test_what_comes_next_names_the_configuration_that_was_written(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"

    result = set_up(file, "--yes", *NAMED)

    assert f"Next: sudo pressout calibrate --config {file}, with known masses" in result.output
