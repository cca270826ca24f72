"""Listings in pages, by segment and without columns: moto gives everything at once."""

import base64
import copy
import zlib

from moto.core.responses import ActionResult
from moto.glue.responses import GlueResponse

from .glue_errors import refuse, refuse_above

TABLES_IN_A_PAGE = 100
PARTITIONS_IN_A_PAGE = 1000


def install():
    GlueResponse.get_tables = _paged(GlueResponse.get_tables, "TableList", TABLES_IN_A_PAGE)
    GlueResponse.get_databases = _paged(GlueResponse.get_databases, "DatabaseList", TABLES_IN_A_PAGE)
    partitions = _shaped(GlueResponse.get_partitions)
    GlueResponse.get_partitions = _paged(partitions, "Partitions", PARTITIONS_IN_A_PAGE)


def _paged(original, member, maximum):
    def answer(self):
        parameters = self.parameters
        refuse_above("maxResults", parameters.get("MaxResults"), maximum)
        start = _start_of(parameters.get("NextToken"))
        result = original(self).result
        end = start + int(parameters.get("MaxResults") or maximum)
        page = {**result, member: result[member][start:end]}
        if end < len(result[member]):
            page["NextToken"] = _token_of(end)
        return ActionResult(page)

    return answer


def _token_of(position):
    return base64.b64encode(f"position {position}".encode()).decode()


def _start_of(token):
    if not token:
        return 0
    try:
        return int(base64.b64decode(token).decode().removeprefix("position "))
    except ValueError:
        return refuse("InvalidInputException", "Invalid NextToken")


def _shaped(original):
    def answer(self):
        parameters = self.parameters
        partitions = original(self).result["Partitions"]
        segment = parameters.get("Segment")
        if segment:
            partitions = [one for one in partitions if _in_segment(one, segment)]
        if parameters.get("ExcludeColumnSchema"):
            partitions = [_without_columns(one) for one in partitions]
        return ActionResult({"Partitions": partitions})

    return answer


def _in_segment(partition, segment):
    total, number = int(segment["TotalSegments"]), int(segment["SegmentNumber"])
    if not 1 <= total <= 10 or not 0 <= number < total:
        refuse("InvalidInputException", f"Segment {number} of {total} is not valid")
    return zlib.crc32("\0".join(partition["Values"]).encode()) % total == number


def _without_columns(partition):
    shown = copy.copy(partition)
    descriptor = shown.get("StorageDescriptor")
    if descriptor is not None:
        shown["StorageDescriptor"] = {name: value for name, value in descriptor.items() if name != "Columns"}
    return shown
