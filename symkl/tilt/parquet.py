"""Parquet, by pyarrow: the one file that imports it."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

from symkl.tilt.records import BadRecord, Records, from_lists

MAGIC = b"PAR1"


def available() -> bool:
    """Whether pyarrow is installed."""
    return find_spec("pyarrow") is not None


def records(data: bytes, wanted: Callable[[str], bool]) -> Records:
    """The columns of a Parquet file; of those that nobody asks for only the names, as their cells may be anything.

    Raises: BadRecord, if it is no Parquet file that can be read.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        names = file.schema_arrow.names
        some = [name for name in names if wanted(name.strip().lower())]
        table = file.read(columns=some)
    except (pyarrow.ArrowException, OSError) as error:
        raise BadRecord(0, f"this Parquet file cannot be read ({str(error).splitlines()[0]})") from None
    floats = [name for name in some if pyarrow.types.is_floating(table.schema.field(name).type)]
    columns = {name: [_plain(value) for value in _values(table.column(name))] for name in some}
    nothing = [None] * table.num_rows
    note = "numbers that the file has as floats are read as the shortest decimals that round to them"
    return from_lists(names, [columns.get(name, nothing) for name in names], (note,) if floats else ())


def _values(column: Any) -> list[Any]:
    """A float32 is not made a float64 first: 0.1 is to stay 0.1."""
    if str(column.type) in ("float", "halffloat") and not column.null_count:
        return [str(value) for value in column.to_numpy()]
    return list(column.to_pylist())


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
