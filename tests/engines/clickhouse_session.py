"""Answers {"sql": …, "values": […]} with the rows that ClickHouse gives, and {"statements": […]} with none."""

import json

from chdb.session import Session

from session import serve

session = Session()


def escaped(value):
    """A parameter, which the engine reads as a field of its format of tabs."""
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def answer(request):
    for statement in request.get("statements", []):
        session.query(statement)
    if "sql" not in request:
        return []
    values = {f"p{index}": escaped(value) for index, value in enumerate(request.get("values", []), 1)}
    text = str(session.query(request["sql"], "JSONCompactEachRowWithNamesAndTypes", params=values))
    # A line ends at a line feed and at nothing else: what JSON leaves as it is, such as U+0085, ends one for `splitlines`.
    lines = [json.loads(line) for line in text.split("\n") if line]
    if not lines:
        return []
    # Binary numbers that are whole are written as whole numbers are: as texts they are not taken for these.
    float_like = ["Float64" in name for name in lines[1]]
    return [
        [repr(float(cell)) if is_float and cell is not None else cell for cell, is_float in zip(row, float_like)]
        for row in lines[2:]
    ]


serve(answer)
