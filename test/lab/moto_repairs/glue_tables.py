"""UpdateTable with the version that was read: a stale one is refused, and nothing comes between check and change."""

import threading

from moto.glue.responses import GlueResponse

from .glue_errors import refuse

_lock = threading.RLock()


def install():
    GlueResponse.update_table = _update_table(GlueResponse.update_table)
    for operation in ("create_table", "delete_table", "create_database", "batch_create_partition", "batch_update_partition"):
        setattr(GlueResponse, operation, _one_at_a_time(getattr(GlueResponse, operation)))


def _one_at_a_time(original):
    def answer(self):
        with _lock:
            return original(self)

    return answer


def _update_table(original):
    def answer(self):
        parameters = self.parameters
        expected = parameters.get("VersionId")
        with _lock:
            if expected is not None:
                table = self.glue_backend.get_table(parameters["DatabaseName"], parameters["TableInput"]["Name"])
                standing = table.as_dict()["VersionId"]
                if standing != str(expected):
                    refuse(
                        "ConcurrentModificationException",
                        f"Update table failed due to concurrent modifications. Version {expected} was given, {standing} stands.",
                    )
            return original(self)

    return answer
