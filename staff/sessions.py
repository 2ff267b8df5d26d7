"""Sessions: those of the staff in the database, those of strangers in a cookie of their own.

Signing in takes several requests: a passkey's challenge and its answer, a password and then a code, a link from a mail
and then a new password. What has to be remembered between them belongs to somebody who has not signed in, and a row for
each would let any stranger fill the database. So it travels in the session cookie itself, signed, for `COOKIE_AGE`.

- *Fixation:* whoever signs in gets a new random key that no cookie has ever held, and the cookie is replaced.
- *Replay:* a cookie cannot be taken back, so what is in it could be used again by somebody who has copied it. Each
  carries a nonce, and a nonce signs somebody in once: a row with it is made in the transaction that makes the session.
- *Forging:* it is signed under a salt of its own, and one that says that somebody has signed in counts as empty.
- *Reading:* its owner can read it. It holds a challenge, the number of the account, or the key from a link, all of
  which its owner has seen already.
- *Signing out* deletes the row in the database and the cookie.
- *Size:* a passkey's challenge takes 260 bytes, a password that waits for its code 590; a browser keeps
  4,096.

The cookie has the name and the protections of every session cookie (`__Host-`, Secure, HttpOnly, SameSite=Lax). The
site is served by WSGI: the asynchronous methods of Django's store are never called.
"""

from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.core import signing
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

COOKIE_AGE = 10 * 60  # seconds
SALT = "staff.sessions"
PREFIX = "signed."  # no key in the database begins so
NONCE = "_nonce"


class SessionStore(db.SessionStore):
    """Django's sessions in the database, but for people who have not signed in."""

    def load(self) -> dict[str, Any]:
        if not is_cookie(self.session_key):
            return super().load()
        data = opened(str(self.session_key), self.serializer)
        if not data:
            self._session_key = None  # as for a key that is in no row: the cookie is deleted
        return data

    def save(self, must_create: bool = False) -> None:
        """Keep the session where it belongs.

        Raises:
            UpdateError: when this session has ended, or has signed somebody in already.
        """
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        if SESSION_KEY not in data:
            self.delete(self.session_key)
            data.setdefault(NONCE, get_random_string(32))
            self._session_key = PREFIX + signing.dumps(data, salt=SALT, serializer=self.serializer, compress=True)
            return
        if is_cookie(self.session_key):
            self._session_key = None
        try:
            with transaction.atomic():
                if nonce := data.pop(NONCE, None):
                    self.use_up(nonce)
                super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from error  # not gone: the database does not answer
            raise

    def use_up(self, nonce: str) -> None:
        """Let the session that carried `nonce` in a cookie sign nobody in again."""
        until = timezone.now() + timedelta(seconds=COOKIE_AGE)
        try:
            with transaction.atomic():
                self.model.objects.create(session_key=f"used.{nonce}", session_data=self.encode({}), expire_date=until)
        except IntegrityError as error:
            raise UpdateError from error

    def create(self) -> None:
        if SESSION_KEY in self:
            super().create()
        else:
            self._session_key = None  # until it is saved
            self.modified = True

    def delete(self, session_key: str | None = None) -> None:
        if not is_cookie(session_key or self.session_key):
            super().delete(session_key)

    def is_empty(self) -> bool:
        if is_cookie(self.session_key):
            return not self.keys() - {NONCE}
        return super().is_empty()

    def get_expiry_age(self, **kwargs: Any) -> int:
        return super().get_expiry_age(**kwargs) if SESSION_KEY in self else COOKIE_AGE


def is_cookie(key: str | None) -> bool:
    """Whether a session's key is the session itself."""
    return bool(key) and str(key).startswith(PREFIX)


def opened(key: str, serializer: Any) -> dict[str, Any]:
    """Return what a stranger's session cookie holds; nothing when it is too old, or not of our making."""
    try:
        data: dict[str, Any] = signing.loads(
            key.removeprefix(PREFIX), salt=SALT, serializer=serializer, max_age=COOKIE_AGE
        )
    except signing.BadSignature:
        return {}
    return {} if SESSION_KEY in data else data
