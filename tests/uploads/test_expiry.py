"""What `manage.py expire_uploads` removes, and what it never does."""

import os
import time
import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from uploads.expiry import expire_uploads
from uploads.models import Upload

pytestmark = pytest.mark.django_db


def make_old(**rows):
    Upload.objects.filter(**rows).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_an_upload_nobody_went_on_with_is_removed(tus, upload_at, uploads_folder, capsys):
    tus.begun(10, b"stale")
    make_old()
    fresh = upload_at(tus.begun(10, b"fresh"))

    call_command("expire_uploads")

    assert capsys.readouterr().out == "Removed 1 leftover.\n"
    assert list(Upload.objects.all()) == [fresh]
    assert list(uploads_folder.iterdir()) == [fresh.path]


def test_a_finished_upload_is_never_removed(tus, upload_at):
    upload = upload_at(tus.begun(5, b"hello"))
    make_old()

    assert expire_uploads() == 0
    assert upload.path.read_bytes() == b"hello"


def test_a_whole_file_whose_row_does_not_know_it_is_kept(tus, upload_at):
    """The server was killed between the last byte and the row, and nobody came back for two days."""
    upload = upload_at(tus.begun(10, b"hello"))
    upload.path.write_bytes(b"helloworld")
    make_old()

    assert expire_uploads() == 0
    upload.refresh_from_db()
    assert upload.is_finished
    assert upload.path.read_bytes() == b"helloworld"


def test_a_file_left_behind_by_a_killed_claim_is_removed(tus, upload_at, therapist):
    upload = upload_at(tus.begun(5, b"hello"))
    Upload.objects.update(claimed_at=timezone.now())
    assert upload.path.exists()

    assert expire_uploads() == 1
    assert not upload.path.exists()


def test_a_file_without_a_row_is_removed_when_it_is_old(tus, uploads_folder):
    tus.begun(5, b"hello")
    old, new, foreign = (uploads_folder / name for name in (str(uuid.uuid4()), str(uuid.uuid4()), "README"))
    for path in (old, new, foreign):
        path.write_bytes(b"x")
    three_days_ago = time.time() - 3 * 24 * 60 * 60
    os.utime(old, (three_days_ago, three_days_ago))
    os.utime(foreign, (three_days_ago, three_days_ago))

    assert expire_uploads() == 1
    assert not old.exists()
    assert new.exists()
    assert foreign.exists()


def test_what_was_taken_over_is_forgotten_after_a_while(tus, upload_at, therapist):
    upload = upload_at(tus.begun(5, b"hello"))
    with upload.claim(therapist):
        pass
    expire_uploads()
    assert Upload.objects.exists()

    Upload.objects.update(claimed_at=timezone.now() - timedelta(days=3))
    expire_uploads()
    assert not Upload.objects.exists()


def test_it_does_nothing_on_an_empty_site():
    assert expire_uploads() == 0


def test_a_row_that_does_not_know_is_set_right_by_head(tus, upload_at):
    url = tus.begun(10, b"hello")
    upload_at(url).path.write_bytes(b"helloworld")

    assert tus.head(url)["Upload-Offset"] == "10"
    assert upload_at(url).is_finished


def test_a_file_shorter_than_its_row_says_is_believed(tus, upload_at):
    """A power cut took bytes that had not reached the disk."""
    url = tus.begun(10, b"hello")
    upload_at(url).path.write_bytes(b"hel")

    assert tus.head(url)["Upload-Offset"] == "3"
    assert tus.patch(url, b"loworld", 3).status_code == 204
    assert upload_at(url).path.read_bytes() == b"helloworld"
