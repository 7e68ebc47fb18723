"""Answers {"sql": …, "values": […]} with the rows that DuckDB gives."""

import duckdb

from session import serve

connection = duckdb.connect()


def answer(request):
    found = connection.execute(request["sql"], request.get("values"))
    return [] if found.description is None else found.fetchall()


serve(answer)
