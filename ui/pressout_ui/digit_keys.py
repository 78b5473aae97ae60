"""Digits as keyboards, number pads and scanners send them, whatever their layout and their lamps say."""

from __future__ import annotations

from typing import Final

# SDL's scancodes, which name a key by its place: the row above the letters, and the number pad (USB HID, page 7).
ROW: Final = {30 + place: str((place + 1) % 10) for place in range(10)}
PAD: Final = {89 + place: str((place + 1) % 10) for place in range(10)}


def digit_of(letter: str, scancode: int) -> str | None:
    """Give the digit of a key, or None.

    A letter that is a digit is one, whoever sends it. Where it is none the key's place tells: a French keyboard has
    digits only with Shift, a number pad only while its lamp is on. Control characters and letters are nothing.

    Examples
    --------
    >>> digit_of("4", 33), digit_of("&", 30), digit_of("", 92), digit_of("a", 4), digit_of(chr(13), 40)
    ('4', '1', '4', None, None)
    """
    if len(letter) == 1 and letter.isascii() and letter.isdigit():
        return letter
    return ROW.get(scancode) or PAD.get(scancode)
