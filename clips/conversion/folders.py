"""Folders that cannot be written for the moment: a full disk, one that is read-only, a wrong owner.

That is nobody's film's fault: a conversion waits until the folder can be written, and the therapist reads which one it
is at once, not after three tries.
"""

import errno
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.translation import gettext as _

from clips.models import Clip, originals

FULL = (errno.ENOSPC, errno.EDQUOT)
UNWRITABLE = (errno.EROFS, errno.EACCES, errno.EPERM)


def require_writable_films() -> None:
    """Try the folder of the films before an hour is spent on one.

    Raises:
        OSError: when nothing can be written there; another storage than a disk of ours answers for itself.
    """
    folder = root_of(Clip._meta.get_field("film").storage)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"ok")
            file.flush()


def problem_with_folder(error: BaseException) -> str:
    """Return what a therapist reads about an error that a disk is to blame for; empty for any other error."""
    number = error.errno if isinstance(error, OSError) else None
    if number in FULL or getattr(error, "disk_is_full", False):
        return _(
            "The server's disk is full. The film will be converted as soon as there is room; "
            "please tell whoever runs the server."
        )
    if number in UNWRITABLE:
        return _(
            "%(folder)s cannot be written. The film will be converted as soon as it can be; "
            "please tell whoever runs the server."
        ) % {"folder": name_of_folder(error)}
    return ""


def name_of_folder(error: BaseException) -> str:
    """Return which folder an OSError is about, in words."""
    path = Path(os.fsdecode(getattr(error, "filename", None) or ""))
    places = [
        (root_of(Clip._meta.get_field("film").storage), _("The folder of the films (MEDIA_ROOT)")),
        (root_of(originals()), _("The folder of the original films (ORIGINALS_ROOT)")),
        (Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()), _("The folder for work (FILE_UPLOAD_TEMP_DIR)")),
    ]
    return next((name for root, name in places if root and path.is_relative_to(root)), _("A folder of the server"))


def root_of(storage: Storage) -> Path | None:
    """Return the folder of a storage, None when it is no folder of this server."""
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None
