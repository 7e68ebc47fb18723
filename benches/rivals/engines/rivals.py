"""The other engines: how each holds the data at its best, and how an expert would ask it.

Numbers are as narrow as they can be, money is whole units, and words are codes where that is faster. Of a hundred rules at once, what
several of them ask is asked once where that is faster. What did not help was left out: in DuckDB and DataFusion, to hold texts as
enumerations, or to ask all that is shared first; in Polars, to let the engine find what is shared, or to filter condition by condition.

`ten(rule)`, `hundred(rules)` and `all_three()` of each class write the question down, and give what answers it with a list of counts.
"""

import functools
import operator
import os

import pyarrow as pa

from data import CITIES, COUNTRIES, DAY, DEVICES, EURO, GENDERS, MICROS, TAGS, read

RECENT, YEAR, RETURNED = (MICROS - days * DAY for days in (30, 365, 90))


def units(array):
    """The numbers behind amounts and instants, without a copy."""
    return pa.Array.from_buffers(pa.int64(), len(array), array.buffers(), array.null_count)


def codes(array):
    """The numbers of texts as they stand in their dictionary."""
    return array.indices


def places(texts, wanted):
    return [index for index, text in enumerate(texts) if wanted(text)]


def customers(folder):
    """A table with money and instants as numbers, words as codes, and the codes of tags in lists."""
    batch = read(folder, "customers")
    tags = batch.column("tags")
    columns = {
        "country": codes(batch.column("country")),
        "age": batch.column("age").cast(pa.uint8()),
        "email": batch.column("consent.email"),
        "spent": units(batch.column("total_spent")),
        "orders": batch.column("orders").cast(pa.uint8()),
        "last": units(batch.column("last_order_at")),
        "tags": pa.ListArray.from_arrays(tags.offsets, codes(tags.values)),
        "device": codes(batch.column("device")),
        "city": codes(batch.column("city")),
        "gender": codes(batch.column("gender")),
        "cart": units(batch.column("cart.value")),
    }
    return batch, columns


def events(folder, name):
    batch = read(folder, name)
    return {"id": batch.column("id"), "time": units(batch.column("at")), "amount": units(batch.column("amount"))}


class Sql:
    """What engines that speak SQL are asked."""

    def ten(self, rule):
        query = f"SELECT count(*) FROM customers WHERE {' AND '.join(self.conditions(rule))}"
        return lambda: self.counts(query)

    def all_three(self):
        query = f"""
            WITH recent AS (
                SELECT id FROM purchases WHERE time > {RECENT} AND time <= {MICROS} AND amount > {50 * EURO}
                GROUP BY id HAVING count(*) >= 2),
            spending AS (
                SELECT id FROM purchases WHERE time > {YEAR} AND time <= {MICROS} AND id IN (SELECT id FROM recent)
                GROUP BY id HAVING sum(amount) > {500 * EURO})
            SELECT count(*) FROM spending
            WHERE id NOT IN (SELECT id FROM returns WHERE time > {RETURNED} AND time <= {MICROS})
            """
        return lambda: self.counts(query)

    def conditions(self, rule):
        def among(column, texts, wanted):
            found = places(texts, wanted)
            return f"{column} IN ({', '.join(map(str, found))})" if found else "false"

        return [
            among("country", COUNTRIES, lambda it: it in rule.countries),
            f"age BETWEEN {rule.ages[0]} AND {rule.ages[1]}",
            "email",
            f"(spent > {rule.spent * EURO} OR orders >= {rule.orders})",
            f"last > {rule.since()} AND last <= {MICROS}",
            self.lacks(TAGS.index(rule.tag)),
            among("device", DEVICES, lambda it: it in rule.devices),
            among("city", CITIES, lambda it: it.startswith(rule.prefix)),
            f"(gender = {GENDERS.index(rule.gender)} OR gender IS NULL)",
            f"cart > {rule.cart * EURO}",
        ]


class DuckDb(Sql):
    """Tables of its own, compressed in memory; events in the order of time, so that it passes over what lies outside a window."""

    def __init__(self, folder, cores):
        import duckdb

        self.name = f"DuckDB {duckdb.__version__}"
        self.connection = duckdb.connect()
        self.connection.execute(f"SET threads = {cores}; SET enable_progress_bar = false; ATTACH ':memory:' AS held (COMPRESS); USE held")
        self.hold("customers", pa.table(customers(folder)[1]), "")
        for name in ("purchases", "returns"):
            self.hold(name, pa.table(events(folder, name)), "ORDER BY time")
        self.connection.execute("FORCE CHECKPOINT held")

    def hold(self, name, table, order):
        self.connection.register("given", table)
        self.connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given {order}")
        self.connection.unregister("given")

    def counts(self, query):
        return list(self.connection.execute(query).fetchone())

    def lacks(self, tag):
        return f"NOT list_contains(tags, {tag})"

    def hundred(self, rules):
        """Sums of what is 1 where a rule holds, which stop at a condition that does not; each distinct condition once below them."""
        names = {}
        for rule in rules:
            for condition in self.conditions(rule):
                names.setdefault(condition, f"c{len(names)}")
        shared = ", ".join(f"{condition} AS {name}" for condition, name in names.items())
        sums = (
            f"sum(CASE WHEN {' AND '.join(names[it] for it in self.conditions(rule))} THEN 1 ELSE 0 END)"
            for rule in rules
        )
        query = f"SELECT {', '.join(sums)} FROM (SELECT {shared} FROM customers)"
        return lambda: [int(it) for it in self.counts(query)]


class DataFusion(Sql):
    """Record batches in memory, of as many rows as it works on at once."""

    ROWS = 8192

    def __init__(self, folder, cores):
        import datafusion

        self.name = f"DataFusion {datafusion.__version__}"
        options = datafusion.SessionConfig().with_target_partitions(cores).with_batch_size(self.ROWS)
        self.context = datafusion.SessionContext(options)
        tables = {"customers": customers(folder)[1], "purchases": events(folder, "purchases"), "returns": events(folder, "returns")}
        for name, columns in tables.items():
            batches = pa.table(columns).to_batches(max_chunksize=self.ROWS)
            parts = [batches[part * len(batches) // cores : (part + 1) * len(batches) // cores] for part in range(cores)]
            self.context.register_record_batches(name, parts)

    def counts(self, query):
        batches = self.context.sql(query).collect()
        return [column[0].as_py() for batch in batches if batch.num_rows for column in batch.columns]

    def lacks(self, tag):
        return f"NOT array_has(tags, arrow_cast({tag}, 'UInt8'))"

    def hundred(self, rules):
        counts = (f"count(*) FILTER (WHERE {' AND '.join(self.conditions(rule))})" for rule in rules)
        query = f"SELECT {', '.join(counts)} FROM customers"
        return lambda: self.counts(query)


class Polars:
    """Data frames of one chunk."""

    def __init__(self, folder, cores):
        os.environ["POLARS_MAX_THREADS"] = str(cores)
        import polars

        self.name = f"Polars {polars.__version__}"
        self.polars = polars
        self.customers = polars.from_arrow(pa.table(customers(folder)[1])).rechunk()
        self.purchases, self.returns = (
            polars.from_arrow(pa.table(events(folder, name))).rechunk() for name in ("purchases", "returns")
        )

    def conditions(self, rule):
        col = self.polars.col
        return [
            col("country").is_in(places(COUNTRIES, lambda it: it in rule.countries)),
            col("age").is_between(*rule.ages),
            col("email"),
            (col("spent") > rule.spent * EURO) | (col("orders") >= rule.orders),
            col("last").is_between(rule.since(), MICROS, closed="right"),
            col("device").is_in(places(DEVICES, lambda it: it in rule.devices)),
            col("city").is_in(places(CITIES, lambda it: it.startswith(rule.prefix))),
            (col("gender") == GENDERS.index(rule.gender)) | col("gender").is_null(),
            col("cart") > rule.cart * EURO,
        ]

    def answers(self, frame):
        return lambda: list(frame.collect().row(0))

    def lacks(self, rule):
        tag = self.polars.lit(TAGS.index(rule.tag), self.polars.UInt8)
        return ~self.polars.col("tags").list.contains(tag)

    def ten(self, rule):
        """The lists of tags are looked at last, of those whom all else lets through."""
        others = functools.reduce(operator.and_, self.conditions(rule))
        tags = self.customers.lazy().select(self.polars.col("tags").filter(others))
        return self.answers(tags.select(self.lacks(rule).sum()))

    def hundred(self, rules):
        """Each distinct condition once, as a column of bits; then the rules over these columns."""
        names = {}

        def shared(condition):
            name, _ = names.setdefault(condition.meta.serialize(), (f"c{len(names)}", condition))
            return self.polars.col(name)

        rows = [[shared(it) for it in [*self.conditions(rule), self.lacks(rule)]] for rule in rules]
        columns = self.customers.lazy().select(condition.alias(name) for name, condition in names.values())
        counts = columns.select(functools.reduce(operator.and_, row).sum().alias(str(at)) for at, row in enumerate(rows))
        return self.answers(counts)

    def all_three(self):
        col = self.polars.col

        def within(table, since):
            return table.lazy().filter(col("time").is_between(since, MICROS, closed="right"))

        recent = within(self.purchases, RECENT).filter(col("amount") > 50 * EURO)
        recent = recent.group_by("id").len().filter(col("len") >= 2)
        spending = within(self.purchases, YEAR).join(recent, on="id", how="semi")
        spending = spending.group_by("id").agg(col("amount").sum()).filter(col("amount") > 500 * EURO)
        found = spending.join(within(self.returns, RETURNED), on="id", how="anti")
        return self.answers(found.select(self.polars.len()))


ENGINES = {"duckdb": DuckDb, "datafusion": DataFusion, "polars": Polars}
