"""`pressout run` and what else holds the pins: opening them for one process, and turning the station's loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pressout_device import opening
from pressout_device.app import PanelFace, Simulated, station_of
from pressout_device.config import Config
from pressout_device.errors import JournalError
from pressout_device.holding import held
from pressout_device.ports import Clock, LoadCell
from pressout_device.simulation.patient import Asked

FRAME_S = 1 / 60
# A patient who walks in then is never there.
NEVER_S = 1e12


@contextmanager
def load_cell(config: Config, *, simulate: bool, still: bool = False) -> Iterator[tuple[LoadCell, Clock]]:
    """Open the load cell for this process alone; a simulated one with a patient on it, or `still`, with nobody.

    Raises
    ------
    LoadCellError
        If a running station holds it, or it cannot be opened.
    """
    with held(config.folder):
        now_s = time.monotonic()
        if simulate:
            cell, clock = opening.simulated(config.load_cell, asked_of(config), NEVER_S if still else now_s, 1.0, now_s)
        else:
            cell, clock = opening.real(config.load_cell, now_s)
        try:
            yield cell, clock
        finally:
            cell.close()


def station(config: Config, *, stopped: Callable[[], bool], simulate: bool) -> None:
    """Turn the station's loop until `stopped()` or the window is closed; then close and write what is open."""
    with held(config.folder):
        face = PanelFace(config)
        built = station_of(config, face, Simulated(asked_of(config)) if simulate else None)
        try:
            while not (stopped() or face.closed):
                frame_s = time.monotonic()
                built.frame()
                time.sleep(max(0.0, FRAME_S - (time.monotonic() - frame_s)))
        finally:
            saved = built.shut_down()
        if not saved:
            raise JournalError(
                f"journal: found no way to save the last of what was counted, expected space in {config.folder}; "
                "what was saved before is untouched"
            )


def head_of(config: Config) -> dict[str, str]:
    """Give the head of a trace recorded at this station: how to read its counts, and which line it was."""
    cell = config.load_cell
    item = config.prescription.first_on_the_line
    return {
        "zero_counts": str(cell.zero_counts),
        "counts_per_newton": str(cell.counts_per_newton),
        "rate_hz": str(cell.rate_hz),
        "load_cell_id": cell.load_cell_id,
        "resistance": str(item.resistance),
        "exercise": item.exercise,
        "target_n": str(item.target_n),
    }


def asked_of(config: Config, seed: int = 0) -> Asked:
    """Give what a simulated patient at this station is asked to do."""
    item = config.prescription.first_on_the_line
    return Asked(
        movement=item.movement,
        resistance=item.resistance,
        target_n=item.target_n,
        reps=item.reps,
        sets=item.sets,
        hold_s=item.hold_s,
        first_side=item.first_side,
        seed=seed,
    )
