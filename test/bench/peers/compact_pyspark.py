"""PySpark on two local cores: one shuffle by day. Usage: LAKE_FOLDER OUTPUT_FOLDER"""

import sys

from pyspark.sql import SparkSession

SETTINGS = {
    "spark.driver.memory": "6g",
    "spark.driver.host": "localhost",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}


def main(lake, output):
    builder = SparkSession.builder.master("local[2]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.read.parquet(lake).repartition("day").write.partitionBy("day").parquet(output)
    spark.stop()


main(*sys.argv[1:])
