"""What the sessions of engines that come as Python wheels have in common: JSON lines in, JSON lines out."""

import json
import sys


def serve(answer):
    """Answers each request, a JSON object in a line, by what `answer` gives for it, {"rows": […]}, or by {"error": …}.

    A binary number comes as the text of its digits, as readers of JSON may read others out of numbers.
    """
    for line in sys.stdin:
        try:
            rows = [[repr(cell) if isinstance(cell, float) else cell for cell in row] for row in answer(json.loads(line))]
            text = json.dumps({"rows": rows}, default=repr)
        except BaseException as error:
            text = json.dumps({"error": f"{type(error).__name__}: {error}"})
        print(text, flush=True)


def arrow(table, types):
    """A table of a request as one of Arrow.

    The request has {"columns": [[name, kind], …], "rows": [[cell, …], …]}; cells are null, bools, texts, whole numbers (also for decimals, in units of
    1/10000, for dates, in days, and for datetimes, in microseconds), and the digits of a binary number as text. `types` gives the Arrow type of a kind.
    """
    import decimal

    import pyarrow

    decimal.getcontext().prec = 60
    values = {
        "float": float,
        "decimal": lambda units: decimal.Decimal(units) / 10000,
    }
    columns = []
    for index, (_, kind) in enumerate(table["columns"]):
        value = values.get(kind, lambda it: it)
        cells = [row[index] for row in table["rows"]]
        cells = [None if cell is None else value(cell) for cell in cells]
        # Dates and datetimes beyond the calendar of Python come as the whole numbers that they are.
        plain = {"date": pyarrow.int32(), "datetime": pyarrow.int64()}.get(kind, types[kind])
        columns.append(pyarrow.array(cells, type=plain).cast(types[kind]))
    return pyarrow.Table.from_arrays(columns, names=[name for name, _ in table["columns"]])
