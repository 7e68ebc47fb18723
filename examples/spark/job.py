"""The segments of all customers, and the messages for those of one segment, on a cluster of Spark.

Segments that `audience sql` can say are asked as one query. For those that it refuses, and to write the messages, each partition of customers goes as JSON lines through
the program `audience` itself, which Spark's `pipe` starts on the workers. Nobody is lost: who breaks the contract, cannot be read or cannot be written to has
rows in `failures` that tell why, and no row in what went wrong.

It reads `customers`, `purchases` and `visits` as Parquet below OUT/data, where it makes them first if there are none, and writes OUT/membership (a row for each
customer, a column for each segment), OUT/messages and OUT/failures. `examples/spark/run` starts it.
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession, functions as f

import data

# The segment whose customers are written to, and what they are sent.
SEGMENT = "win_back"
MESSAGE = "win_back_mail"


def main():
    arguments = read_arguments()
    spark = SparkSession.builder.appName("audience")
    # Instants are written as other engines read them, too.
    settings = {"spark.sql.session.timeZone": "UTC", "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS"}
    for name, value in settings.items():
        spark = spark.config(name, value)
    spark = spark.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    # Both stand in the folder in which the workers run what they are told to.
    spark.sparkContext.addFile(arguments.audience)
    spark.sparkContext.addFile(arguments.definitions)
    shop = Shop(arguments)
    out = arguments.out.rstrip("/")

    with timed("making the data") as count:
        count(data.generate(spark, arguments.customers, f"{out}/data"))
    for name in data.TABLES:
        spark.read.parquet(f"{out}/data/{name}").createOrReplaceTempView(name)
    customers = spark.table("customers").count()

    with timed("looking for rows that break the contract", customers):
        breaches = spark.sql(shop.sql("--validate"))
        # Rows of events are called by their customer and their sequence: `c000000001, 17`.
        whose = f.when(f.col("table") == shop.mapping["customers"]["table"], f.col("key")).otherwise(f.regexp_replace("key", ", [^,]*$", ""))
        problem = f.format_string("%s.%s: %s", "table", "column", "problem")
        failures = breaches.select(whose.alias("key"), f.lit("contract").alias("step"), problem.alias("problem"))
        failures.write.mode("overwrite").parquet(f"{out}/failures")
    broken = spark.read.parquet(f"{out}/failures").where(f.col("step") == "contract").select(f.col("key").alias("id")).distinct()

    told, refused = shop.segments()
    for name, why in refused.items():
        print(f"{name} goes to the program: {why}")
    with timed(f"{len(told)} segments by SQL", customers):
        found = shop.found(spark, told).join(broken, "id", "left_anti")
        found.write.mode("overwrite").parquet(f"{out}/asked")
    members = spark.read.parquet(f"{out}/asked")

    if refused:
        with timed(f"{len(refused)} segments by the program", customers):
            options = [f"--segment={name}" for name in refused]
            answers = shop.piped(spark, documents(spark, shop, members.select("id")), "eval", *options)
            answers.write.mode("overwrite").parquet(f"{out}/answered")
        answers = spark.read.parquet(f"{out}/answered")
        note_failures(answers, "segments", f"{out}/failures")
        # Of whom could not be read it is not known whether she belongs there.
        by_program = [f.array_contains("segments", name).alias(name) for name in refused]
        answered = answers.where("failed IS NULL").select(f.col("key").alias("id"), *by_program)
        members = members.join(answered, "id", "left")
    members.write.mode("overwrite").parquet(f"{out}/membership")
    members = spark.read.parquet(f"{out}/membership")

    to_write = members.where(SEGMENT).select("id")
    with timed(f"messages to {SEGMENT}", to_write.count()):
        written = shop.piped(spark, documents(spark, shop, to_write), "render", f"--message={MESSAGE}")
        written.write.mode("overwrite").parquet(f"{out}/rendered")
    written = spark.read.parquet(f"{out}/rendered")
    note_failures(written, "message", f"{out}/failures")
    written.where("failed IS NULL").select("key", "message", "skipped").write.mode("overwrite").parquet(f"{out}/messages")

    summary(spark, [*told, *refused], out)
    if arguments.compare:
        compare(spark, shop, [*told, *refused], out)
    spark.stop()


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audience", required=True, help="the program, for the machines of the workers")
    parser.add_argument("--definitions", required=True, help="the file of definitions")
    parser.add_argument("--customers", type=int, default=100_000, help="how many are made, with two purchases and two visits each (default 100000)")
    parser.add_argument("--out", default="target/spark", help="where the data are, and where the answers go")
    parser.add_argument("--at", default="2026-06-01T00:00:00Z", help="the moment to answer for")
    parser.add_argument("--compare", action="store_true", help="ask the program for all segments, too, and compare")
    arguments = parser.parse_args()
    if "://" not in arguments.out:
        arguments.out = Path(arguments.out).absolute().as_uri()
    return arguments


class Shop:
    """The definitions, by way of the program."""

    def __init__(self, arguments):
        self.program, self.definitions, self.at = arguments.audience, arguments.definitions, arguments.at
        self.mapping = json.loads(self.ask("mapping", self.definitions, "--dialect=spark"))

    def ask(self, *command):
        done = subprocess.run([self.program, *command], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        return done.stdout

    def sql(self, *options):
        return self.ask("sql", self.definitions, "--dialect=spark", f"--at={self.at}", *options)

    def segments(self):
        """The names of those that SQL can say, and the others with the reason."""
        told, refused = [], {}
        for name in re.findall(r"^segment (\w+)", Path(self.definitions).read_text(), re.MULTILINE):
            command = [self.program, "sql", self.definitions, "--dialect=spark", f"--at={self.at}", f"--segment={name}"]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode == 0:
                told.append(name)
            elif done.returncode == 1:
                refused[name] = done.stderr.splitlines()[0]
            else:
                raise SystemExit(f"{name}: {done.stderr}")
        return told, refused

    def found(self, spark, segments):
        """A row for each customer with a column for each of these segments."""
        customers = spark.table(self.mapping["customers"]["table"]).select("id")
        if len(segments) == 1:
            # Of one segment the query has the members.
            members = spark.sql(self.sql(f"--segment={segments[0]}")).withColumn(segments[0], f.lit(True))
            return customers.join(members, "id", "left").fillna(False)
        return spark.sql(self.sql(*[f"--segment={name}" for name in segments])) if segments else customers

    def piped(self, spark, documents, command, *options):
        """What the program says of each document, a line each, on the workers."""
        definitions = "./" + Path(self.definitions).name
        line = ["./" + Path(self.program).name, command, definitions, "--customers=-", f"--at={self.at}", "--print-bad", *options]
        lines = documents.rdd.map(lambda row: row.document).pipe(shlex.join(line), checkCode=True)
        schema = "key STRING, line BIGINT, failed STRING, segments ARRAY<STRING>, message MAP<STRING, STRING>, skipped STRING"
        return spark.read.schema(schema).json(lines)


def documents(spark, shop, ids):
    """These customers as the program reads them: a line of JSON each, events inside."""
    mapping = shop.mapping
    rows = spark.table(mapping["customers"]["table"]).join(ids, "id", "left_semi")
    members = nested(mapping["customers"]["columns"])
    for name, events in mapping["events"].items():
        [key] = events["key"]
        # The sequence orders events of one instant, as their order in the list does.
        event = f.struct("at", events["sequence"], *[f.col(column).alias(path) for path, column in events["columns"].items()])
        lists = spark.table(events["table"]).groupBy(f.col(key).alias("id")).agg(f.sort_array(f.collect_list(event)).alias(name))
        rows = rows.join(lists, "id", "left")
        members.append(f.transform(name, without(events["sequence"])).alias(name))
    form = {"timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"}
    return rows.select(f.to_json(f.struct(*members), form).alias("document"))


def without(field):
    return lambda it: it.dropFields(field)


def nested(columns):
    """`{"consent.email": "may_email"}` as a struct `consent` with a field `email`."""
    tree = {}
    for path, column in columns.items():
        *outer, last = path.split(".")
        inside = tree
        for name in outer:
            inside = inside.setdefault(name, {})
        inside[last] = column

    def fields(tree):
        return [(f.struct(*fields(it)) if isinstance(it, dict) else f.col(it)).alias(name) for name, it in tree.items()]

    return fields(tree)


def note_failures(answers, step, folder):
    failed = answers.where("failed IS NOT NULL").select("key", f.lit(step).alias("step"), f.col("failed").alias("problem"))
    failed.write.mode("append").parquet(folder)


def summary(spark, segments, out):
    members, messages = spark.read.parquet(f"{out}/membership"), spark.read.parquet(f"{out}/messages")
    sizes = members.agg(f.count("*").alias("customers"), *[f.count_if(name).alias(name) for name in segments]).first().asDict()
    for name, size in sizes.items():
        print(f"{size:>12,}  {name}")
    sent, skipped = messages.where("message IS NOT NULL").count(), messages.where("skipped IS NOT NULL").count()
    print(f"{sent:>12,}  messages, and {skipped:,} skipped")
    for row in spark.read.parquet(f"{out}/failures").groupBy("step").count().orderBy("step").collect():
        print(f"{row['count']:>12,}  failures of {row.step}")
    for row in messages.where("message IS NOT NULL").orderBy("key").limit(1).collect():
        print(f"\nThe first of them, to {row.key}:\n{row.message['subject']}\n{row.message['text']}")


def compare(spark, shop, segments, out):
    """Whether the program gives all segments as the query does."""
    members = spark.read.parquet(f"{out}/membership")
    by_query = f.array_compact(f.array(*[f.when(f.col(name), f.lit(name)) for name in segments]))
    query = members.select("id", f.sort_array(by_query).alias("by_query"))
    answers = shop.piped(spark, documents(spark, shop, members.select("id")), "eval").cache()
    unread = answers.where("failed IS NOT NULL").limit(5).collect()
    if unread:
        raise SystemExit("\n".join(f"{row.key} cannot be read: {row.failed}" for row in unread))
    program = answers.select(f.col("key").alias("id"), f.sort_array("segments").alias("by_program"))
    unlike = query.join(program, "id", "full_outer").where(~f.col("by_query").eqNullSafe(f.col("by_program")))
    examples = unlike.limit(5).collect()
    for row in examples:
        print(f"{row.id}: {row.by_query} by query, {row.by_program} by the program", file=sys.stderr)
    if examples:
        raise SystemExit(f"{unlike.count()} customers are not where the program has them")
    print(f"The program has all {query.count():,} customers in the same segments")


class timed:
    """Prints how long a step takes, and how many customers it goes through in a second."""

    def __init__(self, step, customers=None):
        self.step, self.customers = step, customers

    def __enter__(self):
        self.start = time.monotonic()
        return lambda customers: setattr(self, "customers", customers)

    def __exit__(self, problem, *_):
        seconds = time.monotonic() - self.start
        if problem is None and self.customers:
            print(f"{self.step}: {seconds:.1f} s, {self.customers / seconds:,.0f} customers in a second", flush=True)


if __name__ == "__main__":
    main()
