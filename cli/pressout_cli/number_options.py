"""Numbers as options: what is wrong with one is said as everywhere else, what was found and what is accepted."""

from __future__ import annotations

import math
from typing import Any

import click

from pressout_session.error_sentences import between


class Whole(click.IntRange):
    """A whole number from `min` to `max`."""

    name = "whole number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401
        """Give it, or say what is accepted."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            self.fail(f"found {value!r}, expected a whole number{between(self.min, self.max)}", param, ctx)


class Number(click.FloatRange):
    """A number from `min` to `max`."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Give it, or say what is accepted; what is no number at all (`nan`) and what has no end (`inf`) is not."""
        try:
            number = float(super().convert(value, param, ctx))
        except click.BadParameter:
            number = math.nan
        if not math.isfinite(number):
            opened = self.min_open and self.min is not None
            which = f" above {self.min:g}" if opened else between(self.min, self.max)
            self.fail(f"found {value!r}, expected a number{which}", param, ctx)
        return number
