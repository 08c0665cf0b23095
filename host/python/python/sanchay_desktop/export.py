"""Tables as files: CSV, JSON lines and Parquet, as they are shown."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from sanchay_desktop.jobs import Job
from sanchay_desktop.kernels import pc

#: Tells exports of one process apart.
_NUMBERS = count()
#: The formats by their extensions.
FORMATS = {"csv": "CSV", "ndjson": "NDJSON", "parquet": "Parquet"}


def export(job: Job, tables: Iterator[pa.Table], path: Path) -> int:
    """Write tables of one kind to a file, which appears when it is whole.

    A path that is not UTF-8 is in a column of its own: as bytes in Parquet, in
    base64 in the others.
    """
    how = path.suffix.lstrip(".").lower()
    if how not in FORMATS:
        raise ValueError(f"{path.name}: its extension is none of {', '.join(FORMATS)}")
    # What a link leads to is replaced, and not the link.
    path = Path(os.path.realpath(path))
    unfinished = path.with_name(f".sanchay-{os.getpid()}-{next(_NUMBERS)}")
    try:
        with unfinished.open("xb") as file:
            rows = _write(job, tables, file, how)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _write(job: Job, tables: Iterator[pa.Table], file: Any, how: str) -> int:
    make = pa_parquet.ParquetWriter if how == "parquet" else pa_csv.CSVWriter
    rows, writer = 0, None
    try:
        for table in tables:
            if job.cancelled.is_set():
                raise InterruptedError("the export was cancelled")
            rows += table.num_rows
            table = table if how == "parquet" else _as_text(table)
            if how == "ndjson":
                file.writelines(map(_lines, table.to_batches(max_chunksize=4096)))
                continue
            writer = writer or make(file, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()
    return rows


def _as_text(table: pa.Table) -> pa.Table:
    """The table with bytes in base64, and times as RFC 3339 has them."""
    for number, field in enumerate(table.schema):
        column = table.column(number)
        if pa.types.is_timestamp(field.type):
            times = pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")
            table = table.set_column(number, field.name, times)
        elif pa.types.is_binary(field.type):
            cells = [it and b64encode(it).decode() for it in column.to_pylist()]
            name = field.name.removesuffix("_bytes") + "_base64"
            table = table.set_column(number, name, pa.array(cells, pa.string()))
    return table


def _lines(batch: pa.RecordBatch) -> bytes:
    lines = []
    for row in batch.to_pylist():
        told = {
            key: value
            for key, value in row.items()
            if value is not None or not key.endswith("_base64")
        }
        lines.append(json.dumps(told, ensure_ascii=False) + "\n")
    return "".join(lines).encode()
