"""The usual script: gzip, json and boto3 item by item, pyarrow to write. Usage: EXPORT_FOLDER OUTPUT_FOLDER"""

import gzip
import json
import operator
import sys
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.dataset as ds
from boto3.dynamodb.types import TypeDeserializer

from claims_table import COLUMNS, PARTITION, SPANS, data_files

TYPES = {
    "text": pa.string(),
    "amount": pa.decimal128(18, 2),
    "cost": pa.decimal128(18, 6),
    "score": pa.float64(),
    "count": pa.int32(),
    "instant": pa.timestamp("us"),
}
SCHEMA = pa.schema(
    [(column.name, TYPES[column.kind]) for column in COLUMNS]
    + [(name, pa.decimal128(20, 6)) for name in ("textract_savings", "processing_cost")]
    + [(name, pa.bool_()) for name in ("ai_agreed", "overridden")]
    + [(name, pa.int64()) for name in SPANS]
    + [(name, pa.string()) for name in PARTITION]
)
CONVERSIONS = {
    "score": float,
    "count": int,
    "instant": lambda text: datetime.fromisoformat(text.removesuffix("Z")),
}
MILLISECOND = timedelta(milliseconds=1)

deserialize = TypeDeserializer().deserialize


def items_of(file):
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield {name: deserialize(value) for name, value in json.loads(line)["Item"].items()}


def row_of(item):
    row = {column.name: converted(item.get(column.attribute), column.kind) for column in COLUMNS}
    row["textract_savings"] = unless_null(operator.sub, row["textract_baseline_cost"], row["textract_cost"])
    row["processing_cost"] = unless_null(operator.add, row["textract_cost"], row["ai_cost"])
    row["ai_agreed"] = unless_null(operator.eq, row["ai_decision"], row["human_decision"])
    row["overridden"] = unless_null(operator.ne, row["ai_decision"], row["final_decision"])
    for name, (start, end) in SPANS.items():
        row[name] = unless_null(milliseconds_between, row[start], row[end])
    for name, form in zip(PARTITION, ("%Y", "%m", "%d")):
        row[name] = row["created_at"].strftime(form)
    return row


def converted(value, kind):
    return value if value is None or kind not in CONVERSIONS else CONVERSIONS[kind](value)


def unless_null(operation, left, right):
    return None if left is None or right is None else operation(left, right)


def milliseconds_between(start, end):
    return (end - start) // MILLISECOND


def main(export_folder, output_folder):
    for number, file in enumerate(data_files(export_folder)):
        rows = [row_of(item) for item in items_of(file)]
        ds.write_dataset(
            pa.Table.from_pylist(rows, schema=SCHEMA),
            output_folder,
            format="parquet",
            partitioning=PARTITION,
            partitioning_flavor="hive",
            basename_template=f"{number}-{{i}}.parquet",
            existing_data_behavior="overwrite_or_ignore",
            file_options=ds.ParquetFileFormat().make_write_options(compression="snappy"),
        )


main(*sys.argv[1:])
