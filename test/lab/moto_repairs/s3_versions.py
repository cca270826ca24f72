"""Delete markers as S3 keeps them, and version ids that cannot be any."""

import re
from types import SimpleNamespace

from moto.s3.exceptions import InvalidArgumentError, MethodNotAllowed
from moto.s3.models import FakeDeleteMarker, S3Backend
from moto.s3.responses import S3Response

VERSION_ID = re.compile(r"null|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def install():
    S3Backend._set_delete_marker = _marker_of_anything(S3Backend._set_delete_marker)
    S3Backend.delete_object = _telling_markers(S3Backend.delete_object)
    S3Response._get_key = _not_a_marker(S3Response._get_key)


def _marker_of_anything(original):
    """Also of a key that never was."""

    def set_delete_marker(self, bucket_name, key_name):
        keys = self.get_bucket(bucket_name).keys
        if key_name in keys:
            return original(self, bucket_name, key_name)
        keys[key_name] = FakeDeleteMarker(key=SimpleNamespace(name=key_name))
        return keys[key_name]

    return set_delete_marker


def _telling_markers(original):
    def delete_object(self, bucket_name, key_name, version_id=None, bypass=False):
        versions = self.get_bucket(bucket_name).keys.getlist(key_name, []) if version_id else []
        markers = [one for one in versions if isinstance(one, FakeDeleteMarker)]
        was_marker = any(one.version_id == str(version_id) for one in markers)
        deleted, told = original(self, bucket_name, key_name, version_id=version_id, bypass=bypass)
        if was_marker:
            told["delete-marker"] = "true"
        return deleted, told

    return delete_object


def _not_a_marker(original):
    def get_key(self, *arguments, **named):
        version_id = self.querystring.get("versionId", [None])[0]
        if version_id is not None and not VERSION_ID.fullmatch(version_id):
            raise InvalidArgumentError("Invalid version id specified", "versionId", version_id)
        versions = self.backend.get_bucket(self.bucket_name).keys.getlist(self.parse_key_name(), [])
        markers = [one for one in versions if isinstance(one, FakeDeleteMarker)]
        if any(one.version_id == version_id for one in markers):
            raise MethodNotAllowed(method="GET", resource_type="DeleteMarker")
        return original(self, *arguments, **named)

    return get_key
