"""Patient codes: digits that name nobody, the last of which betrays a slip of the finger.

The check digit is Damm's (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004): it finds every single wrong
digit and every swap of neighbours.
"""

from __future__ import annotations

from typing import Final

CODE_LENGTH: Final = 6
GUEST: Final = "guest"

_QUASIGROUP: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def checked(code: str) -> bool:
    """Tell whether `code` is six digits whose last one fits the others.

    >>> checked("471922"), checked("471932"), checked("479122")
    (True, False, False)
    """
    return len(code) == CODE_LENGTH and code.isascii() and code.isdigit() and _interim(code) == "0"


def with_check_digit(digits: str) -> str:
    """Give five digits with their check digit.

    >>> with_check_digit("47192")
    '471922'
    """
    return digits + _interim(digits)


def _interim(digits: str) -> str:
    row = "0"
    for digit in digits:
        row = _QUASIGROUP[int(row)][int(digit)]
    return row
