"""Every change of every DynamoDB table with both images and its time: what an export is written from.

Read at GET /__changes?region=…&table=…; GET /__recovery says since when point-in-time recovery is on and what the
table's clock shows; POST /__clock {"table", "microseconds"} sets the time that the table's next changes are
recorded at (null: the real clock), so that windows of days are tested in seconds.
"""

import base64
import copy
import json
import threading
import time
from urllib.parse import parse_qs

from moto.dynamodb.models import DynamoDBBackend

_lock = threading.RLock()
_inside = threading.local()
_changes = {}
_clocks = {}
_recovery_since = {}


def install():
    DynamoDBBackend.put_item = _recorded(DynamoDBBackend.put_item, _touched_by_put)
    DynamoDBBackend.update_item = _recorded(DynamoDBBackend.update_item, _touched_by_key)
    DynamoDBBackend.delete_item = _recorded(DynamoDBBackend.delete_item, _touched_by_key)
    DynamoDBBackend.transact_write_items = _recorded(DynamoDBBackend.transact_write_items, _touched_by_transaction)
    DynamoDBBackend.create_table = _forgotten_first(DynamoDBBackend.create_table)
    DynamoDBBackend.update_continuous_backups = _dated(DynamoDBBackend.update_continuous_backups)


def _recorded(original, touched_by):
    def call(self, *arguments, **named):
        with _lock:
            if getattr(_inside, "call", False):
                return original(self, *arguments, **named)
            _inside.call = True
            try:
                touched = touched_by(self, *arguments, **named)
                before = [_image(self, table, key) for table, key in touched]
                result = original(self, *arguments, **named)
                for (table, key), old in zip(touched, before):
                    _record(self, table, key, old, _image(self, table, key))
                return result
            finally:
                _inside.call = False

    return call


def _forgotten_first(original):
    def call(self, name, *arguments, **named):
        table = original(self, name, *arguments, **named)
        with _lock:
            _changes[(self.region_name, table.name)] = []
            _recovery_since.pop((self.region_name, table.name), None)
            _clocks.pop(table.name, None)
        return table

    return call


def _dated(original):
    """Recovery reaches back to when it was last switched on, by the table's clock: off and on leaves a gap."""

    def call(self, table_name, specification):
        described = original(self, table_name, specification)
        name = self.get_table(table_name).name
        with _lock:
            if not specification["PointInTimeRecoveryEnabled"]:
                _recovery_since.pop((self.region_name, name), None)
            else:
                since = _recovery_since.setdefault((self.region_name, name), _now(name))
                described["PointInTimeRecoveryDescription"]["EarliestRestorableDateTime"] = since // 1_000_000
        return described

    return call


def _now(table_name):
    return _clocks.get(table_name) or int(time.time() * 1_000_000)


def _key_of(table, attributes):
    names = [table.hash_key_attr] + ([table.range_key_attr] if table.range_key_attr else [])
    return {name: attributes[name] for name in names if name in attributes}


def _touched_by_put(backend, table_name, item_attrs, *_rest, **_named):
    table = backend.get_table(table_name)
    return [(table, _key_of(table, item_attrs))]


def _touched_by_key(backend, table_name, key, *_rest, **_named):
    table = backend.get_table(table_name)
    return [(table, _key_of(table, key))]


def _touched_by_transaction(backend, transact_items):
    touched = []
    for entry in transact_items:
        kind, operation = next(iter(entry.items()))
        if kind != "ConditionCheck" and operation.get("TableName"):
            table = backend.get_table(operation["TableName"])
            touched.append((table, _key_of(table, operation["Item"] if kind == "Put" else operation["Key"])))
    return touched


def _image(backend, table, key):
    # a failed transaction puts a copy of the table back: never keep the table object
    try:
        item = backend.get_item(table.name, key)
    except Exception:  # noqa: BLE001 - a malformed key is refused by the call itself
        return None
    return copy.deepcopy(item.to_json()["Attributes"]) if item else None


def _record(backend, table, key, old, new):
    if old is None and new is None:
        return
    place = (backend.region_name, table.name)
    changes = _changes.setdefault(place, [])
    at = _now(table.name)
    if changes and changes[-1]["microseconds"] >= at:
        at = changes[-1]["microseconds"] + 1
    if table.name in _clocks:
        _clocks[table.name] = at + 1
    changes.append({"microseconds": at, "key": key, "old": old, "new": new})


def with_history_pages(application):
    def answer(environment, start_response):
        page = _page_of(environment)
        if page is None:
            return application(environment, start_response)
        body = json.dumps(page, default=_plain).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def _plain(value):
    """Binary attributes are bytes inside moto, base64 in an export."""
    return base64.b64encode(value).decode() if isinstance(value, (bytes, bytearray)) else str(value)


def _page_of(environment):
    query = parse_qs(environment["QUERY_STRING"])
    if environment["PATH_INFO"] == "/__changes":
        with _lock:
            return list(_changes.get((query["region"][0], query["table"][0]), []))
    if environment["PATH_INFO"] == "/__recovery":
        name = query["table"][0]
        return {"pitrSince": _recovery_since.get((query["region"][0], name)), "clock": _clocks.get(name)}
    if environment["PATH_INFO"] == "/__clock" and environment["REQUEST_METHOD"] == "POST":
        return _set_clock(json.loads(environment["wsgi.input"].read(int(environment["CONTENT_LENGTH"]))))
    return None


def _set_clock(wish):
    with _lock:
        if wish.get("microseconds") is None:
            _clocks.pop(wish["table"], None)
        else:
            _clocks[wish["table"]] = int(wish["microseconds"])
    return {"table": wish["table"], "microseconds": wish.get("microseconds")}
