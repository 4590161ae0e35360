"""Reads Parquet files named on standard input and prints each row as one line of JSON."""

import json
import sys

import pyarrow.parquet as pq


def bare(value):
    """Without what is absent; lists and structs all the way down."""
    if isinstance(value, dict):
        return {name: bare(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [bare(one) for one in value]
    return value


for path in sys.stdin.read().splitlines():
    # A file of its own, so that no partition column comes from the path.
    for row in pq.ParquetFile(path).read().to_pylist():
        print(json.dumps({"path": path, "row": bare(row)}))
