"""Made-up customers and their events, and what is asked about them: the same for all engines.

The rules are those of `benches/rivals/segments/rules.rs`, drawn by the same generator from the same seed. Customers are spread as those of
`benches/support/shopper.rs`: their keys are whole numbers that ascend, and events lie in the order of the key and then of time.
"""

import dataclasses
import datetime
import json

import numpy as np
import pyarrow as pa

NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)
MICROS = int(NOW.timestamp()) * 1_000_000
DAY = 86_400_000_000
EURO = 10_000

COUNTRIES = ["ES", "FR", "DE", "IT", "US", "GB", "BR", "MX"]
GENDERS = ["female", "male", "other"]
DEVICES = ["mobile", "tablet", "desktop"]
CITIES = ["Madrid", "Málaga", "Marbella", "Barcelona", "Paris", "Berlin", "Mataró"]
TAGS = ["vip", "newsletter", "churned", "wholesale", "student"]
PRODUCTS = [f"p{index}" for index in range(500)]

SCHEMA = """
customer {
  id:            int key
  country:       string
  age:           int
  gender:        ("female" | "male" | "other")?
  device:        ("mobile" | "tablet" | "desktop")?
  city:          string?
  orders:        int
  total_spent:   decimal
  last_order_at: datetime?
  tags:          [string]
  consent:       { email: bool }
  cart:          { value: decimal }
}
event purchases { amount: decimal, sku: string }
event returns { amount: decimal }
"""

ALL_THREE = """
segment all_three =
    at least 2 purchases in last 30 days where (amount > 50)
    and sum(amount of purchases in last 365 days) > 500
    and no returns in last 90 days
"""


class Random:
    """SplitMix64, as `benches/support/random.rs` has it."""

    def __init__(self, seed):
        self.state = seed

    def below(self, count):
        self.state = (self.state + 0x9E37_79B9_7F4A_7C15) % 2**64
        mixed = (self.state ^ (self.state >> 30)) * 0xBF58_476D_1CE4_E5B9 % 2**64
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB % 2**64
        return (mixed ^ (mixed >> 31)) % count

    def int(self, low, high):
        return low + self.below(high - low)

    def pick(self, alternatives):
        return alternatives[self.below(len(alternatives))]

    def shuffle(self, items):
        for index in range(len(items) - 1, 0, -1):
            other = self.below(index + 1)
            items[index], items[other] = items[other], items[index]


@dataclasses.dataclass
class Ten:
    """The constants of a rule of ten conditions; money in euros."""

    countries: list
    ages: tuple
    spent: int
    orders: int
    days: int
    tag: str
    devices: list
    prefix: str
    gender: str
    cart: int

    @classmethod
    def first(cls):
        countries = ["ES", "FR", "DE", "IT", "PT", "NL", "BE", "AT"]
        return cls(countries, (18, 65), 250, 5, 30, "churned", ["mobile", "desktop"], "Ma", "female", 0)

    @classmethod
    def drawn(cls, random):
        countries = ["ES", "FR", "DE", "IT", "US", "GB", "BR", "MX", "PT", "NL"]
        random.shuffle(countries)
        countries = countries[: random.below(7) + 2]
        device = random.below(3)
        return cls(
            countries,
            (random.int(12, 40), random.int(45, 90)),
            random.int(100, 900),
            random.int(2, 18),
            random.pick([7, 14, 30, 45]),
            random.pick(["vip", "newsletter", "churned", "wholesale", "student"]),
            [DEVICES[device], DEVICES[(device + 1) % 3]],
            random.pick(["Ma", "Ba", "Pa", "Be", "M"]),
            random.pick(["female", "male"]),
            random.pick([0, 20]),
        )

    def since(self):
        """Orders after this many microseconds are within the last days."""
        return MICROS - self.days * DAY

    def segment(self, name):
        return f"""
segment {name} =
    country in {json.dumps(self.countries)} and age between {self.ages[0]} and {self.ages[1]} and consent.email
    and (total_spent > {self.spent} or orders >= {self.orders}) and last_order_at in last {self.days} days
    and not (tags contains "{self.tag}") and device in {json.dumps(self.devices)} and city starts with "{self.prefix}"
    and (gender = "{self.gender}" or gender is unknown) and cart.value > {self.cart}
"""


def hundred():
    random = Random(17)
    return [Ten.drawn(random) for _ in range(100)]


def definitions():
    """All rules in the language of `audience`."""
    tens = [ten.segment(f"ten_{index}") for index, ten in enumerate(hundred())]
    return "".join([SCHEMA, Ten.first().segment("ten"), ALL_THREE, *tens])


def decimals(units):
    """Amounts of four digits after the point, without a copy."""
    return pa.Array.from_buffers(pa.decimal64(18, 4), len(units), [None, pa.py_buffer(units)])


def instants(micros, missing=None):
    return pa.array(micros, pa.timestamp("us", "UTC"), mask=missing)


def words(random, count, texts, missing=False, width=np.uint8):
    codes = random.integers(0, len(texts), count, width)
    mask = random.integers(0, 6, count, np.uint8) == 0 if missing else None
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=mask), pa.array(texts))


def customers(random, count):
    weights = np.array([0, 0, 0, 1, 2, 3, 4, 5, 6, 7], np.uint8)
    countries = weights[random.integers(0, 10, count, np.uint8)]
    lists = np.zeros(count + 1, np.int32)
    np.cumsum(random.integers(0, 4, count, np.uint8), out=lists[1:])
    tags = words(random, int(lists[-1]), TAGS)
    columns = {
        "id": pa.array(np.arange(count)),
        "country": pa.DictionaryArray.from_arrays(pa.array(countries), pa.array(COUNTRIES)),
        "age": pa.array(random.integers(12, 90, count)),
        "gender": words(random, count, GENDERS, missing=True),
        "device": words(random, count, DEVICES, missing=True),
        "city": words(random, count, CITIES, missing=True),
        "orders": pa.array(random.integers(0, 20, count)),
        "total_spent": decimals(random.integers(0, 10_000_000, count)),
        "last_order_at": instants(
            MICROS - random.integers(0, 60 * DAY, count), random.integers(0, 6, count, np.uint8) == 0
        ),
        "tags": pa.ListArray.from_arrays(pa.array(lists), tags),
        "consent.email": pa.array(random.integers(0, 4, count, np.uint8) != 0),
        "cart.value": decimals(random.integers(0, 3, count) * 199_900),
    }
    return pa.RecordBatch.from_pydict(columns)


def events(random, customers, count, most, **columns):
    """So many events, each of any customer, in the order of customers and then of time; amounts below so many euros."""
    keys = np.sort(random.integers(0, customers, count))
    ago = random.integers(0, 700 * DAY, count)
    order = np.lexsort((-ago, keys))
    columns = {
        "id": pa.array(keys),
        "at": instants(MICROS - ago[order]),
        "amount": decimals(random.integers(1, most, count) * EURO),
        **columns,
    }
    return pa.RecordBatch.from_pydict(columns)


def make(folder, count):
    """Writes so many customers, twice as many events, and the rules, unless they are there."""
    rules = folder / "rules.audience"
    if rules.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(7)

    def write(name, batch):
        with pa.ipc.new_file(str(folder / f"{name}.arrow"), batch.schema) as file:
            file.write_batch(batch)

    write("customers", customers(random, count))
    returned = count // 10
    bought = 2 * count - returned
    products = words(random, bought, PRODUCTS, width=np.uint16)
    write("purchases", events(random, count, bought, 200, sku=products))
    write("returns", events(random, count, returned, 100))
    rules.write_text(definitions())


def read(folder, name):
    with pa.memory_map(str(folder / f"{name}.arrow")) as file:
        return pa.ipc.open_file(file).get_batch(0)
