"""delta-rs: OPTIMIZE of a Delta table over a copy of the files. Usage: prepare|run LAKE_FOLDER TABLE_FOLDER"""

import shutil
import sys

from deltalake import DeltaTable, Field, Schema, WriterProperties, convert_to_deltalake
from deltalake.schema import PrimitiveType

TARGET_BYTES = 256 << 20


def main(verb, lake, table):
    if verb == "prepare":
        shutil.copytree(lake, table)
        day = Schema([Field("day", PrimitiveType("string"), nullable=True)])
        convert_to_deltalake(table, partition_by=day, partition_strategy="hive")
        return
    DeltaTable(table).optimize.compact(
        target_size=TARGET_BYTES, writer_properties=WriterProperties(compression="SNAPPY")
    )


main(*sys.argv[1:])
