"""Customers, purchases and visits that are made up, as Parquet.

All of it is drawn by hashes of the numbers of the rows, so that it is the same on any cluster. Some rows break the contract.
"""

from pyspark.sql import functions as f

ROWS_PER_PARTITION = 500_000
DAY = 86_400_000_000


def generate(spark, count, folder):
    """Makes the tables of so many customers that are not there yet, the same ones each time, and gives how many customers were made."""
    made = 0
    for name, (table, each) in TABLES.items():
        path = f"{folder}/{name}"
        there = rows_of(spark, path)
        if there == count * each:
            continue
        if there is not None:
            raise SystemExit(f"{path} has {there:,} rows, not {count * each:,}: give another --out")
        rows = spark.range(0, count * each, numPartitions=max(2, count * each // ROWS_PER_PARTITION))
        table(rows, count).write.parquet(path)
        made = count
    return made


def rows_of(spark, path):
    hadoop = spark.sparkContext._jvm.org.apache.hadoop.fs.Path(path)
    if not hadoop.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()).exists(hadoop):
        return None
    return spark.read.parquet(path).count()


def drawn(salt, below):
    """A whole number from 0 on, the same one for the same row."""
    return f.pmod(f.xxhash64("id", f.lit(salt)), f.lit(below))


def one_of(salt, *words):
    return f.element_at(f.array(*map(f.lit, words)), (drawn(salt, len(words)) + 1).cast("int"))


def key(number):
    return f.format_string("c%09d", number)


def before(moment, micros):
    return f.timestamp_micros(f.unix_micros(f.lit(moment).cast("timestamp")) - micros)


def customers(rows, _count):
    name = one_of("name", "Ana", "Ben", "Cem", "Δάφνη", "Elena", "Ștefan")
    # Some hundred break the contract, or are hard to quote.
    level = f.when(rows.id % 997 == 996, "platinum").otherwise(one_of("level", "basic", "basic", "silver", "gold"))
    firm = one_of("firm", "mail.example", "post.example", "acme.es", "globex.gr", "notacme.es", "o'neill\\.example")
    return rows.select(
        key(rows.id).alias("id"),
        f.when(drawn("named", 10) > 0, name).alias("first_name"),
        f.when(drawn("reached", 20) > 0, f.format_string("c%d@%s", "id", firm)).alias("email"),
        one_of("country", "ES", "PT", "GR", "RO", "CY", "DE").alias("country"),
        level.alias("level"),
        f.when(drawn("born", 5) > 0, f.date_add(f.lit("1940-01-01").cast("date"), drawn("birthday", 25_000).cast("int"))).alias("born"),
        before("2026-06-01 00:00:00", drawn("signed up", 2_000 * DAY)).alias("signed_up_at"),
        (drawn("email", 3) > 0).alias("consent_email"),
        (drawn("sms", 3) > 1).alias("consent_sms"),
        f.format_string("https://shop.example/no-more/%d", "id").alias("unsubscribe"),
    )


def purchases(rows, count):
    return rows.select(
        key(drawn("customer", count)).alias("customer_id"),
        before("2026-06-01 00:00:00", drawn("at", 900 * DAY)).alias("at"),
        rows.id.alias("sequence"),
        # Some break the contract, which their customers are left out for.
        f.when(rows.id % 1999 != 1998, one_of("category", "gifts", "books", "tools", "food")).alias("category"),
        (drawn("amount", 40_000) / 100).cast("decimal(19, 4)").alias("amount"),
    )


def visits(rows, count):
    return rows.select(
        key(drawn("visitor", count)).alias("customer_id"),
        before("2026-06-01 00:00:00", drawn("seen", 400 * DAY)).alias("at"),
        rows.id.alias("sequence"),
        one_of("path", "/", "/sale", "/sale/books", "/Sale", "/tools").alias("path"),
    )


# How each is made, and how many rows of it there are for a customer.
TABLES = {"customers": (customers, 1), "purchases": (purchases, 2), "visits": (visits, 2)}
