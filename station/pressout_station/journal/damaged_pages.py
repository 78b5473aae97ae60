"""Rows of a damaged SQLite file, page by page: no header, no list of tables and no inner page is asked for anything.

What SQLite wrote is looked for where SQLite writes it: each page names its own rows, and the log beside the file holds
newer copies of pages, each with a checksum. So a damaged page costs the rows on it and no others. Format:
https://www.sqlite.org/fileformat2.html (sections 1.5 and 1.6 for pages, 2 for records, 4 for the log).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, TypeAlias

from pressout_device.storage.bad_sectors import read_around

# What the journal's file is made with.
PAGE: Final = 4096
Value: TypeAlias = int | float | str | bytes | None
Row: TypeAlias = list[Value]

# Kinds of pages that hold rows: of a table with row numbers; inner and outer of one that is its own index.
TABLE_LEAF, INDEX_INNER, INDEX_LEAF = 0x0D, 0x02, 0x0A
# Bytes before the first row's place, and before each row's size, by kind.
HEAD: Final = {TABLE_LEAF: 8, INDEX_INNER: 12, INDEX_LEAF: 8}
LOCAL_MOST: Final = {kind: PAGE - 35 if kind == TABLE_LEAF else (PAGE - 12) * 64 // 255 - 23 for kind in HEAD}
LOCAL_LEAST: Final = (PAGE - 12) * 32 // 255 - 23
# The first page begins with the file's own header.
FILE_HEADER: Final = 100
LOG_HEADER, FRAME_HEADER = 32, 24
LOG_BIG_ENDIAN: Final = 0x377F0683
# No document is larger; a size beyond it is damage.
MOST_BYTES: Final = 16 << 20
WHOLE: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


def rows(file: Path) -> Iterator[Row]:
    """Give every row that can be read, of tables and indices alike, in no order, as lists of values.

    Raises
    ------
    OSError
        If the file cannot be read at all.
    """
    with file.open("rb") as opened:
        pages = _Pages(opened, _logged(file.with_name(file.name + "-wal")))
        for number in range(1, pages.count + 1):
            yield from _rows_of(pages, number)


class _Pages:
    """The pages of a file, each in its newest copy; numbered from one."""

    def __init__(self, file: BinaryIO, logged: dict[int, bytes]) -> None:
        self._file, self._logged = file, logged
        self.count = max(-(-file.seek(0, 2) // PAGE), *logged, 0)

    def __getitem__(self, number: int) -> bytes:
        if number in self._logged:
            return self._logged[number]
        try:
            self._file.seek((number - 1) * PAGE)
            return self._file.read(PAGE).ljust(PAGE, b"\0")
        except OSError:  # a sector that the card does not give any more
            return bytes(PAGE)


def _rows_of(pages: _Pages, number: int) -> Iterator[Row]:
    page = pages[number]
    start = FILE_HEADER if number == 1 else 0
    # Of a page whose kind was altered all kinds are tried: what is no row of ours is told by its values.
    for kind in (page[start],) if page[start] in HEAD else HEAD if any(page) else ():
        yield from _rows_as(pages, page, start, kind)


def _rows_as(pages: _Pages, page: bytes, start: int, kind: int) -> Iterator[Row]:
    (count,) = struct.unpack_from(">H", page, start + 3)
    first = start + HEAD[kind]
    for place in range(min(count, (PAGE - first) // 2)):
        (cell,) = struct.unpack_from(">H", page, first + 2 * place)
        try:
            row = _row(_payload(pages, page, kind, cell))
        except (ValueError, IndexError, struct.error):  # what is damaged is damaged in its own way
            continue
        yield row


def _payload(pages: _Pages, page: bytes, kind: int, cell: int) -> bytes:
    """Give a row's bytes, those on pages of their own included."""
    place = cell + 4 if kind == INDEX_INNER else cell
    size, place = _number(page, place)
    if kind == TABLE_LEAF:
        _rowid, place = _number(page, place)
    if not 0 < size <= MOST_BYTES:
        raise ValueError("a size that no row has")
    local = size
    if size > LOCAL_MOST[kind]:
        local = LOCAL_LEAST + (size - LOCAL_LEAST) % (PAGE - 4)
        local = LOCAL_LEAST if local > LOCAL_MOST[kind] else local
    if place + local > PAGE:
        raise ValueError("a row beyond its page")
    parts, left = [page[place : place + local]], size - local
    following = struct.unpack_from(">I", page, place + local)[0] if left else 0
    while left:
        if not 0 < following <= pages.count:
            raise ValueError("a row whose rest is lost")
        more = pages[following]
        parts.append(more[4 : 4 + min(left, PAGE - 4)])
        left -= len(parts[-1])
        (following,) = struct.unpack_from(">I", more)
    return b"".join(parts)


def _row(payload: bytes) -> Row:
    size, place = _number(payload, 0)
    at, row = size, Row()
    while place < size:
        kind, place = _number(payload, place)
        value, at = _value(payload, at, kind)
        row.append(value)
    if place != size or at != len(payload):
        raise ValueError("a row of another size than its own")
    return row


def _value(payload: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind >= 12:
        end = at + (kind - 12) // 2
        held = payload[at:end]
        if len(held) < end - at:
            raise ValueError("a value beyond its row")
        return (held.decode("utf-8") if kind % 2 else held), end
    match kind:
        case 0:
            return None, at
        case 7:
            return struct.unpack_from(">d", payload, at)[0], at + 8
        case 8 | 9:
            return kind - 8, at
        case _ if kind in WHOLE:
            end = at + WHOLE[kind]
            return int.from_bytes(payload[at:end], "big", signed=True), end
        case _:
            raise ValueError("a kind of value that there is not")


def _number(held: bytes, place: int) -> tuple[int, int]:
    """Read a number of one to nine bytes; give it, and where it ends."""
    value = 0
    for count in range(1, 10):
        byte = held[place]
        place += 1
        if count == 9:
            return (value << 8) | byte, place
        value = (value << 7) | (byte & 0x7F)
        if not byte & 0x80:
            break
    return value, place


def log_is_damaged(log: Path) -> bool:
    """Tell whether something was committed after a frame that is not whole: SQLite leaves out all from there on.

    A power cut tears the last transaction alone, which nobody was told of; what was committed after it was told.
    """
    held, seen = _held(log), False
    sound = _header_is_sound(held)
    if sound and held[16:24] != _salt(held):
        return False  # a log that was just begun anew: what lies behind its header is of an earlier time
    commits, torn = 0, False
    for frame in _frames(held):
        torn = torn or (sound and not frame.is_next)  # a frame that never came to the card, and not one that changed
        sound = sound and frame.is_next and frame.is_whole
        seen = seen or sound
        commits += not sound and frame.is_whole and frame.committed
    return commits >= 2 or (commits > 0 and not seen and not torn)


def _logged(log: Path) -> dict[int, bytes]:
    """Give the newest whole copy of each page in a log, as far as something was committed.

    A frame is checked against the sum that the frame before it says, so that one that is damaged hides no others.
    """
    kept: dict[int, bytes] = {}
    uncommitted: dict[int, bytes] = {}
    for frame in _frames(_held(log)):
        if frame.is_whole:
            uncommitted[frame.number] = frame.page
            if frame.committed:
                kept.update(uncommitted)
                uncommitted = {}
    return kept


class _Frame(NamedTuple):
    """One frame of a log: which page, its content, whether it ends a transaction, is whole, and follows on another."""

    number: int
    page: bytes
    committed: bool
    is_whole: bool
    is_next: bool


def _held(log: Path) -> bytes:
    try:
        return read_around(log)
    except OSError:  # there is none, or the card does not give any of it any more
        return b""


def _header_is_sound(held: bytes) -> bool:
    return any(held[:24]) and held[24:32] == _sum(_order(held), bytes(8), held[:24])


def _order(held: bytes) -> str:
    """Give in which order of bytes the log is summed: as its header says, or else as most of its frames are whole."""
    told = ">" if held[:4] == struct.pack(">I", LOG_BIG_ENDIAN) else "<"
    if len(held) < LOG_HEADER or held[24:32] == _sum(told, bytes(8), held[:24]):
        return told
    return max((told, "<" if told == ">" else ">"), key=lambda order: _whole_frames(held, order))


def _whole_frames(held: bytes, order: str) -> int:
    """Count the frames that are summed in that order, and go on from what was summed before."""
    count, before, size = 0, held[24:32], FRAME_HEADER + PAGE
    for at in range(LOG_HEADER, len(held) - size + 1, size):
        frame = held[at : at + size]
        count += frame[16:24] == _sum(order, before, frame[:8] + frame[FRAME_HEADER:])
        before = frame[16:24]
    return count


def _frames(held: bytes) -> Iterator[_Frame]:
    """Give the frames of a log that are of its own time; others, of an earlier one, lie behind them."""
    starts = range(LOG_HEADER, len(held) - FRAME_HEADER - PAGE + 1, FRAME_HEADER + PAGE)
    salt, order, before, is_next = _salt(held), _order(held), held[24:32], True
    for at in starts:
        head, page = held[at : at + FRAME_HEADER], held[at + FRAME_HEADER : at + FRAME_HEADER + PAGE]
        number, committed = struct.unpack_from(">II", head)
        if head[8:16] == salt:
            whole = head[16:24] == _sum(order, before, head[:8] + page)
            yield _Frame(number, page, bool(committed), whole, is_next)
        is_next = head[8:16] == salt
        before = head[16:24]


def _salt(held: bytes) -> bytes:
    """Give what marks the log's own frames: most of the first ones say it, whatever the log's header says."""
    firsts = range(LOG_HEADER, min(len(held), LOG_HEADER + 3 * (FRAME_HEADER + PAGE)), FRAME_HEADER + PAGE)
    said = [held[16:24]] + [held[at + 8 : at + 16] for at in firsts]
    said = [one for one in said if any(one)] or said  # a sector that reads as zeros says nothing
    return max(said, key=said.count)


def _sum(order: str, before: bytes, held: bytes) -> bytes:
    low, high = struct.unpack(">II", before)
    words = struct.unpack(f"{order}{len(held) // 4}I", held)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        low = (low + even + high) & 0xFFFFFFFF
        high = (high + odd + low) & 0xFFFFFFFF
    return struct.pack(">II", low, high)
