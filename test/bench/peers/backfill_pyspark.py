"""PySpark on two local cores: schema, SQL expressions, one shuffle by day. Usage: EXPORT_FOLDER OUTPUT_FOLDER"""

import sys

from pyspark.sql import SparkSession

from claims_table import COLUMNS, PARTITION, SPANS, data_files

TYPES = {
    "text": "string",
    "amount": "decimal(18,2)",
    "cost": "decimal(18,6)",
    "score": "double",
    "count": "int",
    "instant": "timestamp",
}
SETTINGS = {
    "spark.driver.memory": "6g",
    "spark.driver.host": "localhost",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "snappy",
    # The default is a form of twelve bytes that nobody else writes any more.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
DERIVED = [
    "*",
    "cast(textract_baseline_cost - textract_cost as decimal(20,6)) textract_savings",
    "cast(textract_cost + ai_cost as decimal(20,6)) processing_cost",
    "ai_decision = human_decision ai_agreed",
    "ai_decision <> final_decision overridden",
    *[f"unix_millis({end}) - unix_millis({start}) {name}" for name, (start, end) in SPANS.items()],
    *[f"date_format(created_at, '{form}') {name}" for name, form in zip(PARTITION, ("yyyy", "MM", "dd"))],
]


def session():
    builder = SparkSession.builder.master("local[2]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def main(export_folder, output_folder):
    spark = session()
    fields = ", ".join(f"{column.attribute}: struct<{column.tag}: string>" for column in COLUMNS)
    lines = spark.read.schema(f"Item struct<{fields}>").json(data_files(export_folder))
    source = [f"cast(Item.{column.attribute}.{column.tag} as {TYPES[column.kind]}) {column.name}" for column in COLUMNS]
    claims = lines.selectExpr(*source).selectExpr(*DERIVED)
    # Without the shuffle every task writes a file of its own into every day.
    claims.repartition(*PARTITION).write.partitionBy(*PARTITION).parquet(output_folder)
    spark.stop()


main(*sys.argv[1:])
