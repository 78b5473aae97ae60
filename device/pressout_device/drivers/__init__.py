"""The ways to a load cell, a file each: its name is what `load_cell.way` says, its `opened` opens it.

Another way (the kernel's driver, a microcontroller) joins as one more file here, and nothing else changes.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import TYPE_CHECKING

from pressout_device.ports import LoadCell, MonotonicClock

if TYPE_CHECKING:  # the configuration asks this folder for its names
    from pressout_device.settings import LoadCellSection


def opened(cell: LoadCellSection, clock: MonotonicClock) -> LoadCell:
    """Open the load cell the way the configuration says.

    Raises
    ------
    LoadCellError
        If a package, a device or a file that this way needs is not there, in one sentence.
    """
    way = importlib.import_module(f"{__name__}.{cell.way}")
    found: LoadCell = way.opened(cell, clock)
    return found


def names() -> tuple[str, ...]:
    """Give the names of all ways.

    >>> names()
    ('gpio', 'hx711', 'replay', 'simulated', 'spi')
    """
    return _names_in(tuple(__path__))


@functools.cache
def _names_in(folders: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(folders)))
