"""Writes the Parquet files of this folder with programs that are not ours: pyarrow, DuckDB, Polars and pandas.

    pip install pyarrow==26.0.1 duckdb==2.0.1 polars==2.1.0 pandas==3.1.1
    python write.py

Each pair has the customers of customers.jsonl in its own forms: the events inside, or in a file of their own.
"""

import datetime as dt
import decimal
import json
import pathlib

import duckdb
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent
CUSTOMERS = [json.loads(line) for line in (HERE / "customers.jsonl").read_text().splitlines()]
EVENTS = [{"id": it["id"], **event} for it in CUSTOMERS for event in it["purchases"]]


def day(text):
    return text and dt.date.fromisoformat(text)


def moment(text):
    return text and dt.datetime.fromisoformat(text)


def amount(text):
    return None if text is None else decimal.Decimal(text)


def customers():
    """Without their events, as Python has them."""
    for it in CUSTOMERS:
        it = {name: value for name, value in it.items() if name != "purchases"}
        yield {**it, "born": day(it["born"]), "seen": moment(it["seen"]), "spent": amount(it["spent"])}


def events():
    for it in EVENTS:
        yield {**it, "at": moment(it["at"]), "amount": amount(it["amount"])}


def naive(rows, *names):
    """The same instants without a zone: in UTC."""
    utc = lambda it: it and it.astimezone(dt.timezone.utc).replace(tzinfo=None)
    return [{name: utc(value) if name in names else value for name, value in row.items()} for row in rows]


def with_pyarrow():
    # Dictionary pages, large texts, milliseconds in a zone, a decimal of 128 bits, records, and events inside in no order.
    purchase = pa.struct([("at", pa.timestamp("ms", "Europe/Madrid")), ("amount", pa.decimal128(38, 6)), ("shop", pa.large_string())])
    schema = pa.schema([
        ("id", pa.large_string()), ("vip", pa.bool_()), ("orders", pa.int16()), ("spent", pa.decimal128(20, 4)), ("score", pa.float32()),
        ("born", pa.date32()), ("seen", pa.timestamp("ms", "America/New_York")), ("city", pa.dictionary(pa.int32(), pa.string())),
        ("plan", pa.dictionary(pa.int8(), pa.string())), ("home", pa.struct([("lat", pa.float64()), ("lon", pa.float64())])),
        ("address", pa.struct([("street", pa.string())])), ("tags", pa.list_(pa.string())), ("purchases", pa.list_(purchase)),
    ])
    rows = list(customers())
    for row, it in zip(rows, CUSTOMERS):
        inside = [{**event, "at": moment(event["at"]), "amount": amount(event["amount"])} for event in it["purchases"]]
        row["purchases"] = inside[::-1] if len({event["at"] for event in inside}) == len(inside) else inside
    pq.write_table(pa.Table.from_pylist(rows, schema), HERE / "pyarrow.parquet", compression="zstd", row_group_size=3)


def with_duckdb():
    rows = pa.Table.from_pylist(list(customers()))
    purchases = pa.Table.from_pylist(list(events()))
    connection = duckdb.connect()
    connection.execute("create type plan as enum ('free', 'paid')")
    connection.execute(
        "copy (select * replace (plan::plan as plan, spent::decimal(20, 4) as spent, seen::timestamptz as seen) from rows) "
        f"to '{HERE / 'duckdb.parquet'}' (compression snappy)"
    )
    connection.execute(
        'copy (select amount::decimal(12, 4) as amount, shop, "at"::timestamptz as "at", id as customer from purchases order by "at", row_number() over ()) '
        f"to '{HERE / 'duckdb_purchases.parquet'}' (compression gzip)"
    )


def with_polars():
    # Texts are views of texts here, instants nanoseconds, and the pages are compressed by zstd.
    rows = polars.DataFrame(naive(customers(), "seen"), schema_overrides={"seen": polars.Datetime("ns"), "spent": polars.Decimal(20, 4)})
    rows.write_parquet(HERE / "polars.parquet")
    purchases = polars.DataFrame(naive(events(), "at"), schema_overrides={"at": polars.Datetime("ns"), "amount": polars.Decimal(10, 4)})
    purchases.sort("id", maintain_order=True).write_parquet(HERE / "polars_purchases.parquet")


def with_pandas():
    # Floats for amounts, and categories; CSV with True and False, and with the lists and places as JSON.
    rows = naive(customers(), "seen")
    frame = pandas.DataFrame(rows).astype({"orders": "Int64", "vip": "boolean", "city": "category"})
    frame.to_parquet(HERE / "pandas.parquet", index=False, compression="lz4")
    frame = frame.assign(home=[json.dumps(it["home"]) if it["home"] else None for it in rows])
    frame = frame.assign(tags=[json.dumps(it["tags"]) for it in rows], seen=[it["seen"] for it in CUSTOMERS])
    frame = frame.assign(**{"address.street": [(it["address"] or {}).get("street") for it in rows]})
    frame.drop(columns="address").to_csv(HERE / "pandas.csv", index=False)
    frame = pandas.DataFrame(list(events())).astype({"amount": "float64"})
    frame["at"] = pandas.to_datetime(frame["at"], utc=True).astype("datetime64[ns, UTC]")
    frame.to_parquet(HERE / "pandas_purchases.parquet", index=False)
    frame.assign(at=[it["at"] for it in EVENTS]).to_csv(HERE / "pandas_purchases.csv", index=False)


if __name__ == "__main__":
    with_pyarrow()
    with_duckdb()
    with_polars()
    with_pandas()
