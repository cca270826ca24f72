"""Polars: a lazy scan and a streaming partitioned sink. Usage: LAKE_FOLDER OUTPUT_FOLDER"""

import sys

import polars as pl


def main(lake, output):
    rows = pl.scan_parquet(f"{lake}/**/*.parquet", hive_partitioning=True, hive_schema={"day": pl.String})
    target = pl.PartitionBy(output, key=["day"], include_key=False)
    rows.sink_parquet(target, compression="snappy", mkdir=True)


main(*sys.argv[1:])
