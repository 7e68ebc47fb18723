"""Answers {"tables": […]} by having these tables and no others, and {"sql": …, "values": […]} with the rows that the cluster of Spark gives."""

import json
import os
import re
import zlib

import pyarrow
from pyspark.sql import SparkSession, functions

from session import arrow, serve

# Nothing is as one may expect, and little is compiled, as the tables are small and each query is asked once.
SETTINGS = {
    "spark.log.level": "OFF",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "1g",
    "spark.executor.memory": "512m",
    "spark.default.parallelism": "2",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.sql.session.timeZone": "Asia/Kathmandu",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # Tables come from the workers, and are as small as they are.
    "spark.sql.execution.arrow.localRelationThreshold": "0",
    "spark.sql.defaultSizeInBytes": "1000",
}

# Drawn for each case.
DRAWN = {
    "spark.sql.codegen.factoryMode": ["NO_CODEGEN", "NO_CODEGEN", "NO_CODEGEN", "FALLBACK"],
    "spark.sql.ansi.enabled": ["true", "false"],
    "spark.sql.parser.escapedStringLiterals": ["true", "false"],
    "spark.sql.autoBroadcastJoinThreshold": ["10485760", "10485760", "-1"],
    "spark.sql.function.concatBinaryAsString": ["true", "false"],
    "spark.sql.groupByAliases": ["true", "false"],
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

CHANGE = re.compile(r'UPDATE (\w+) SET "?(\w+)"? = (.*)|DELETE FROM (\w+) WHERE (.*)|INSERT INTO (\w+) (.*)', re.DOTALL)


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


class Session:
    def __init__(self):
        builder = SparkSession.builder.master(os.environ["SPARK_MASTER_URL"]).appName("audience")
        for name, value in SETTINGS.items():
            builder = builder.config(name, value)
        self.spark = builder.getOrCreate()
        self.views = []
        self.escaped = "false"

    def view(self, name, frame):
        frame.createOrReplaceTempView(name)
        self.views.append(name)

    def load(self, table):
        frame = self.spark.createDataFrame(arrow(table, TYPES))
        # Every other text is in a column that does not tell capitals.
        columns = []
        for index, (name, kind) in enumerate(table["columns"]):
            column = frame[quoted(name)]
            if kind == "text" and index % 2 == 0:
                column = functions.collate(column, "UTF8_LCASE").alias(name)
            columns.append(column)
        [name] = table["name"]
        self.view(quoted(name), frame.select(columns))

    def change(self, match):
        """Views do not change, so another one takes its place."""
        updated, column, value, deleted, gone, filled, more = match.groups()
        if deleted:
            self.view(deleted, self.spark.sql(f"SELECT * FROM {deleted} WHERE NOT ({gone})"))
            return
        if filled:
            self.view(filled, self.spark.table(filled).union(self.spark.sql(more)))
            return
        frame = self.spark.table(updated)
        new = functions.expr(value)
        if value == "NULL":
            new = new.cast(frame.schema[column].dataType)
        self.view(updated, frame.withColumn(column, new))

    def answer(self, request):
        if "tables" in request:
            draw = zlib.crc32(json.dumps(request).encode())
            for name, choices in DRAWN.items():
                self.spark.conf.set(name, choices[draw % len(choices)])
                draw //= len(choices)
            self.escaped = self.spark.conf.get("spark.sql.parser.escapedStringLiterals")
            for name in self.views:
                self.spark.sql(f"DROP VIEW IF EXISTS {name}")
            self.views = []
            for table in request["tables"]:
                self.load(table)
            return []
        if match := CHANGE.fullmatch(request["sql"]):
            self.change(match)
            return []
        values = request.get("values") or None
        try:
            # Spark writes them into the text itself, and is taken in by its own backslashes where that setting is on.
            escaped = "false" if values else self.escaped
            self.spark.conf.set("spark.sql.parser.escapedStringLiterals", escaped)
            return [list(row) for row in self.spark.sql(request["sql"], args=values).collect()]
        except Exception as error:
            # The tree of the query, and what the JVM did, are longer than anyone reads.
            raise RuntimeError(str(error)[:2000]) from None


serve(Session().answer)
