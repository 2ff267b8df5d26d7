"""When did anything that visitors can see last change?

Cached pages carry the content version in their key. Every change of a visible row raises it in the same
transaction, so that an edit shows within a second and nothing stale is ever served. This is cache bookkeeping, the
one thing signals are used for; no rule of the site depends on it.
"""

import time
from typing import Any

from django.apps import apps
from django.db.models import F
from django.db.models.signals import m2m_changed, post_delete, post_save

from pages.models import ContentVersion

#: Apps whose rows visitors see.
WATCHED_APPS = ("stages", "exercises", "clips", "faq", "pages")
#: Seconds for which a process trusts the version it has read.
TRUSTED_SECONDS = 0.5

_read_at = 0.0
_version = 0


def touch(**_signal: Any) -> None:
    """Say that something visible has changed. Call it after a bulk `update()`, which sends no signal."""
    global _read_at
    if not ContentVersion.objects.filter(pk=1).update(number=F("number") + 1):
        ContentVersion.objects.create(pk=1, number=1)
    _read_at = 0.0


def version() -> int:
    """Return the content version, at most half a second old."""
    global _read_at, _version
    now = time.monotonic()
    if now - _read_at > TRUSTED_SECONDS:
        _version = ContentVersion.objects.filter(pk=1).values_list("number", flat=True).first() or 0
        _read_at = now
    return _version


def watch() -> None:
    """Connect `touch` to every change of a visible row."""
    for app in WATCHED_APPS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if model is ContentVersion:
                continue
            post_save.connect(touch, sender=model, dispatch_uid=f"fresh-save-{model._meta.label}")
            post_delete.connect(touch, sender=model, dispatch_uid=f"fresh-delete-{model._meta.label}")
            m2m_changed.connect(touch, sender=model, dispatch_uid=f"fresh-m2m-{model._meta.label}")
