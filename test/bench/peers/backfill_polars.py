"""Polars: a lazy scan with a schema, expressions, a streaming partitioned sink. Usage: EXPORT_FOLDER OUTPUT_FOLDER"""

import sys

import polars as pl

from claims_table import COLUMNS, PARTITION, SPANS, data_files

TYPES = {
    "amount": pl.Decimal(18, 2),
    "cost": pl.Decimal(18, 6),
    "score": pl.Float64,
    "count": pl.Int32,
}
SAVINGS = pl.Decimal(20, 6)
ITEM = pl.Struct({column.attribute: pl.Struct({column.tag: pl.String}) for column in COLUMNS})


def converted(text, kind):
    if kind == "text":
        return text
    if kind == "instant":
        return text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="us")
    return text.cast(TYPES[kind])


def source_columns():
    return [
        converted(pl.col("Item").struct.field(column.attribute).struct.field(column.tag), column.kind).alias(column.name)
        for column in COLUMNS
    ]


def derived_columns():
    savings = pl.col("textract_baseline_cost") - pl.col("textract_cost")
    cost = pl.col("textract_cost") + pl.col("ai_cost")
    spans = {name: (pl.col(end) - pl.col(start)).dt.total_milliseconds() for name, (start, end) in SPANS.items()}
    parts = {name: pl.col("created_at").dt.strftime(form) for name, form in zip(PARTITION, ("%Y", "%m", "%d"))}
    return {
        "textract_savings": savings.cast(SAVINGS),
        "processing_cost": cost.cast(SAVINGS),
        "ai_agreed": pl.col("ai_decision") == pl.col("human_decision"),
        "overridden": pl.col("ai_decision") != pl.col("final_decision"),
        **spans,
        **parts,
    }


def main(export_folder, output_folder):
    lines = pl.scan_ndjson(data_files(export_folder), schema={"Item": ITEM})
    claims = lines.select(source_columns()).with_columns(**derived_columns())
    target = pl.PartitionBy(output_folder, key=PARTITION, include_key=False)
    claims.sink_parquet(target, compression="snappy", mkdir=True)


main(*sys.argv[1:])
