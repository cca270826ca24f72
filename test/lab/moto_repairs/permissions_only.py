"""Calls that the gateway answers itself: here they only pass moto's check of permissions."""

from moto.athena.responses import AthenaResponse
from moto.core.responses import EmptyResult
from moto.dynamodb.responses import DynamoHandler

ATHENA = (
    "batch_get_query_execution",
    "create_prepared_statement",
    "create_work_group",
    "delete_prepared_statement",
    "delete_work_group",
    "get_data_catalog",
    "get_prepared_statement",
    "get_query_execution",
    "get_query_results",
    "get_query_runtime_statistics",
    "get_work_group",
    "list_data_catalogs",
    "list_prepared_statements",
    "list_query_executions",
    "list_work_groups",
    "start_query_execution",
    "stop_query_execution",
    "update_work_group",
)
DYNAMODB = ("export_table_to_point_in_time", "describe_export", "list_exports")


def install():
    for operation in ATHENA:
        setattr(AthenaResponse, operation, lambda self: "{}")
    for operation in DYNAMODB:
        setattr(DynamoHandler, operation, lambda self: EmptyResult())
