"""pyarrow: JSON into typed structs, compute kernels, one streaming dataset write. Usage: EXPORT_FOLDER OUTPUT_FOLDER"""

import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.json as pj

from claims_table import COLUMNS, PARTITION, SPANS, data_files

TYPES = {
    "text": pa.string(),
    "amount": pa.decimal128(18, 2),
    "cost": pa.decimal128(18, 6),
    "score": pa.float64(),
    "count": pa.int32(),
}
SAVINGS = pa.decimal128(20, 6)
ITEM = pa.struct([(column.attribute, pa.struct([(column.tag, pa.string())])) for column in COLUMNS])
READ = pj.ReadOptions(block_size=8 << 20)
PARSE = pj.ParseOptions(explicit_schema=pa.schema([("Item", ITEM)]), unexpected_field_behavior="ignore")
# Without a minimum every batch becomes a row group of its own in every day: a hundred rows each.
LEAST_GROUP_ROWS = 8192


def converted(texts, kind):
    if kind == "instant":
        return texts.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
    return texts.cast(TYPES[kind])


def mapped(items):
    columns = {
        column.name: converted(pc.struct_field(items, [column.attribute, column.tag]), column.kind)
        for column in COLUMNS
    }
    savings = pc.subtract(columns["textract_baseline_cost"], columns["textract_cost"])
    columns["textract_savings"] = savings.cast(SAVINGS)
    columns["processing_cost"] = pc.add(columns["textract_cost"], columns["ai_cost"]).cast(SAVINGS)
    columns["ai_agreed"] = pc.equal(columns["ai_decision"], columns["human_decision"])
    columns["overridden"] = pc.not_equal(columns["ai_decision"], columns["final_decision"])
    for name, (start, end) in SPANS.items():
        columns[name] = pc.milliseconds_between(columns[start], columns[end])
    for name, form in zip(PARTITION, ("%Y", "%m", "%d")):
        columns[name] = pc.strftime(columns["created_at"], format=form)
    return pa.table(columns)


def batches(files):
    for file in files:
        items = pj.read_json(file, read_options=READ, parse_options=PARSE)["Item"]
        yield from mapped(items).to_batches()


def main(export_folder, output_folder):
    files = data_files(export_folder)
    schema = mapped(pa.chunked_array([], type=ITEM)).schema
    ds.write_dataset(
        pa.RecordBatchReader.from_batches(schema, batches(files)),
        output_folder,
        format="parquet",
        partitioning=PARTITION,
        partitioning_flavor="hive",
        min_rows_per_group=LEAST_GROUP_ROWS,
        file_options=ds.ParquetFileFormat().make_write_options(compression="snappy"),
    )


main(*sys.argv[1:])
