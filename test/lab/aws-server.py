#!/usr/bin/env python3
"""AWS without AWS: moto with the repairs of `moto_repairs`. usage: aws-server.py --port 5001"""

import argparse
import logging

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

from moto_repairs import (
    administrator,
    cloudwatch_series,
    dynamodb_changes,
    glue_crawlers,
    glue_names,
    glue_pages,
    glue_partitions,
    glue_statistics,
    glue_tables,
    permissions_only,
    s3_keys,
    s3_objects,
    s3_versions,
    standing_buckets,
)

REPAIRS = (
    cloudwatch_series,
    glue_statistics,
    glue_pages,
    glue_partitions,
    glue_tables,
    glue_crawlers,
    glue_names,
    s3_keys,
    s3_objects,
    s3_versions,
    dynamodb_changes,
    permissions_only,
)


class KeepAliveHandler(MotoRequestHandler):
    # without it every request opens a connection of its own
    protocol_version = "HTTP/1.1"

    def log_request(self, *_arguments, **_named):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--region", default="eu-west-1")
    parser.add_argument("--access-key", default="AKIALAB0000000000000")
    parser.add_argument("--secret-key", default="labsecret")
    arguments = parser.parse_args()

    for repair in REPAIRS:
        repair.install()
    administrator.create(arguments.access_key, arguments.secret_key)
    standing_buckets.create(arguments.region)

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = dynamodb_changes.with_history_pages(DomainDispatcherApplication(create_backend_app))
    run_simple(
        "127.0.0.1",
        arguments.port,
        application,
        threaded=True,
        use_reloader=False,
        request_handler=KeepAliveHandler,
    )


if __name__ == "__main__":
    main()
