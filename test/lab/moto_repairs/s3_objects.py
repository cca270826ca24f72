"""Checksums that are checked, conditions that hold under parallel writers, and the limit of a batch delete."""

import base64
import hashlib
import threading
import zlib
from urllib.parse import parse_qs, unquote, urlparse

import crc32c
import xmltodict
from moto.s3.exceptions import MalformedXML, MissingKey, PreconditionFailed, S3ClientError
from moto.s3.responses import S3Response
from werkzeug.datastructures import Headers

KEYS_IN_A_BATCH = 1000
_lock = threading.RLock()

CHECKSUMS = {
    "crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "crc32c": lambda body: crc32c.crc32c(body).to_bytes(4, "big"),
    "sha1": lambda body: hashlib.sha1(body).digest(),
    "sha256": lambda body: hashlib.sha256(body).digest(),
}


def install():
    S3Response.put_object = _one_at_a_time(_checked(S3Response.put_object))
    S3Response.upload_part = _checked(S3Response.upload_part)
    S3Response.copy_object = _one_at_a_time(_copy_conditions(S3Response.copy_object))
    S3Response.delete_object = _one_at_a_time(_delete_if_there(S3Response.delete_object))
    S3Response._key_response_post = _one_at_a_time(S3Response._key_response_post)
    S3Response._bucket_response_delete_keys = _limited_batch(S3Response._bucket_response_delete_keys)


def _one_at_a_time(original):
    def answer(self, *arguments, **named):
        with _lock:
            return original(self, *arguments, **named)

    return answer


def _checked(original):
    def answer(self):
        body = self.body or b""
        body = body.encode() if isinstance(body, str) else body
        _check_md5(body, self.headers.get("Content-MD5"))
        for name, digest in CHECKSUMS.items():
            _check_digest(name, body, _claimed(self, name), digest)
        return original(self)

    return answer


def _claimed(self, name):
    """From the header, or from the trailer that follows a streamed body."""
    header = self.headers.get(f"x-amz-checksum-{name}")
    if header or f"x-amz-checksum-{name}" not in self.headers.get("x-amz-trailer", "").lower():
        return header
    trailer = self.raw_body[-200:].decode("latin-1").lower()
    mark = f"x-amz-checksum-{name}:"
    found = trailer.rfind(mark)
    return None if found < 0 else self.raw_body[-200:].decode("latin-1")[found + len(mark) :].split("\r")[0].strip()


def _check_md5(body, claimed):
    if claimed and claimed != base64.b64encode(hashlib.md5(body).digest()).decode():
        raise S3ClientError("BadDigest", "The Content-MD5 you specified did not match what we received.")


def _check_digest(name, body, claimed, digest):
    if claimed and claimed != base64.b64encode(digest(body)).decode():
        raise S3ClientError("BadDigest", f"The {name.upper()} you specified did not match the calculated checksum.")


def _delete_if_there(original):
    """`If-Match: *`: whatever is there, but something must be."""

    def answer(self):
        if self.headers.get("If-Match") != "*":
            return original(self)
        standing = self.backend.get_object(self.bucket_name, self.parse_key_name())
        if standing is None:
            raise MissingKey(key=self.parse_key_name())
        headers = Headers(self.headers.items())
        headers["If-Match"] = standing.etag
        self.headers = headers
        return original(self)

    return answer


def _copy_conditions(original):
    """Of the source, and `If-None-Match: *` of what the copy would replace."""

    def answer(self):
        expected = self.headers.get("x-amz-copy-source-if-match")
        if expected:
            source = self.headers["x-amz-copy-source"]
            bucket, key, version = _source_of(source)
            standing = self.backend.get_object(bucket, key, version_id=version)
            if standing is not None and standing.etag.strip('"') != expected.strip('"'):
                raise PreconditionFailed("x-amz-copy-source-If-Match")
        if self.headers.get("If-None-Match") == "*":
            if self.backend.get_object(self.bucket_name, self.parse_key_name()) is not None:
                raise PreconditionFailed("If-None-Match")
        return original(self)

    return answer


def _source_of(source):
    parsed = urlparse(source)
    bucket, key = unquote(parsed.path).lstrip("/").split("/", 1)
    return bucket, key, parse_qs(parsed.query).get("versionId", [None])[0]


def _limited_batch(original):
    def answer(self, *arguments, **named):
        objects = xmltodict.parse(self.body, strip_whitespace=False)["Delete"].get("Object", [])
        if isinstance(objects, list) and len(objects) > KEYS_IN_A_BATCH:
            raise MalformedXML()
        return original(self, *arguments, **named)

    return answer
