"""Answers one JSON request in each line, {"sql": …, "values": […]}, with one JSON line, {"rows": […]} or {"error": …}."""

import json
import sys

import duckdb

connection = duckdb.connect()
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = connection.execute(request["sql"], request.get("values"))
        rows = [] if answer.description is None else answer.fetchall()
        text = json.dumps({"rows": rows}, default=repr)
    except Exception as error:
        text = json.dumps({"error": str(error)})
    print(text, flush=True)
