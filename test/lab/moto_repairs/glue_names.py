"""Names are folded to lower case, as Glue does for Hive."""

import json

from moto.glue.responses import GlueResponse

# operations whose `Name` is a database or a table
NAMED = {
    "GetDatabase",
    "DeleteDatabase",
    "UpdateDatabase",
    "GetTable",
    "DeleteTable",
}


def install():
    GlueResponse.parameters = property(_parameters)


def _parameters(self):
    parameters = json.loads(self.body)
    for member in ("DatabaseName", "TableName"):
        _fold(parameters, member)
    for member in ("DatabaseInput", "TableInput"):
        _fold(parameters.get(member) or {}, "Name")
    if self._get_action() in NAMED:
        _fold(parameters, "Name")
    return parameters


def _fold(holder, member):
    if isinstance(holder.get(member), str):
        holder[member] = holder[member].lower()
