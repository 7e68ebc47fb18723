"""Lists of the Python library `implicit` for the splits of `examples/recommending`.

    cargo run --release --example recommending --features ease     # writes the splits
    pip install implicit==0.7.3 scipy numpy
    python benches/rivals/implicit.py target/recommending
    cargo run --release --example recommending --features ease     # measures both by the same code

For each model, options are chosen by NDCG@10 on the validation split, once for items new to the customer and once with repeats;
with these it is fitted on what is known of the test split, and its lists are written. Customers and purchases of the test split
after the cut are read only to know who is asked about.
"""

import csv
import itertools
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# This file has the name of the library that it is about.
sys.path = [it for it in sys.path if os.path.abspath(it or ".") != os.path.dirname(os.path.abspath(__file__))]

import numpy as np
import scipy.sparse as sparse
from implicit.als import AlternatingLeastSquares
from implicit.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender

LENGTH = 10
SEED = 20111112
HALF_LIFE_DAYS = 120


class Split:
    """What is known, as three tables customers x items: how often, whether, and how lately, halved every 120 days as ours is."""

    def __init__(self, folder, name):
        with open(f"{folder}/{name}_known.csv", newline="") as file:
            known = sorted({(row["customer"], row["item"], row["at"]) for row in csv.DictReader(file)})
        self.customers = sorted({row[0] for row in known})
        self.items = sorted({row[1] for row in known})
        self.customer_at = {key: at for at, key in enumerate(self.customers)}
        self.item_at = {key: at for at, key in enumerate(self.items)}
        rows = [self.customer_at[row[0]] for row in known]
        columns = [self.item_at[row[1]] for row in known]
        shape = (len(self.customers), len(self.items))
        counts = sparse.csr_matrix((np.ones(len(known), dtype=np.float32), (rows, columns)), shape)
        taken = counts.copy()
        taken.data[:] = 1
        ages = {}
        latest = max(int(row[2]) for row in known)
        for customer, item, at in known:
            pair = (self.customer_at[customer], self.item_at[item])
            ages[pair] = min(ages.get(pair, np.inf), (latest - int(at)) / 86_400)
        pairs = np.array(list(ages))
        fading = np.array([2 ** (-age / HALF_LIFE_DAYS) for age in ages.values()], dtype=np.float32)
        lately = sparse.csr_matrix((fading, (pairs[:, 0], pairs[:, 1])), shape)
        self.tables = {"counts": counts, "taken": taken, "lately": lately}
        self.later = {}
        with open(f"{folder}/{name}_later.csv", newline="") as file:
            for row in csv.DictReader(file):
                self.later.setdefault(row["customer"], set()).add(row["item"])
        self.asked = sorted(self.later)

    def lists(self, model, table, new):
        """The best items of everyone who is asked about, without what she has where they are to be new."""
        rows = np.array([self.customer_at[key] for key in self.asked])
        items, scores = model.recommend(rows, table[rows], N=LENGTH, filter_already_liked_items=new)
        listed = {}
        for key, found, values in zip(self.asked, items, scores):
            listed[key] = [self.items[item] for item, value in zip(found, values) if np.isfinite(value) and value > -1e30]
        return listed

    def ndcg(self, lists, new):
        """For choosing options; the report is measured elsewhere."""
        gains, asked = 0.0, 0
        taken = self.tables["taken"]
        discount = 1 / np.log2(np.arange(LENGTH) + 2)
        for key in self.asked:
            wanted = self.later[key] & self.item_at.keys()
            if new:
                at = self.customer_at[key]
                own = taken.indices[taken.indptr[at] : taken.indptr[at + 1]]
                wanted = wanted - {self.items[item] for item in own}
            if not wanted:
                continue
            asked += 1
            hits = sum(discount[place] for place, item in enumerate(lists[key]) if item in wanted)
            gains += hits / discount[: min(LENGTH, len(wanted))].sum()
        return gains / asked


def candidates():
    """Each model with the options that are tried."""
    neighbours = [20, 100, 400]
    yield "cosine", [("K", neighbours)], lambda K: CosineRecommender(K=K, num_threads=1)
    yield "TF-IDF", [("K", neighbours)], lambda K: TFIDFRecommender(K=K, num_threads=1)
    bm25 = [("K", neighbours), ("K1", [1.2, 10]), ("B", [0.2, 0.75])]
    yield "BM25", bm25, lambda K, K1, B: BM25Recommender(K=K, K1=K1, B=B, num_threads=1)
    als = [("factors", [16, 32, 64, 128]), ("regularization", [0.1, 10.0]), ("alpha", [1.0, 10.0, 40.0])]
    yield "ALS", als, lambda **options: AlternatingLeastSquares(
        iterations=15, random_state=SEED, num_threads=1, **options
    )
    bpr = [("factors", [32, 64, 128]), ("learning_rate", [0.05, 0.1]), ("regularization", [0.01])]
    yield "BPR", bpr, lambda **options: BayesianPersonalizedRanking(
        iterations=150, random_state=SEED, num_threads=1, **options
    )


def fitted(make, options, table):
    model = make(**options)
    model.fit(table, show_progress=False)
    return model


def main(folder):
    validation, test = Split(folder, "validation"), Split(folder, "test")
    for name, grid, make in candidates():
        best = {}
        values = itertools.product(*(values for _, values in grid))
        tried = [dict(zip((key for key, _ in grid), chosen)) for chosen in values]
        for table, options in itertools.product(validation.tables, tried):
            model = fitted(make, options, validation.tables[table])
            for new in (True, False):
                score = validation.ndcg(validation.lists(model, validation.tables[table], new), new)
                if new not in best or score > best[new][0]:
                    best[new] = (score, table, options)
        for new, (score, table, options) in best.items():
            model = fitted(make, options, test.tables[table])
            lists = test.lists(model, test.tables[table], new)
            target = "new" if new else "all"
            print(f"{name:8} {target}  {table:6} {options}  NDCG@10 of the validation {score:.4f}", flush=True)
            with open(f"{folder}/test_list_{name}_{target}.csv", "w") as file:
                for customer, items in lists.items():
                    file.write(",".join([customer, *items]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
