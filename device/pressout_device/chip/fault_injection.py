"""Faults around an emulated chip, at will and repeatably: a computer held up, a lead that picks up."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from pressout_device.clock import VirtualClock


@dataclass(slots=True)
class HeldUpClock(VirtualClock):
    """The clock of a process that is now and then not running: a look at it may come late.

    Parameters
    ----------
    seed : int
        Of what happens.
    chance : float
        Of being held up, a look at the clock or a wait.
    shortest_s, longest_s : float
        For how long.
    stall_chance : float
        Of being held up for long instead: 1 to 30 ms, up to two conversions.
    """

    seed: int = 0
    chance: float = 0.0
    shortest_s: float = 20e-6
    longest_s: float = 300e-6
    stall_chance: float = 0.0
    times: int = field(default=0, init=False)
    _random: random.Random = field(default_factory=random.Random, init=False)

    def __post_init__(self) -> None:
        """Begin the sequence that belongs to the seed."""
        self._random.seed(self.seed)

    def now_s(self) -> float:
        """Look, perhaps late."""
        self._be_held_up()
        self.time_s += self.look_s
        return self.time_s

    def sleep(self, duration_s: float) -> None:
        """Wait, perhaps for longer."""
        self._be_held_up()
        self.time_s += max(0.0, duration_s)

    def _be_held_up(self) -> None:
        drawn = self._random.random()
        if drawn < self.stall_chance:
            self.times += 1
            self.time_s += self._random.uniform(1e-3, 30e-3)
        elif drawn < self.stall_chance + self.chance:
            self.times += 1
            self.time_s += self._random.uniform(self.shortest_s, self.longest_s)


class Interference:
    """Spikes on the data line: short, at random, each turning the level round while it lasts.

    Parameters
    ----------
    every_s : float
        Mean time from one to the next.
    longest_s : float
        How long one lasts at most.
    seed : int
        Of when they come.
    """

    def __init__(self, *, every_s: float, longest_s: float, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._every_s = every_s
        self._longest_s = longest_s
        self._begin_s = self._end_s = 0.0
        self.passed_by = 0

    def turns(self, now_s: float) -> bool:
        """Tell whether a spike is on the line; to be asked with a time that does not go back."""
        while now_s >= self._end_s:
            self._begin_s = self._end_s + self._random.expovariate(1.0 / self._every_s)
            self._end_s = self._begin_s + self._random.uniform(0.0, self._longest_s)
            self.passed_by += 1
        return now_s >= self._begin_s


class Moments:
    """Moments at random at which something happens.

    Parameters
    ----------
    every_s : float
        Mean time from one to the next.
    seed : int
        Of when they come.
    first_s : float, optional
        When the first is, if that is not left to chance.
    """

    def __init__(self, *, every_s: float, seed: int = 0, first_s: float | None = None) -> None:
        self._random = random.Random(seed)
        self._every_s = every_s
        self._next_s = self._random.expovariate(1.0 / every_s) if first_s is None else first_s
        self.passed_by = 0

    def passed(self, now_s: float) -> float | None:
        """Give the next one that has been, once; None where none has."""
        if self._next_s > now_s:
            return None
        found_s = self._next_s
        self._next_s += self._random.expovariate(1.0 / self._every_s)
        self.passed_by += 1
        return found_s
