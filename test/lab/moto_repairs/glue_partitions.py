"""Limits of the batch calls, the number of values, and `Errors` that is always there."""

from moto.glue.responses import GlueResponse

from .glue_errors import refuse, refuse_longer

# operation -> (member of the request, most items)
LIMITS = {
    "batch_create_partition": ("PartitionInputList", 100),
    "batch_delete_partition": ("PartitionsToDelete", 25),
    "batch_update_partition": ("Entries", 100),
    "batch_get_partition": ("PartitionsToGet", 1000),
    "batch_delete_table": ("TablesToDelete", 100),
}


def install():
    GlueResponse.create_partition = _checked_one(GlueResponse.create_partition)
    GlueResponse.batch_create_partition = _checked_all(GlueResponse.batch_create_partition)
    for operation, (member, maximum) in LIMITS.items():
        setattr(GlueResponse, operation, _limited(getattr(GlueResponse, operation), member, maximum))
    for operation in LIMITS:
        if operation != "batch_get_partition":
            setattr(GlueResponse, operation, _with_errors(getattr(GlueResponse, operation)))
    GlueResponse.batch_get_partition = _with_unprocessed(GlueResponse.batch_get_partition)


def _limited(original, member, maximum):
    def answer(self):
        refuse_longer(member[0].lower() + member[1:], self.parameters.get(member), maximum)
        return original(self)

    return answer


def _with_errors(original):
    def answer(self):
        answered = original(self)
        answered.result.setdefault("Errors", [])
        return answered

    return answer


def _with_unprocessed(original):
    def answer(self):
        answered = original(self)
        answered.result.setdefault("UnprocessedKeys", [])
        return answered

    return answer


def _checked_one(original):
    def answer(self):
        _refuse_other_length(self, [self.parameters["PartitionInput"]])
        return original(self)

    return answer


def _checked_all(original):
    def answer(self):
        _refuse_other_length(self, self.parameters.get("PartitionInputList", []))
        return original(self)

    return answer


def _refuse_other_length(self, inputs):
    parameters = self.parameters
    table = self.glue_backend.get_table(parameters["DatabaseName"], parameters["TableName"]).as_dict()
    keys = len(table.get("PartitionKeys") or [])
    if any(len(one.get("Values") or []) != keys for one in inputs):
        refuse("InvalidInputException", "The number of partition keys do not match the number of partition values")
