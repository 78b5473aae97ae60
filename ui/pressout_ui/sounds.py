"""Sounds, made of sines; silent where there is no sound device, which is no error. Imports pygame."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from pressout_ui.commands import Sound
from pressout_ui.pygame_import import pygame

logger = logging.getLogger(__name__)

RATE_HZ = 22_050
# Notes as (frequency in Hz, length in s, rest after in s).
SCORES: Final[Mapping[Sound, tuple[tuple[float, float, float], ...]]] = MappingProxyType(
    {
        Sound.TICK: ((880.0, 0.04, 0.0),),
        Sound.LAST_THREE: ((1175.0, 0.06, 0.0),),
        Sound.SIDE_DONE: ((784.0, 0.12, 0.03), (1047.0, 0.2, 0.0)),
        Sound.POSTURE: ((220.0, 0.07, 0.09), (220.0, 0.07, 0.0)),
        Sound.HOLD_ENDS: ((660.0, 0.12, 0.0),),
        Sound.TROUBLE: ((147.0, 0.7, 0.0),),
        Sound.HOLD_TICK: ((440.0, 0.03, 0.0),),
        Sound.STILL_HERE: ((523.0, 0.15, 0.1), (659.0, 0.15, 0.1), (523.0, 0.25, 0.0)),
    }
)

# The tempo of a stroke is a note that rises out and falls back, a third as loud; so many lengths of it are kept.
GLIDES: Final[Mapping[Sound, tuple[float, float]]] = MappingProxyType(
    {Sound.TEMPO_OUT: (523.0, 784.0), Sound.TEMPO_BACK: (784.0, 523.0)}
)
GLIDE_SHARE, MOST_GLIDES = 1 / 3, 64


class Sounds:
    """Plays sounds, if it can."""

    def __init__(self) -> None:
        self._volume = 1.0
        self._sounds: dict[Sound, pygame.mixer.Sound] = {}
        self._glides: dict[tuple[Sound, float], pygame.mixer.Sound] = {}
        if not _device_there():
            logger.info("no sound device; everything that is heard is also seen")
            return
        try:
            pygame.mixer.init(frequency=RATE_HZ, size=-16, channels=1, buffer=512)
        except pygame.error as error:
            logger.info("the sound device does not open (%s); everything that is heard is also seen", error)
            return
        for sound, notes in SCORES.items():
            self._sounds[sound] = pygame.mixer.Sound(buffer=_samples(notes).tobytes())

    def loud(self, volume: float) -> None:
        """Play with this share of what there is, 0 to 1; asked for the same again, it does nothing."""
        if volume != self._volume:
            self._volume = volume
            for sound in self._sounds.values():
                sound.set_volume(volume)

    def play(self, sound: Sound, lasts_s: float = 0.0) -> None:
        """Let it be heard, a glide for so long (s); never waits."""
        if sound in self._sounds:
            self._sounds[sound].play()
        elif sound in GLIDES and self._sounds and lasts_s > 0.0:
            self._glide(sound, round(lasts_s, 1)).play()

    def _glide(self, sound: Sound, lasts_s: float) -> pygame.mixer.Sound:
        made = self._glides.get((sound, lasts_s))
        if made is None:
            if len(self._glides) >= MOST_GLIDES:
                self._glides.clear()
            made = pygame.mixer.Sound(buffer=glide(*GLIDES[sound], lasts_s).tobytes())
            self._glides[sound, lasts_s] = made
        made.set_volume(self._volume)
        return made


def _device_there() -> bool:
    """Look before SDL does: where there is none, it complains on standard error."""
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent"))
    server = any((runtime / name).exists() for name in ("pulse/native", "pipewire-0"))
    return server or "PULSE_SERVER" in os.environ or Path("/dev/snd").is_dir()


def glide(from_hz: float, to_hz: float, lasts_s: float) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Give 16-bit samples of a note that goes evenly from one pitch to another in so many seconds."""
    t_s = np.arange(int(lasts_s * RATE_HZ)) / RATE_HZ
    octaves = np.log2(to_hz / from_hz)
    turns = from_hz * lasts_s / (octaves * np.log(2.0)) * (2.0 ** (octaves * t_s / lasts_s) - 1.0)
    shape = np.minimum(1.0, np.minimum(t_s, t_s[-1] - t_s) / 0.03)
    samples = np.sin(2.0 * np.pi * turns) * shape * GLIDE_SHARE * 32_000
    return np.asarray(samples, dtype=np.int16)


def _samples(
    notes: tuple[tuple[float, float, float], ...],
) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Give 16-bit samples, each note with a short rise and a long fall so that nothing clicks."""
    parts = []
    for frequency_hz, length_s, rest_s in notes:
        t_s = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
        shape = np.minimum(1.0, t_s / 0.004) * np.exp(-3.0 * t_s / length_s)
        parts.append(np.sin(2.0 * np.pi * frequency_hz * t_s) * shape)
        parts.append(np.zeros(int(rest_s * RATE_HZ)))
    return (np.concatenate(parts) * 32_000).astype(np.int16)
