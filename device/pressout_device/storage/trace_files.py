"""Trace files: reading them, gzipped or not, and writing one as the load cell speaks."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pressout_device.errors import TraceFileError, unreadable
from pressout_session.error_sentences import why
from pressout_signal.samples import Fault, Reading

GZIP_MAGIC = b"\x1f\x8b"
# A line has two numbers or a remark; a day of 330 samples a second has fewer lines.
LONGEST_LINE, MOST_LINES = 4_096, 30_000_000
# Room at the top for what is only known at the end: more than twenty lines of it.
ROOM_FOR_THE_END = 2_000


@contextmanager
def lines_of(path: Path) -> Iterator[Iterator[str]]:
    """Give the lines of a trace file, gzipped or not.

    Raises
    ------
    TraceFileError
        If it cannot be opened, is not text, or ends in the middle of its compression.
    """
    try:
        with open(path, "rb") as raw:
            zipped = raw.peek(2)[:2] == GZIP_MAGIC
            stream = gzip.GzipFile(fileobj=raw) if zipped else raw
            with io.TextIOWrapper(stream, encoding="utf-8-sig") as text:
                yield _bounded(text)
    except TraceFileError:  # an OSError, too
        raise
    except UnicodeDecodeError as error:
        raise TraceFileError("found bytes that are no text, expected a CSV trace; is this the right file?") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TraceFileError(f"found a gzip file that is cut short or damaged ({why(error)}); copy it again") from error
    except OSError as error:
        raise TraceFileError(unreadable(error)) from error


def _bounded(text: TextIO) -> Iterator[str]:
    """Give lines as long as a trace's can be, and as many: a file that has no end must not be read for ever."""
    count = 0
    while line := text.readline(LONGEST_LINE + 1):
        count += 1
        if len(line) > LONGEST_LINE:
            raise TraceFileError(f"found a line of more than {LONGEST_LINE} letters, expected a CSV trace")
        if count > MOST_LINES:
            raise TraceFileError(f"found more than {MOST_LINES:,} lines, expected a day at most; cut it in parts")
        yield line


def recorded(
    items: Iterable[Reading | Fault], head: Mapping[str, str], path: Path, ending: Callable[[], Mapping[str, str]]
) -> int:
    """Write a trace of counts as it is heard; give how many readings it holds.

    At any moment the file is a trace, whatever happens next. `ending` gives what is known once all was heard (rates,
    noise, faults): it takes its place in the head, where room was left for it.

    Raises
    ------
    TraceFileError
        If the file cannot be written, or is there already; what was written before stays.
    """
    if path.is_file():
        raise TraceFileError(f"{path}: found a file of that name, expected none; choose another name")
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"# {key}: {value}\n" for key, value in head.items())
            room = file.tell() if file.seekable() else None
            if room is not None:
                file.write(_padded("# measured: not to the end\n"))
            file.write("t_s,counts\n")
            count = _rows(items, file)
            if room is not None:
                file.seek(room)
                file.write(_padded("".join(f"# {key}: {value}\n" for key, value in ending().items())))
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise TraceFileError(f"{path}: found {why(error)}, expected to be able to write it") from error
    return count


def _rows(items: Iterable[Reading | Fault], file: TextIO) -> int:
    count = 0
    origin_s: float | None = None
    for item in items:
        if isinstance(item, Reading):
            origin_s = item.t_s if origin_s is None else origin_s
            file.write(f"{item.t_s - origin_s:.5f},{item.counts}\n")
            count += 1
    return count


def _padded(lines: str) -> str:
    """Fill up lines of a head with an empty one, so that they take exactly the room there is."""
    lines = lines[: ROOM_FOR_THE_END - 2]
    return f"{lines}#{' ' * (ROOM_FOR_THE_END - len(lines.encode()) - 2)}\n"
