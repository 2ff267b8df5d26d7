"""tus 1.0.0, section by section. Cases marked "tusd" follow the names in tusd's own tests (pkg/handler/*_test.go)."""

import base64
import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.http import parse_http_date

from uploads import files
from uploads.models import Upload

pytestmark = pytest.mark.django_db


# OPTIONS ---------------------------------------------------------------------------


def test_options_says_what_the_server_can_do(tus, settings):
    settings.UPLOAD_MAX_BYTES = 400

    response = tus.request("OPTIONS", "/admin/uploads/", Tus_Resumable="None")

    assert response.status_code == 204
    assert response["Tus-Version"] == response["Tus-Resumable"] == "1.0.0"
    assert response["Tus-Max-Size"] == "400"
    assert response["Tus-Extension"] == "creation,creation-with-upload,termination,checksum,expiration"
    assert "sha1" in response["Tus-Checksum-Algorithm"].split(",")


@pytest.mark.parametrize("version", ["None", "foo", "0.2.2", "1.0.1"])
def test_another_version_is_refused_with_412(tus, version):  # tusd: Options/InvalidVersion
    response = tus.request("POST", "/admin/uploads/", Upload_Length="5", Tus_Resumable=version)

    assert response.status_code == 412
    assert response["Tus-Version"] == "1.0.0"
    assert not Upload.objects.exists()


def test_other_verbs_are_refused_with_405(tus):
    url = tus.begun(5)

    assert tus.request("GET", url).status_code == 405
    assert tus.request("PUT", url, b"hello").status_code == 405
    assert tus.request("GET", "/admin/uploads/").status_code == 405
    assert tus.request("GET", url)["Allow"] == "OPTIONS, HEAD, PATCH, DELETE"


# HEAD ------------------------------------------------------------------------------


def test_head_says_how_far_the_upload_is(tus):  # tusd: Head/Status
    url = tus.begun(44, b"hello world")

    response = tus.head(url)

    assert response.status_code == 200
    assert response["Upload-Offset"] == "11"
    assert response["Upload-Length"] == "44"
    assert response["Cache-Control"] == "no-store"
    assert "Upload-Defer-Length" not in response.headers  # tusd: Head/NoDeferLengthHeader


@pytest.mark.parametrize("verb", ["HEAD", "PATCH", "DELETE"])
def test_an_unknown_upload_is_not_found(tus, verb):  # tusd: Head/, Patch/, Terminate/UploadNotFoundFail
    url = "/admin/uploads/00000000-0000-4000-8000-000000000000/"

    response = tus.request(verb, url, Upload_Offset="0", Content_Type="application/offset+octet-stream")

    assert response.status_code == 404
    if verb == "HEAD":
        assert response.content == b""


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "../../x", "1", "None", "%00"])
def test_an_address_that_is_no_uuid_reaches_nothing(tus, name):
    assert tus.request("PATCH", f"/admin/uploads/{name}/", b"x", Upload_Offset="0").status_code in (400, 403, 404, 405)


# PATCH -----------------------------------------------------------------------------


def test_patch_goes_on_and_finishes(tus, upload_at):  # tusd: Patch/UploadChunk
    url = tus.begun(10, b"hello")

    response = tus.patch(url, b"world", 5)

    assert response.status_code == 204
    assert response["Upload-Offset"] == "10"
    assert upload_at(url).is_finished
    assert upload_at(url).path.read_bytes() == b"helloworld"
    assert "Upload-Expires" not in response.headers


def test_patch_may_come_as_post(tus, upload_at):  # tusd: Patch/MethodOverriding
    url = tus.begun(10, b"hello")

    response = tus.request("POST", url, b"world", Upload_Offset="5", X_HTTP_Method_Override="PATCH")

    assert response.status_code == 204
    assert upload_at(url).path.read_bytes() == b"helloworld"


def test_a_get_cannot_turn_into_anything_else(tus):
    url = tus.begun(10, b"hello")

    assert tus.request("GET", url, X_HTTP_Method_Override="DELETE").status_code == 405
    assert tus.head(url)["Upload-Offset"] == "5"


def test_patch_to_a_finished_upload_is_harmless(tus):  # tusd: Patch/UploadChunkToFinished
    url = tus.begun(5, b"hello")

    response = tus.patch(url, b"", 5, Content_Type="application/offset+octet-stream")

    assert response.status_code == 204
    assert response["Upload-Offset"] == "5"
    assert tus.patch(url, b"more", 5).status_code == 413
    assert tus.patch(url, b"hello", 0).status_code == 409


@pytest.mark.parametrize("offset", [0, 4, 6, 10])
def test_patch_at_another_offset_is_refused(tus, upload_at, offset):  # tusd: Patch/MissmatchingOffsetFail
    url = tus.begun(10, b"hello")

    response = tus.patch(url, b"world", offset)

    assert response.status_code == 409
    assert response["Upload-Offset"] == "5"
    assert upload_at(url).path.read_bytes() == b"hello"


def test_patch_beyond_the_length_is_refused(tus, upload_at):  # tusd: Patch/ExceedingMaxSizeFail
    url = tus.begun(10, b"hello")

    assert tus.patch(url, b"hellothisismorethan15bytes", 5).status_code == 413
    assert upload_at(url).path.read_bytes() == b"hello"


def test_patch_of_another_type_is_refused(tus, upload_at):  # tusd: Patch/InvalidContentTypeFail (the protocol says 415)
    url = tus.begun(10, b"hello")

    assert tus.patch(url, b"world", 5, Content_Type="application/fail").status_code == 415
    assert upload_at(url).path.read_bytes() == b"hello"


@pytest.mark.parametrize("offset", ["-5", "", "five", "5,5"])
def test_patch_at_an_offset_that_is_no_number_is_refused(tus, offset):  # tusd: Patch/InvalidOffsetFail
    url = tus.begun(10, b"hello")

    assert tus.patch(url, b"world", offset).status_code == 400


def test_patch_without_bytes_changes_nothing(tus):
    url = tus.begun(10, b"hello")

    response = tus.patch(url, b"", 5, Content_Type="application/offset+octet-stream")

    assert response.status_code == 204
    assert response["Upload-Offset"] == "5"


def test_a_long_file_arrives_in_pieces_bit_by_bit_the_same(tus, upload_at):
    content = bytes(range(256)) * 2048  # 512 KiB
    url = tus.begun(len(content))

    offset = 0
    for size in (1, 65535, 65536, 65537, 200_000, len(content)):
        chunk = content[offset : offset + size]
        offset = int(tus.patch(url, chunk, offset)["Upload-Offset"])

    assert upload_at(url).path.read_bytes() == content


# Checksum --------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_right_checksum_is_accepted(tus, upload_at, algorithm):
    url = tus.begun(5)
    digest = base64.b64encode(hashlib.new(algorithm, b"hello").digest()).decode()

    assert tus.patch(url, b"hello", 0, Upload_Checksum=f"{algorithm} {digest}").status_code == 204
    assert upload_at(url).path.read_bytes() == b"hello"


def test_a_wrong_checksum_is_refused_and_its_bytes_are_forgotten(tus, upload_at):
    url = tus.begun(10, b"hello")
    digest = base64.b64encode(hashlib.sha1(b"worle").digest()).decode()  # noqa: S324

    assert tus.patch(url, b"world", 5, Upload_Checksum=f"sha1 {digest}").status_code == 460
    assert tus.head(url)["Upload-Offset"] == "5"
    assert upload_at(url).path.read_bytes() == b"hello"


@pytest.mark.parametrize("header", ["md5 XrY7u+Ae7tCTyyK7j1rNww==", "sha1", "sha1 !", "sha1 aGVsbG8=", "", "SHA1 x"])
def test_a_checksum_that_cannot_be_read_is_refused(tus, header):
    url = tus.begun(5)

    assert tus.patch(url, b"hello", 0, Upload_Checksum=header).status_code == 400


# Termination -----------------------------------------------------------------------


def test_delete_removes_row_and_file(tus, uploads_folder):  # tusd: Terminate/Termination
    url = tus.begun(10, b"hello")

    assert tus.delete(url).status_code == 204
    assert tus.head(url).status_code == 404
    assert list(uploads_folder.iterdir()) == []


def test_delete_leaves_alone_what_has_been_taken_over(tus, therapist, upload_at):
    url = tus.begun(5, b"hello")
    with upload_at(url).claim(therapist):
        pass

    assert tus.delete(url).status_code == 409
    assert tus.head(url)["Upload-Offset"] == "5"


# Expiration ------------------------------------------------------------------------


def test_an_unfinished_upload_is_kept_for_48_hours_after_its_last_byte(tus, upload_at):  # tusd: Expiration/Create
    response = tus.create(300)

    in_48_hours = (timezone.now() + timedelta(hours=48)).timestamp()
    assert parse_http_date(response["Upload-Expires"]) == pytest.approx(in_48_hours, abs=5)

    Upload.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    response = tus.patch(response["Location"], b"hello", 0)
    assert parse_http_date(response["Upload-Expires"]) == pytest.approx(in_48_hours, abs=5)
    assert "Upload-Expires" in tus.head(f"/admin/uploads/{Upload.objects.get().pk}/").headers  # tusd: Status


def test_an_expired_upload_is_gone(tus, upload_at):  # tusd: Expiration/Expired/StatusFail, PatchFail
    url = tus.begun(10, b"hello")
    Upload.objects.update(expires_at=timezone.now())

    assert tus.head(url).status_code == 410
    assert tus.patch(url, b"world", 5).status_code == 410
    assert upload_at(url).path.read_bytes() == b"hello"


def test_an_expired_upload_can_still_be_deleted(tus):  # tusd: Expiration/Expired/TerminationIsStillPossible
    url = tus.begun(10, b"hello")
    Upload.objects.update(expires_at=timezone.now())

    assert tus.delete(url).status_code == 204


def test_a_finished_upload_never_expires(tus):  # tusd: Expiration/Expired/FinishedUploadIsStillServed
    url = tus.begun(5, b"hello")
    Upload.objects.update(expires_at=timezone.now() - timedelta(days=400))

    response = tus.head(url)

    assert response.status_code == 200
    assert "Upload-Expires" not in response.headers


# One writer ------------------------------------------------------------------------


def test_a_second_writer_is_refused_while_the_first_is_busy(tus, upload_at):  # tusd: Patch/Locker
    url = tus.begun(10, b"hello")
    upload = upload_at(url)
    token = upload.take_writer()

    assert tus.patch(url, b"world", 5).status_code == 423
    assert tus.head(url)["Upload-Offset"] == "5"

    upload.release_writer(token)
    assert tus.patch(url, b"world", 5).status_code == 204


def test_an_upload_is_taken_from_a_request_whose_connection_died(tus, upload_at, monkeypatch):
    """tusd: Patch/RequestUnlock."""
    url = tus.begun(10, b"hello")
    upload_at(url).take_writer()
    monkeypatch.setattr(files, "seconds_since_write", lambda path: 3.1)

    assert tus.patch(url, b"world", 5).status_code == 204
    assert upload_at(url).path.read_bytes() == b"helloworld"


def test_two_that_want_to_write_at_the_same_moment_get_one_token(tus, upload_at):
    url = tus.begun(10, b"hello")
    first, second = upload_at(url), upload_at(url)

    assert [bool(first.take_writer()), bool(second.take_writer())] == [True, False]


def test_the_overtaken_writer_cannot_mix_in_its_bytes(tus, upload_at):
    url = tus.begun(10, b"hello")
    with files.GrowingFile(upload_at(url).path) as stale_writer:
        with files.GrowingFile(upload_at(url).path) as new_writer:
            new_writer.append(b"wo", 5)
        with pytest.raises(files.OvertakenError):
            stale_writer.append(b"world", 5)

    assert upload_at(url).path.read_bytes() == b"hellowo"
