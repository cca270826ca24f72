"""pyarrow: a dataset by day, written by day. Usage: LAKE_FOLDER OUTPUT_FOLDER"""

import sys

import pyarrow as pa
import pyarrow.dataset as ds


def main(lake, output):
    day = ds.partitioning(pa.schema([("day", pa.string())]), flavor="hive")
    ds.write_dataset(
        ds.dataset(lake, partitioning=day).scanner(),
        output,
        format="parquet",
        partitioning=day,
        min_rows_per_group=50_000,
        max_rows_per_group=1 << 20,
        file_options=ds.ParquetFileFormat().make_write_options(compression="snappy"),
    )


main(*sys.argv[1:])
