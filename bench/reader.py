"""What we claim of the load cell's reader, measured, with the package hx711 and a plain thread beside it.

Writes docs/reference/load-cell-measured.md. Nothing in that file is typed by hand but its words.
"""

from __future__ import annotations

import os
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

from bench import adversity, faultload, reader_handover
from pressout_device.chip.frame import DATA_BITS
from pressout_device.chip.reader import HX711LoadCell
from pressout_device.clock import VirtualClock
from pressout_device.drivers.gpio import Pins
from pressout_device.drivers.hx711 import PackageWires
from pressout_device.drivers.simulated import wires_to
from pressout_device.drivers.spi import SpiWires

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "load-cell-measured.md"
FRAMES = 200_000
# The way that we advise is measured for longer, and under an adversary the others for less.
LONGER, SHORTER = 5, 4
HANDING_S = 600.0
BESIDE_S = 120.0
COST_FRAMES, COST_ROUNDS = 2_000, 7

INTRODUCTION = """\
Written by `make bench ARGS=reader`; each table was measured in one run, on x86-64 and on the emulated chip. **Nothing
here ran on a Raspberry Pi, and nothing here proves one's wiring**: what an owner must still try is at the end of
[load-cell.md](load-cell.md), and `pressout diagnose` is how.
"""
FAULT_LOAD = f"""\
The tension rises by a newton a second, so that every value tells when it was taken. In 1 of 500 pulses the computer is
held up for 20 to 300 µs; now and then for 1 to 30 ms, so that a conversion ends in the middle of a read-out; spikes of
up to {1e6 * faultload.SPIKE_LONGEST_S:.0f} µs come on the data line every {1e3 * faultload.SPIKE_EVERY_S:.0f} ms; the
plug is out for {faultload.UNPLUGGED_S:g} s after every {faultload.PLUGGED_S:g}. A value is wrong when it is further
than {faultload.RIGHT_COUNTS:g} counts (25 ms of the rise) from the truth at its stamp.
"""
BOOKS = """\
The chip's own books: every conversion that ended is one that was read, a named fault, one that the chip itself replaced
or threw away before a computer that was held up came back (*unread*), one that ended inside a read-out and spoilt it
(*spoilt*; the frame it spoilt is among the faults), or one that was whole and not used (*set aside*): the first after
every plug, since a chip that was without power may not have settled, and those whose end nobody saw because the
computer was held up just then, so that their stamp would be a guess.
"""
ADVERSITY = f"""\
One thing at a time, again and again, the computer never held up: a pulse or a reset every
{adversity.HAPPENS_EVERY_S:g} s, dips of the data line every 50 ms, an inverted line every second. Nothing in a frame
shows most of these; what does is in [load-cell.md](load-cell.md#a-conversion-that-stands-alone-is-no-reading).
"""
STATES = "What does not pass by itself, for ten seconds of the chip's time; when it was first said, in seconds."
COSTS = """\
What a frame costs in Python, with pins and bus that do nothing: what lgpio, the kernel or the bus take comes on top.
The bare loop sets and reads 25 times and checks nothing. Looks: how often the line is looked at for one conversion.
"""
HANDING = """\
A real station draws its live set sixty times a second while every core is kept busy by other processes. Lateness is
from the end of a conversion to its hand-over, the emulated chip's own cost included.
"""


def fault_table(frames: int) -> Iterator[str]:
    """Measure every way under the load, then the package alone."""
    yield "| way | frames | read | **wrong** | furthest from the truth, counts | faults | converted | unread | spoilt |"
    yield "|---|---|---|---|---|---|---|---|---|"
    books = ["", "| way | plugged in | set aside | computer held up |", "|---|---|---|---|"]
    for way in faultload.WAYS:
        done = faultload.ours(way, LONGER * frames if way == "spi" else frames)
        faults = ", ".join(f"{kind} {count}" for kind, count in done.faults.most_common())
        taken = done.read + sum(done.faults.values())
        yield (
            f"| {way} | {taken} | {done.read} | **{done.wrong}** | {done.furthest_counts:.1f} | {faults} | "
            f"{done.converted} | {done.unread} | {done.spoilt} |"
        )
        books.append(f"| {way} | {done.plugs} | {done.set_aside} | {done.held_up} times |")
    theirs = faultload.theirs(frames)
    yield (
        f"| the package's own `get_raw_data` | | {theirs.values} | **{theirs.wrong}** | | none are said; "
        f"{theirs.hung} calls did not return within {faultload.HUNG_S:g} s, {theirs.raised} raised | | | |"
    )
    yield from books


def adversity_table(frames: int) -> Iterator[str]:
    """Measure every way under each adversity."""
    yield "| what happens | way | frames | how often | read | **wrong** | furthest from the truth, counts | faults |"
    yield "|---|---|---|---|---|---|---|---|"
    for what in adversity.ADVERSITIES:
        for way in faultload.WAYS:
            done = adversity.under(what, way, LONGER * frames if way == "spi" else frames // SHORTER)
            faults = ", ".join(f"{kind} {count}" for kind, count in done.faults.most_common())
            taken = done.read + sum(done.faults.values())
            yield (
                f"| {what} | {way} | {taken} | {done.happened} | {done.read} | **{done.wrong}** | "
                f"{done.furthest_counts:.1f} | {faults} |"
            )


def state_table() -> Iterator[str]:
    """Measure what each way says in states that do not pass."""
    yield "| state | " + " | ".join(faultload.WAYS) + " | the package's own `get_raw_data` |"
    yield "|---|" + "---|" * (len(faultload.WAYS) + 1)
    for state in faultload.STATES:
        said = [faultload.in_state(state, way) for way in faultload.WAYS]
        told = [kind if first_s is None else f"`{kind}` after {first_s:.2f}" for kind, first_s in said]
        yield f"| {state} | " + " | ".join(told) + f" | {faultload.package_in_state(state)} |"


class _IdlePin:
    """A pin that does nothing and reads low."""

    function, pull, state = "input", "up", 0

    def output_with_state(self, level: int) -> None:
        """Take a level."""
        self.state = level

    def close(self) -> None:
        """Do nothing."""


class _IdleBus:
    """A bus that answers at once."""

    def __init__(self) -> None:
        self._answer = [0] * 6 + [0xFF]

    def xfer2(self, values: Sequence[int], speed_hz: int) -> Sequence[int]:
        """Answer."""
        return self._answer

    def close(self) -> None:
        """Do nothing."""


def _cost_us(once: Callable[[], object]) -> float:
    rounds = []
    for _ in range(COST_ROUNDS):
        began_s = time.process_time()
        for _ in range(COST_FRAMES):
            once()
        rounds.append(1e6 * (time.process_time() - began_s) / COST_FRAMES)
    return median(rounds)


def cost_table() -> Iterator[str]:
    """Measure what a frame of each way costs, side by side, and how often the line is looked at."""
    pins = {number: _IdlePin() for number in (faultload.DATA_PIN, faultload.CLOCK_PIN)}
    idle: Any = SimpleNamespace(pin=pins.__getitem__)
    numbers = {"data_pin": faultload.DATA_PIN, "clock_pin": faultload.CLOCK_PIN}
    clock = VirtualClock()
    clock_pin, data_pin = pins[faultload.CLOCK_PIN], pins[faultload.DATA_PIN]

    def bare() -> int:
        bits = 0
        for _ in range(DATA_BITS + 1):
            clock_pin.state = 1
            clock_pin.state = 0
            bits = bits << 1 | bool(data_pin.state)
        return bits

    frames: dict[str, Callable[[], object]] = {
        "spi": SpiWires(_IdleBus(), clock).frame,
        "gpio": Pins(idle, **numbers, clock=clock).frame,
        "hx711": PackageWires(idle, **numbers, clock=clock).frame,
    }
    base_us = _cost_us(bare)
    yield "| way | a frame | against the bare loop | looks a conversion |"
    yield "|---|---|---|---|"
    yield f"| bare loop | {base_us:.1f} µs | 1 | |"
    for way, frame in frames.items():
        cost_us = _cost_us(frame)
        yield f"| {way} | {cost_us:.1f} µs | {cost_us / base_us:.1f} | {_looks(way):.1f} |"


def _looks(way: str) -> float:
    """Count how often the line is looked at for one conversion, when nothing goes wrong."""
    clock = VirtualClock()
    wires = wires_to(faultload.chip_at(clock), clock, way)
    looks = 0

    class Counted:
        frame, wake, exchanged, close = wires.frame, wires.wake, wires.exchanged, wires.close

        def busy(self) -> bool:
            nonlocal looks
            looks += 1
            return wires.busy()

    items = HX711LoadCell(Counted(), clock, rate_hz=80).readings(0.1)
    for _ in range(100):
        next(items)
    looks = 0
    for _ in range(1_000):
        next(items)
    return looks / 1_000


def handing_table(duration_s: float, beside_s: float) -> Iterator[str]:
    """Measure the hand-over, and the plain way beside it."""
    yield "| reader | for | readings | lost by the hand-over | holes | faults | late: half / 99 % / **99.9 %** / most |"
    yield "|---|---|---|---|---|---|---|"
    frames = ["", "| reader | frames a second | a frame took: half / 99 % / most |", "|---|---|---|"]
    cases: tuple[tuple[str, float, Callable[[float], reader_handover.Handed]], ...] = (
        ("the station's child", duration_s, reader_handover.by_a_child),
        ("a child that may not run before others", beside_s, reader_handover.by_an_ordinary_child),
        ("a thread of the process that draws", beside_s, reader_handover.by_a_thread),
    )
    for name, for_s, measure in cases:
        done = measure(for_s)
        late = [f"{1e3 * done.lateness_s[share]:.2f}" for share in ("p50", "p99", "p99.9", "most")]
        faults = ", ".join(f"{kind} {count}" for kind, count in done.faults.most_common()) or "none"
        before = done.granted is not None and done.granted.realtime
        shown = f"{name} (ran before others)" if before and measure is reader_handover.by_a_child else name
        yield (
            f"| {shown} | {for_s:.0f} s | {done.readings} | {done.lost} | {done.holes} | {faults} | "
            f"{late[0]} / {late[1]} / **{late[2]}** / {late[3]} ms |"
        )
        took = [f"{1e3 * done.frames_s[share]:.1f}" for share in ("p50", "p99", "most")]
        frames.append(f"| {name} | {done.frames / for_s:.1f} | {took[0]} / {took[1]} / {took[2]} ms |")
    yield from frames


def page(*, frames: int, handing_s: float, beside_s: float) -> str:
    """Measure everything; give the page as Markdown."""
    parts = (
        ("# The load cell's reader, measured", INTRODUCTION, iter(())),
        ("## Under a load of faults", FAULT_LOAD, fault_table(frames)),
        ("", BOOKS, iter(())),
        ("## Under an adversary", ADVERSITY, adversity_table(frames)),
        ("## In states that do not pass", STATES, state_table()),
        ("## What a frame costs", COSTS, cost_table()),
        ("## The hand-over", HANDING, handing_table(handing_s, beside_s)),
    )
    lines: list[str] = []
    for title, words, table in parts:
        lines += [title, ""] if title else []
        lines += [*textwrap.wrap(words, 120, break_on_hyphens=False), ""]
        rows = list(table)
        lines += [*rows, ""] if rows else []
    return "\n".join(lines)


def run(*, frames: int = FRAMES, minutes: float = HANDING_S / 60) -> None:
    """Measure, print, and write the page when it was the whole measurement."""
    # No screen is needed to draw one; where there is none, SDL's own will do.
    for kind in ("VIDEO", "AUDIO"):
        os.environ.setdefault(f"SDL_{kind}DRIVER", "dummy")
    whole = frames >= FRAMES and minutes >= HANDING_S / 60
    text = page(frames=frames, handing_s=60 * minutes, beside_s=min(BESIDE_S, 60 * minutes))
    print(text)
    if whole:
        PAGE.write_text(text, encoding="utf-8")
