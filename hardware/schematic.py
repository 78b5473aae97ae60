"""Draws the schematic: bridge, amplifier, decoupling, pull-down, header. `python hardware/schematic.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import schemdraw
import schemdraw.elements as elm

PIN = elm.IcPin


def main(folder: Path) -> None:
    """Draw it; by schemdraw's own hand, which draws the same lines the same way every time."""
    schemdraw.use("svg")
    with schemdraw.Drawing(file=str(folder / "schematic.svg"), show=False) as drawing:
        drawing.config(fontsize=11, unit=2.2)
        cell = elm.Ic(
            pins=[PIN(name=name, side="right") for name in ("S-", "S+", "E-", "E+")],
            label="load cell\n(bridge)",
            edgepadW=1.4,
            pinspacing=1.2,
        )
        drawing += cell
        amplifier = elm.Ic(
            pins=[
                *(PIN(name=name, side="left") for name in ("A-", "A+", "E-", "E+")),
                *(PIN(name=name, side="right") for name in ("GND", "SCK", "DT", "VCC")),
            ],
            label="HX711\nRATE: 80/s",
            edgepadW=1.6,
            pinspacing=1.2,
        ).at((5.4, 0))
        drawing += amplifier
        for theirs, ours in (("S-", "A-"), ("S+", "A+"), ("E-", "E-"), ("E+", "E+")):
            drawing += elm.Line().at(getattr(cell, theirs)).to(getattr(amplifier, ours))
        header = elm.Ic(
            pins=[PIN(name=name, side="left") for name in ("GND (9)", "BCM10 (19)", "BCM9 (21)", "3V3 (1)")],
            label="Raspberry Pi",
            edgepadW=2.2,
            pinspacing=1.2,
        ).at((15.5, 0))
        drawing += header
        for theirs, ours in (("GND", "GND (9)"), ("SCK", "BCM10 (19)"), ("DT", "BCM9 (21)"), ("VCC", "3V3 (1)")):
            drawing += elm.Line().at(getattr(amplifier, theirs)).to(header.absanchors[ours])
        _beside(drawing, amplifier)


def _beside(drawing: schemdraw.Drawing, amplifier: elm.Ic) -> None:
    """Add what stands between the lines: decoupling at the amplifier, the clock's pull-down at the computer."""
    ground, supply, clock = (getattr(amplifier, name) for name in ("GND", "VCC", "SCK"))
    for offset, label in ((0.9, "100 nF"), (2.5, "10 uF")):
        drawing += elm.Dot().at((supply[0] + offset, supply[1]))
        drawing += elm.Line().up(0.9)
        drawing += elm.Capacitor().right(1.1).label(label, fontsize=9)
        drawing += elm.Ground().right()
    drawing += elm.Dot().at((clock[0] + 4.4, clock[1]))
    drawing += elm.Resistor().down().toy(ground).label("10 k", fontsize=9)
    drawing += elm.Dot()
    drawing += elm.Dot().at((ground[0] + 1.0, ground[1]))
    drawing += elm.Line().down(0.9)
    drawing += elm.Ground()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
