"""Buckets that every lab has: Athena's default results and Trino's warehouse."""

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

NAMES = ("lab-results", "lab-warehouse")


def create(region):
    for name in NAMES:
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(name, region)
