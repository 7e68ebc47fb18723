"""Asks the segments of `examples/spark/shop.audience` on each path, of as many generated customers as the arguments say; `run` beside it starts it.

The job of `examples/spark` makes the data and asks the cluster, once. All others read what it made, each in the form that suits it best, and are asked three times,
of which the median counts. Reading files into a database is not counted; the program's reading its files is. All counts have to be the same.
"""

import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path

import duckdb

PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "release" / "audience"
SHOP = "examples/spark/shop.audience"
AT, SINCE = "2026-06-01T13:00:00Z", "2026-06-01T12:00:00Z"
ROUNDS = 3
# What `audience sql` writes before a query for DuckDB.
SETUP = "SET disabled_optimizers = 'common_subplan'"
# What SQL refuses, and what SQLite has no hash for.
REFUSED, HASHED = ["work_address"], ["trial"]
EVENTS = {"purchases": "category TEXT NOT NULL, amount NUMERIC(19, 4) NOT NULL", "visits": "path TEXT NOT NULL"}
COLUMNS = """id TEXT NOT NULL, first_name TEXT, email TEXT, country TEXT NOT NULL, level TEXT NOT NULL, born DATE, signed_up_at TIMESTAMPTZ NOT NULL,
    consent_email BOOLEAN NOT NULL, consent_sms BOOLEAN NOT NULL, unsubscribe TEXT NOT NULL"""


def main():
    sizes = [int(it) for it in sys.argv[1:]] or [100_000]
    table = {}
    for size in sizes:
        for path, seconds in measured(size).items():
            table.setdefault(path, {})[size] = seconds
    print("| |" + "".join(f" {size:,} |" for size in sizes))
    print("|---|" + "---:|" * len(sizes))
    for path, times in table.items():
        cells = [shown(size, times.get(size)) for size in sizes]
        print(f"| {path} |" + "".join(f" {it} |" for it in cells))


def shown(size, seconds):
    return "" if seconds is None else f"{seconds:.3g} s, {float(f'{size / seconds:.2g}'):,.0f}/s"


def measured(size):
    folder = Path(f"target/scale/{size}").absolute()
    command = ["examples/spark/run", "--customers", str(size), "--out", str(folder), "--at", AT]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    print(told, flush=True)
    times = {}
    for step, seconds in re.findall(r"^(looking .*|.* by .*): ([0-9.]+) s, [0-9,]+ customers in a second$", told, re.MULTILINE):
        times[f"Spark on two workers: {step}"] = float(seconds)
    told = dict((name, int(count.replace(",", ""))) for count, name in re.findall(r"^ *([0-9,]+)  (\w+)$", told, re.MULTILINE))
    expected = {name: count for name, count in told.items() if name != "customers"}
    assert len(expected) == 11, expected

    data = duckdb.connect(config={"threads": 2})
    data.execute("SET TimeZone = 'UTC'")
    for name in ["customers", *EVENTS]:
        data.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{folder}/data/{name}/*.parquet')")
    # The job leaves out who breaks the contract, and so do all.
    data.execute("DELETE FROM customers WHERE level NOT IN ('basic', 'silver', 'gold') OR id IN (SELECT customer_id FROM purchases WHERE category IS NULL)")
    for name in EVENTS:
        data.execute(f"DELETE FROM {name} WHERE customer_id NOT IN (SELECT id FROM customers)")

    times |= program(data, folder, expected)
    times |= in_duckdb(data, expected)
    times |= in_postgresql(data, folder, expected)
    times |= in_sqlite(data, expected)
    return times


def median(question):
    rounds = []
    for _ in range(ROUNDS):
        start = time.monotonic()
        answer = question()
        rounds.append(time.monotonic() - start)
    return statistics.median(rounds), answer


def same(path, counts, expected):
    unlike = {name: (counts.get(name), count) for name, count in expected.items() if counts.get(name) != count}
    if unlike:
        raise SystemExit(f"{path}: {unlike} are counted and expected")


def ask(*command):
    return subprocess.run([PROGRAM, *command], check=True, stdout=subprocess.PIPE, text=True).stdout


def program(data, folder, expected):
    """The program over Parquet, and over JSON lines as a service gets them."""
    files = {name: f"{folder}/{name}.parquet" for name in ["customers", *EVENTS]}
    customer = """id, first_name, email, country, level, born, signed_up_at, {'email': consent_email, 'sms': consent_sms} AS consent, unsubscribe"""
    if not all(Path(it).exists() for it in files.values()):
        data.execute(f"COPY (SELECT {customer} FROM customers ORDER BY id) TO '{files['customers']}'")
        for name in EVENTS:
            data.execute(f"COPY (SELECT * EXCLUDE (sequence) FROM {name} ORDER BY customer_id, sequence) TO '{files[name]}'")
    events = [f"--events={name}={files[name]}" for name in EVENTS]
    command = ["eval", SHOP, "--at", AT, "--counts", "--customers"]

    def counts(*arguments):
        lines = ask(*command, *arguments).splitlines()[1:]
        return {line.split()[0]: int(line.split()[1]) for line in lines}

    by_columns, found = median(lambda: counts(files["customers"], *events, "--events-key=customer_id"))
    same("the program", found, expected)
    lines = f"{folder}/customers.jsonl"
    if not Path(lines).exists():
        form = "strftime({0}, '%Y-%m-%dT%H:%M:%S.%fZ') AS {0}"
        lists = [
            f"""LEFT JOIN (SELECT customer_id, list(struct_pack({', '.join(f'{it} := {it}' for it in ['"at"', *columns])}) ORDER BY sequence) AS {name}
            FROM (SELECT * REPLACE ({form.format('"at"')}) FROM {name}) GROUP BY customer_id) AS of_{name} ON of_{name}.customer_id = id"""
            for name, columns in [("purchases", ["category", "amount"]), ("visits", ["path"])]
        ]
        moment = customer.replace("signed_up_at,", f"{form.format('signed_up_at')},")
        data.execute(f"COPY (SELECT {moment}, {', '.join(EVENTS)} FROM customers {' '.join(lists)} ORDER BY id) TO '{lines}' (FORMAT json)")
    by_lines, found = median(lambda: counts(lines))
    same("the program over JSON", found, expected)
    return {"`audience eval`, JSON lines": by_lines, "`audience eval`, Parquet": by_columns}


def queries(dialect, expected, without=()):
    """The query of all segments that SQL can say here, that of who may have moved within an hour, and what is to be counted."""
    names = [name for name in expected if name not in REFUSED and name not in without]
    segments = [f"--segment={name}" for name in names]
    command = ["sql", SHOP, f"--dialect={dialect}", f"--at={AT}"]
    # It stands inside of another, so that the session is set up apart from it.
    query = ask(*command, *segments).removeprefix(f"{SETUP};\n\n")
    due = ask(*command, *segments, f"--since={SINCE}")
    sums = ", ".join(f"COUNT(CASE WHEN {name} THEN 1 END) AS {name}" for name in names)
    return f"SELECT {sums} FROM ({query}) AS found", due, {name: expected[name] for name in names}


def in_duckdb(data, expected):
    query, due, expected = queries("duckdb", expected)
    data.execute(SETUP)
    seconds, found = median(lambda: data.execute(query).fetchone())
    same("DuckDB", dict(zip(expected, found)), expected)
    moved, _ = median(lambda: data.execute(due).fetchall())
    return {f"DuckDB {duckdb.__version__}": seconds, "DuckDB, who may have moved within an hour": moved}


def in_postgresql(data, folder, expected):
    def sql(text):
        return subprocess.run(
            ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"], input=text, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    sql(f"DROP TABLE IF EXISTS customers, {', '.join(EVENTS)}")
    tables = {"customers": COLUMNS} | {
        name: f"customer_id TEXT NOT NULL, at TIMESTAMPTZ NOT NULL, sequence BIGINT NOT NULL, {more}" for name, more in EVENTS.items()
    }
    for name, columns in tables.items():
        file = f"{folder}/{name}.csv"
        data.execute(f"COPY {name} TO '{file}' (HEADER)")
        sql(f"CREATE TABLE {name} ({columns});\n\\copy {name} FROM '{file}' CSV HEADER")
        Path(file).unlink()
    sql("CREATE UNIQUE INDEX ON customers (id COLLATE \"C\");" + "".join(f"CREATE INDEX ON {name} (at); CREATE INDEX ON {name} (customer_id COLLATE \"C\");" for name in EVENTS))
    sql("SET maintenance_work_mem = '1GB'; VACUUM ANALYZE")
    query, due, expected = queries("postgresql", expected)
    setting = "SET work_mem = '1GB'; "
    seconds, found = median(lambda: sql(setting + query))
    same("PostgreSQL", dict(zip(expected, map(int, found.strip().split("|")))), expected)
    moved, _ = median(lambda: sql(setting + due))
    version = sql("SHOW server_version").split()[0]
    return {f"PostgreSQL {version}": seconds, "PostgreSQL, who may have moved within an hour": moved}


def in_sqlite(data, expected):
    lite = sqlite3.connect(":memory:")
    forms = {"TIMESTAMP WITH TIME ZONE": "epoch_us({})", "DECIMAL(19,4)": "CAST({} * 10000 AS BIGINT)", "DATE": "CAST({} AS VARCHAR)"}
    for name in ["customers", *EVENTS]:
        columns = data.execute(f"DESCRIBE {name}").fetchall()
        values = ", ".join(forms.get(ty, "{}").format(f'"{column}"') for column, ty, *_ in columns)
        lite.execute(f"CREATE TABLE {name} ({', '.join(column for column, *_ in columns)})")
        rows = data.execute(f"SELECT {values} FROM {name}")
        while some := rows.fetchmany(10_000):
            lite.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", some)
    for name in EVENTS:
        lite.execute(f"CREATE INDEX {name}_of ON {name} (customer_id)")
        lite.execute(f"CREATE INDEX {name}_at ON {name} (at)")
    lite.execute("CREATE UNIQUE INDEX of ON customers (id)")
    lite.execute("ANALYZE")
    query, due, expected = queries("sqlite", expected, HASHED)
    seconds, found = median(lambda: lite.execute(query).fetchone())
    same("SQLite", dict(zip(expected, found)), expected)
    moved, _ = median(lambda: lite.execute(due).fetchall())
    return {f"SQLite {sqlite3.sqlite_version}": seconds, "SQLite, who may have moved within an hour": moved}


if __name__ == "__main__":
    main()
