"""A folder for the uploads, and a client that speaks tus as the real one does."""

import base64

import pytest
from django.test import Client

from uploads.models import Upload


@pytest.fixture(autouse=True)
def uploads_folder(settings, tmp_path):
    settings.UPLOADS_ROOT = tmp_path / "uploads"
    settings.UPLOAD_FREE_BYTES = 0
    return settings.UPLOADS_ROOT


@pytest.fixture
def stranger(django_user_model):
    """Another member of staff."""
    return django_user_model.objects.create_user("ben", password="a long password for ben", is_staff=True)


class TusClient:
    """Sends tus requests in the name of somebody who has signed in."""

    def __init__(self, user=None):
        self.client = Client()
        if user:
            self.client.force_login(user)

    def request(self, verb, url, body=b"", **headers):
        headers = {"Tus-Resumable": "1.0.0"} | {name.replace("_", "-"): str(value) for name, value in headers.items()}
        content_type = headers.pop("Content-Type", "application/offset+octet-stream" if body else "")
        # `None` takes a header away.
        headers = {name: value for name, value in headers.items() if value != "None"}
        return self.client.generic(verb, url, body, headers=headers, CONTENT_TYPE=content_type)

    def create(self, length, body=b"", **headers):
        return self.request("POST", "/admin/uploads/", body, Upload_Length=length, **headers)

    def patch(self, url, body, offset, **headers):
        return self.request("PATCH", url, body, Upload_Offset=offset, **headers)

    def head(self, url):
        return self.request("HEAD", url)

    def delete(self, url):
        return self.request("DELETE", url)

    def begun(self, length, body=b""):
        """Begin an upload and return its address."""
        return self.create(length, body)["Location"]


@pytest.fixture
def tus(therapist):
    return TusClient(therapist)


@pytest.fixture
def upload_at():
    """Return the row behind an address."""
    return lambda url: Upload.objects.get(pk=url.rstrip("/").rpartition("/")[2])


def encoded(text):
    return base64.b64encode(text.encode()).decode()
