"""The user whose keys the lab prints: it may do everything also while moto enforces IAM."""

import json

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def create(access_key, secret_key):
    backend = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    user = backend.create_user(backend.region_name, "lab-administrator")
    backend.put_user_policy(user.name, "everything", json.dumps(EVERYTHING))
    key = backend.create_access_key(user.name)
    backend.access_keys.pop(key.access_key_id, None)
    key.access_key_id = access_key
    key.secret_access_key = secret_key
    backend.access_keys[key.physical_resource_id] = key
