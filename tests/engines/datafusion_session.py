"""Answers {"tables": […]} by having these tables and no others, and {"sql": …, "values": […]} with the rows that DataFusion gives."""

import os
import zlib

import datafusion
import pyarrow

from session import arrow, serve

SEED = os.environ.get("AUDIENCE_SEED")


def drawn(choices, name):
    """One of the choices, the same for a name in a replayed run."""
    return choices[zlib.crc32(f"{SEED} {name}".encode()) % len(choices)]


# Nothing is as one may expect. The default of `datafusion.optimizer.prefer_hash_join` is kept: where tables are merged, the engine stops at some conditions between them.
SETTINGS = {
    "datafusion.execution.time_zone": "Asia/Kathmandu",
    "datafusion.execution.batch_size": drawn(["3", "64", "8192"], "batch"),
    "datafusion.execution.target_partitions": drawn(["1", "2", "5"], "partitions"),
    "datafusion.execution.coalesce_batches": "false",
    "datafusion.sql_parser.default_null_ordering": "nulls_min",
    "datafusion.sql_parser.parse_float_as_decimal": "true",
    "datafusion.sql_parser.dialect": drawn(["generic", "PostgreSQL", "DuckDB"], "dialect"),
}

TYPES = {
    "bool": pyarrow.bool_(),
    "int": pyarrow.int64(),
    "float": pyarrow.float64(),
    "decimal": pyarrow.decimal128(19, 4),
    "text": pyarrow.string(),
    "date": pyarrow.date32(),
    "datetime": pyarrow.timestamp("us", "UTC"),
}

# Texts and datetimes come in any of these.
OTHER = {
    "text": [
        pyarrow.string(),
        pyarrow.string_view(),
        pyarrow.large_string(),
        pyarrow.dictionary(pyarrow.int32(), pyarrow.string()),
    ],
    "datetime": [
        pyarrow.timestamp("us", "UTC"),
        pyarrow.timestamp("us"),
        pyarrow.timestamp("us", "Asia/Kathmandu"),
    ],
}

PLAIN = {
    pyarrow.types.is_date: lambda it: it.cast(pyarrow.int32()),
    pyarrow.types.is_timestamp: lambda it: it.cast(pyarrow.int64()),
    pyarrow.types.is_dictionary: lambda it: it.cast(it.type.value_type),
}


class Session:
    def __init__(self):
        self.begin()

    def begin(self):
        config = datafusion.SessionConfig()
        for name, value in SETTINGS.items():
            config = config.set(name, value)
        self.context = datafusion.SessionContext(config)

    def load(self, table):
        """A table with the columns of a request."""
        filled = arrow(table, TYPES)
        for index, (name, kind) in enumerate(table["columns"]):
            if kind in OTHER:
                other = drawn(OTHER[kind], name)
                column = filled.column(index)
                if kind == "datetime":
                    column = column.cast(pyarrow.int64())
                filled = filled.set_column(index, name, column.cast(other))
        name = ".".join('"' + part.replace('"', '""') + '"' for part in table["name"])
        nothing = pyarrow.RecordBatch.from_arrays([pyarrow.array([], type=it) for it in filled.schema.types], schema=filled.schema)
        self.context.register_record_batches(name, [filled.to_batches(max_chunksize=2) or [nothing]])

    def answer(self, request):
        if "tables" in request:
            self.begin()
            for table in request["tables"]:
                self.load(table)
            return []
        values = request.get("values") or []
        places = {str(index + 1): value for index, value in enumerate(values)}
        found = self.context.sql(request["sql"], param_values=places).to_arrow_table()
        rows = []
        for batch in found.to_batches():
            columns = []
            for column in batch.columns:
                for is_so, plain in PLAIN.items():
                    if is_so(column.type):
                        column = plain(column)
                columns.append(column.to_pylist())
            rows.extend(list(row) for row in zip(*columns))
        return rows


serve(Session().answer)
