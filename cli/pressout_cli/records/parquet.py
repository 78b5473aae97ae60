"""Repetitions as Apache Parquet, for those who analyse: the same columns as the CSV, with types."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pressout_cli.records.exporter import COLUMNS, rows
from pressout_device.errors import JournalError
from pressout_device.optional_packages import install_hint
from pressout_session.document import decode

TEXTS = frozenset(
    {"session_id", "started_at", "site_id", "station_id", "patient_ref", "exercise", "side"},
)
WHOLE = frozenset({"revision", "set", "rep"})
# So many sessions make a row group.
GROUP = 1_000


def write_parquet(documents: Iterable[bytes], file: Path) -> int:
    """Write the repetitions of documents to a file; give the number of sessions.

    Raises
    ------
    JournalError
        If pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise JournalError(f"parquet: found no pyarrow, expected it; {install_hint('parquet')}") from error

    kinds = {name: pa.string() if name in TEXTS else pa.int32() if name in WHOLE else pa.float64() for name in COLUMNS}
    kinds["voided"] = pa.bool_()
    schema = pa.schema(list(kinds.items()))
    count = 0
    waiting: list[list[object]] = []
    with pq.ParquetWriter(file, schema) as writer:

        def write() -> None:
            columns = zip(*waiting, strict=True) if waiting else [[] for _ in COLUMNS]
            writer.write_table(pa.table(dict(zip(COLUMNS, map(list, columns), strict=True)), schema=schema))
            waiting.clear()

        for payload in documents:
            waiting.extend(rows(decode(payload)))
            count += 1
            if count % GROUP == 0:
                write()
        write()
    return count
