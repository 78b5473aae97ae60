"""Questions of `pressout setup`: each key of the configuration in words, with what is usual. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a key of the file, in words; where the answer is empty the key is left out.

    `usual` is offered where the file has nothing; `of` are the answers that there are, `needs` the answers without
    which nobody is asked.
    """

    key: str
    words: str
    usual: str = ""
    of: tuple[str, ...] = ()
    number: Callable[[str], int | float] | None = None
    needs: Callable[[Mapping[str, str]], bool] = lambda _answers: True

    @property
    def option(self) -> str:
        """What its option is called, as a program's word.

        >>> Question("station.site_id", "Site").option, Question("broker.url", "Broker").option
        ('site_id', 'broker_url')
        """
        table, name = self.key.split(".")
        return f"broker_{name}" if table == "broker" else name

    def valued(self, said: str) -> str | int | float:
        """Give an answer as the file has it; one that should be a number and is none stays as it is, to be refused."""
        try:
            return said if self.number is None else self.number(said)
        except ValueError:
            return said


def _wires(answers: Mapping[str, str]) -> bool:
    return answers.get("load_cell.way") in ("gpio", "hx711")


def _said(key: str) -> Callable[[Mapping[str, str]], bool]:
    """Give whether another question was answered, which is asked before."""
    return lambda answers: bool(answers.get(key))


_broker = _said("broker.url")

QUESTIONS = (
    Question("station.site_id", "Site, as the clinic's server calls it"),
    Question("station.station_id", "Station, as it is called there"),
    Question("load_cell.way", "Way to the amplifier", "spi", ("spi", "gpio", "hx711")),
    Question("load_cell.data_pin", "Data pin (BCM)", "9", number=int, needs=_wires),
    Question("load_cell.clock_pin", "Clock pin (BCM)", "10", number=int, needs=_wires),
    Question("load_cell.load_cell_id", "What is written on the load cell, such as its serial number (empty: unknown)"),
    Question("load_cell.rated_n", "What it is rated for, in newtons; 100 kg are 981", "981", number=float),
    Question("screen.language", "Language", "en", ("en", "es")),
    Question("screen.unit", "Unit", "kg", ("kg", "lb", "N")),
    Question("screen.width_px", "Panel's width in pixels", "800", number=int),
    Question("screen.height_px", "Panel's height in pixels", "480", number=int),
    Question("broker.url", "Clinic's broker, such as mqtts://broker.example (empty: none yet)"),
    Question("broker.ca_file", "Its authority's certificate", "/etc/pressout/authority.pem", needs=_broker),
    Question("broker.certificate_file", "This station's certificate (empty: by password)", needs=_broker),
    Question(
        "broker.key_file",
        "Its key, which is root's",
        "/etc/credstore/pressout.broker_key",
        needs=_said("broker.certificate_file"),
    ),
    Question("broker.username", "User's name (empty: by certificate)", needs=_broker),
    Question(
        "broker.password_file",
        "Its password, root's",
        "/etc/credstore/pressout.broker_password",
        needs=_said("broker.username"),
    ),
    Question("dose.resistance", "Line", "tubing", ("tubing", "cable")),
    Question("dose.target_n", "Usual target in newtons", "40", number=float),
)
