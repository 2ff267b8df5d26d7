"""What an authenticator app does (RFC 6238), written apart from the library under test."""

import base64
import hashlib
import hmac
import time


def totp(key, at=None):
    """Return the 6 digits that an app with `key` shows."""
    moment = int((time.time() if at is None else at) // 30).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(key), moment, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"
