"""Handing a finished file over, once, whatever is killed in between."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from uploads import files
from uploads.models import NotYoursError, Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def finished(tus, upload_at):
    return upload_at(tus.begun(5, b"hello"))


@pytest.mark.django_db(transaction=True)
def test_a_claimed_file_moves_without_being_copied(finished, therapist, tmp_path):
    inode = finished.path.stat().st_ino

    files.link_or_copy(finished.path, tmp_path / "originals" / "film")
    with finished.claim(therapist):
        finished.claimed_for = "clip 7"

    assert (tmp_path / "originals" / "film").read_bytes() == b"hello"
    assert (tmp_path / "originals" / "film").stat().st_ino == inode
    assert not finished.path.exists()
    assert Upload.objects.get().claimed_for == "clip 7"


def test_a_file_is_copied_to_another_disk(finished, tmp_path, monkeypatch):
    monkeypatch.setattr("os.link", lambda *names: (_ for _ in ()).throw(OSError(18, "Cross-device link")))

    files.link_or_copy(finished.path, tmp_path / "film")

    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["film"]
    assert (tmp_path / "film").read_bytes() == b"hello"


def test_a_file_is_claimed_once(finished, therapist):
    with finished.claim(therapist):
        pass

    with pytest.raises(NotYoursError), finished.claim(therapist):
        pytest.fail("claimed twice")


def test_only_the_owner_can_claim(finished, stranger):
    with pytest.raises(NotYoursError), finished.claim(stranger):
        pytest.fail("claimed by a stranger")


def test_an_unfinished_file_cannot_be_claimed(tus, therapist, upload_at):
    upload = upload_at(tus.begun(10, b"hello"))

    with pytest.raises(NotYoursError), upload.claim(therapist):
        pytest.fail("claimed half a file")


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_fails_has_not_happened(finished, therapist):
    with pytest.raises(ZeroDivisionError), finished.claim(therapist):
        raise ZeroDivisionError

    assert finished.path.read_bytes() == b"hello"
    with finished.claim(therapist):
        pass
    assert not finished.path.exists()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"offset": 11}, "longer than was announced"),
        ({"offset": 5, "finished_at": "2026-11-22T12:00Z"}, "every byte"),
        ({"offset": 5, "claimed_at": "2026-11-22T12:00Z"}, "Only a finished upload"),
    ],
)
def test_the_database_keeps_the_rules_and_says_them(therapist, fields, message):
    upload = Upload(owner=therapist, length=10, **fields)

    with pytest.raises(ValidationError, match=message):
        upload.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        upload.save()
