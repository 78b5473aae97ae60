"""The screen in words, for where there is no display: one line, said again whenever it changes."""

from __future__ import annotations

from collections.abc import Callable

from pressout_signal.events import Resistance
from pressout_ui.app import Screen
from pressout_ui.commands import Sound
from pressout_ui.messages import Message
from pressout_ui.scenes import rest, summary
from pressout_ui.scenes.live_set import LiveSet, headword
from pressout_ui.scenes.rating import Rating
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import SetUp, place_of
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.timed import Timed
from pressout_ui.scenes.today import Today
from pressout_ui.scenes.trouble import InTrouble


def told(screen: Screen) -> str:
    """Give the scene in one line."""
    known, words = screen.known, screen.known.words
    item = known.cabled
    side = words.side(known.side)
    match screen.scene:
        case LiveSet() as scene if item is not None:
            cue = f"  !  {' '.join(words.cue[scene.cue.kind])}" if scene.cue else ""
            return f"{side} {known.set_count} {words.of} {item.reps}  {headword(scene, item, known)}{cue}"
        case SetUp() as scene if item is not None:
            place = place_of(scene, item, known.now_s)
            step = {
                "low": words.heavier if item.resistance is Resistance.CABLE else words.further,
                "high": words.lighter if item.resistance is Resistance.CABLE else words.closer,
                "slack": words.take_up,
            }
            return f"{side}  {step.get(place, words.ready)}"
        case Rest() as resting:
            return rest.title(resting, known)
        case Timed() if known.item is not None:
            return words.exercises[known.item.exercise]
        case Summary():
            return summary.title(known)
        case Today() if item is not None:
            return f"{words.exercises[item.exercise]}. {' '.join(words.begin)}"
        case Rating(asked=asked):
            return words.pain_now if asked == "pain" else words.effort
        case InTrouble(trouble=trouble):
            return f"{words.trouble}. {words.trouble_why[trouble]}"
        case _:
            return " ".join(words.idle)


class TextFace:
    """Says the scene whenever it has changed.

    Parameters
    ----------
    say : callable
        Takes a line; None says nothing.
    """

    def __init__(self, say: Callable[[str], None] | None) -> None:
        self._say = say
        self._said = ""
        self.closed = False

    def show(self, screen: Screen) -> None:
        """Say it, if it is new."""
        if self._say is None:
            return
        line = told(screen)
        if line != self._said:
            self._said = line
            self._say(line)

    def messages(self) -> list[Message]:
        """Give nothing: text has no fingers."""
        return []

    def play(self, sound: Sound, lasts_s: float = 0.0) -> None:
        """Play nothing."""
