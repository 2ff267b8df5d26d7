"""Whose uploads there are, and how much room they may take."""

import errno
import os
from types import SimpleNamespace

import pytest
from django.test import Client

from tests.uploads.conftest import TusClient
from uploads import files
from uploads.models import Upload
from uploads.views import detail

pytestmark = pytest.mark.django_db


# Who -------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["OPTIONS", "HEAD", "PATCH", "DELETE", "POST", "GET"])
def test_an_upload_does_not_exist_for_anybody_but_its_owner(tus, stranger, django_user_model, upload_at, verb):
    url = tus.begun(10, b"hello")
    patient = django_user_model.objects.create_user("cleo")
    left_staff = django_user_model.objects.create_user("dora", is_staff=True, is_active=False)

    for user in (stranger, patient, left_staff, None):
        if user is stranger and verb in ("OPTIONS", "GET", "POST"):
            continue  # what any member of staff is told, of whatever address
        response = TusClient(user).request(verb, url, b"world", Upload_Offset="5")
        assert response.status_code == 404

    assert upload_at(url).path.read_bytes() == b"hello"


def test_nobody_but_staff_can_begin_an_upload(django_user_model):
    patient = django_user_model.objects.create_user("cleo")

    assert TusClient(patient).create(5, b"hello").status_code == 404
    assert TusClient().create(5, b"hello").status_code == 404
    assert not Upload.objects.exists()


def test_a_request_from_a_foreign_page_is_refused(therapist):
    tus = TusClient()
    tus.client = Client(enforce_csrf_checks=True)
    tus.client.force_login(therapist)

    assert tus.create(5, b"hello").status_code == 403
    assert not Upload.objects.exists()

    tus.client.get("/admin/login/")
    tus.client.cookies["csrftoken"] = "a" * 32
    assert tus.create(5, b"hello", X_CSRFToken="a" * 32).status_code == 201
    assert tus.create(5, b"hello", X_CSRFToken="b" * 32).status_code == 403


# Room ------------------------------------------------------------------------------


def test_one_persons_uploads_have_a_quota(tus, stranger, therapist, settings, upload_at):
    settings.UPLOAD_QUOTA_BYTES = 100
    url = tus.begun(60)

    response = tus.create(41)

    assert response.status_code == 413
    assert "60" in response.text
    assert TusClient(stranger).create(100).status_code == 201
    tus.patch(url, bytes(60), 0)
    assert tus.create(41).status_code == 413  # finished, but it still takes the room
    with upload_at(url).claim(therapist):
        pass
    assert tus.create(41).status_code == 201


def test_a_disk_without_room_refuses_before_the_first_byte(tus, settings, monkeypatch, uploads_folder):
    settings.UPLOAD_FREE_BYTES = 1000
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=1099))

    assert tus.create(100, b"hello").status_code == 507
    url = tus.begun(99)
    assert tus.create(1).status_code == 507  # the room of the first is promised
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=1004))
    response = tus.patch(url, b"hello", 0)

    assert response.status_code == 507
    assert "disk" in response.text
    assert not uploads_folder.exists()


def test_a_disk_that_fills_up_while_writing_keeps_what_came(tus, upload_at, monkeypatch):
    url = tus.begun(10, b"hello")
    real_write = os.pwrite

    def two_bytes_fit(fd, data, at):
        if at >= 7:
            raise OSError(28, "No space left on device")
        return real_write(fd, data[:2], at)

    monkeypatch.setattr("os.pwrite", two_bytes_fit)
    response = tus.patch(url, b"world", 5)
    monkeypatch.undo()

    assert response.status_code == 507
    assert tus.head(url)["Upload-Offset"] in ("5", "7")
    offset = int(tus.head(url)["Upload-Offset"])
    assert tus.patch(url, b"world"[offset - 5 :], offset).status_code == 204
    assert upload_at(url).path.read_bytes() == b"helloworld"


def test_a_refused_body_is_read_to_its_end(therapist, stranger, tus, rf):
    """Or the kernel resets the connection, and the client loses the answer; not every server sees to it."""
    url = tus.begun(10, b"hello")
    for user in (therapist, stranger):
        request = rf.generic("PATCH", url, b"world" * 100_000, content_type="application/offset+octet-stream")
        request.user = user

        detail(request, url.rstrip("/").rpartition("/")[2])

        assert request.read() == b""


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_folder_that_cannot_be_written_is_named(tus, monkeypatch, number):
    def refuse(*args, **kwargs):
        raise OSError(number, "no")

    address = tus.create(5)["Location"]
    monkeypatch.setattr(files, "GrowingFile", refuse)

    response = tus.patch(address, b"hello", 0)

    assert response.status_code == 507
    assert "cannot write to the folder of the uploads" in response.text
