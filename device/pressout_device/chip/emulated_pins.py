"""The emulated chip behind two of gpiozero's mock pins, for the ways that clock it bit by bit. Imports gpiozero."""

from __future__ import annotations

from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from pressout_device.chip.emulator import Chip


class _ClockPin(MockPin):
    """The pin that the reader drives."""

    chip: Chip

    def _change_state(self, value: bool) -> bool:
        # Not the mock's own: it keeps every edge for ever.
        self._state = value
        chip = getattr(self, "chip", None)
        if chip is not None:
            chip.called()
            chip.clocked(value)
        return True


class _DataPin(MockPin):
    """The pin that the chip drives."""

    chip: Chip

    def _get_state(self) -> bool:
        chip = getattr(self, "chip", None)
        if chip is None:
            return bool(self._state)
        chip.called()
        return bool(chip.line())

    def _change_state(self, value: bool) -> bool:
        self._state = value
        return True


def wired(chip: Chip, *, data_pin: int, clock_pin: int, swapped: bool = False) -> MockFactory:
    """Give a factory whose two pins (BCM numbers) lead to `chip`; `swapped`, each to the other's wire."""
    factory: Any = MockFactory()
    factory.pin(data_pin if swapped else clock_pin, pin_class=_ClockPin).chip = chip
    factory.pin(clock_pin if swapped else data_pin, pin_class=_DataPin).chip = chip
    return factory
