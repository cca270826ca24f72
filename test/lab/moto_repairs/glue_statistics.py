"""Column statistics and functions: Trino asks for them at every INSERT; moto has neither."""

import json
import threading

from moto.glue.responses import GlueResponse

_statistics = {}
_lock = threading.Lock()


def install():
    for kind in ("table", "partition"):
        setattr(GlueResponse, f"get_column_statistics_for_{kind}", _get)
        setattr(GlueResponse, f"update_column_statistics_for_{kind}", _update)
        setattr(GlueResponse, f"delete_column_statistics_for_{kind}", _delete)
    GlueResponse.get_user_defined_functions = lambda self: '{"UserDefinedFunctions": []}'


def _owner(parameters):
    values = parameters.get("PartitionValues")
    return parameters["DatabaseName"], parameters["TableName"], None if values is None else tuple(values)


def _get(self):
    parameters = self.parameters
    known = _statistics.get(_owner(parameters), {})
    names = parameters.get("ColumnNames", [])
    return json.dumps(
        {
            "ColumnStatisticsList": [known[name] for name in names if name in known],
            "Errors": [_missing(name) for name in names if name not in known],
        }
    )


def _missing(name):
    error = {"ErrorCode": "EntityNotFoundException", "ErrorMessage": "Statistics not found"}
    return {"ColumnName": name, "Error": error}


def _update(self):
    parameters = self.parameters
    with _lock:
        known = _statistics.setdefault(_owner(parameters), {})
        for column in parameters.get("ColumnStatisticsList", []):
            known[column["ColumnName"]] = column
    return '{"Errors": []}'


def _delete(self):
    parameters = self.parameters
    with _lock:
        _statistics.get(_owner(parameters), {}).pop(parameters["ColumnName"], None)
    return "{}"
