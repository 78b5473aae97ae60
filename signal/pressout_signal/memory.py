"""A pipeline's memory as bytes and back, so that a restarted station goes on where it was.

Only our own classes and numpy's arrays are ever built from such bytes: a file that somebody else has written can be
refused but cannot run anything.
"""

from __future__ import annotations

import io
import pickle
import zlib
from enum import Enum
from typing import Any, Final

from pressout_signal.pipeline import Pipeline

FORM: Final = b"pressout.pipeline/1\n"
OURS: Final = "pressout_signal."
ARRAYS: Final = frozenset(
    {
        ("collections", "deque"),
        ("msgspec._utils", "rebuild"),  # a value of ours whose fields have names only
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy.core.numeric", "_frombuffer"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.numeric", "_frombuffer"),
    }
)


# What unpickling another version's objects may raise.
UNREADABLE: Final = (
    pickle.UnpicklingError,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    TypeError,
    ValueError,
)


class MemoryLost(ValueError):  # noqa: N818 (what happened, as with other events here)
    """Bytes from which no pipeline can be restored."""


def saved(pipeline: Pipeline) -> bytes:
    """Give all that a pipeline remembers: a few ten kilobytes, whole and checked when it is restored."""
    written = io.BytesIO()
    _Plain(written, protocol=pickle.HIGHEST_PROTOCOL).dump(pipeline)
    body = zlib.compress(written.getvalue(), level=1)
    return FORM + zlib.crc32(body).to_bytes(4, "big") + body


def restored(memory: bytes) -> Pipeline:
    """Give the pipeline that `memory` was saved from.

    Raises
    ------
    MemoryLost
        If it is damaged, cut short, of another version, or not ours. Begin anew then.
    """
    if not memory.startswith(FORM):
        raise MemoryLost(f"found a memory of another form, expected {FORM.decode().strip()}; begin anew")
    check, body = memory[len(FORM) : len(FORM) + 4], memory[len(FORM) + 4 :]
    if zlib.crc32(body).to_bytes(4, "big") != check:
        raise MemoryLost("found a damaged memory, expected one that is whole; begin anew")
    try:
        pipeline = _Ours(io.BytesIO(zlib.decompress(body))).load()
    except UNREADABLE as error:
        raise MemoryLost(f"found a memory that this version cannot read ({error}); begin anew") from error
    if not isinstance(pipeline, Pipeline):
        raise MemoryLost(f"found a {type(pipeline).__name__}, expected a pipeline; begin anew")
    return pipeline


class _Plain(pickle.Pickler):
    """Writes a choice as its class and value; Python 3.11.2 would ask for `getattr`, which could run anything."""

    def reducer_override(self, written: object) -> Any:  # noqa: ANN401 (what pickle wants)
        if isinstance(written, Enum):
            return type(written), (written.value,)
        return NotImplemented


class _Ours(pickle.Unpickler):
    """Builds nothing but what this package and numpy's arrays are made of."""

    def find_class(self, module: str, name: str) -> object:
        if (module.startswith(OURS) and "." not in name) or (module, name) in ARRAYS:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a pipeline")
