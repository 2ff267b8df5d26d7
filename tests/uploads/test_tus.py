"""tus 1.0.0, section by section. Cases marked "tusd" follow the names in tusd's own tests (pkg/handler/*_test.go)."""

import base64
import errno
import hashlib
import os
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import parse_http_date

from tests.uploads.conftest import TusClient, encoded
from uploads import files
from uploads.models import Upload
from uploads.views import detail

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


# POST ------------------------------------------------------------------------------


def test_post_creates_an_upload(tus, upload_at):  # tusd: Post/Create
    response = tus.create(300, Upload_Metadata="foo aGVsbG8=, bar d29ybGQ=, hah INVALID, empty")

    assert response.status_code == 201
    assert upload_at(response["Location"]).length == 300
    assert response["Upload-Offset"] == "0"


def test_post_creates_an_empty_upload_that_is_finished(tus, upload_at):  # tusd: Post/CreateEmptyUpload
    response = tus.create(0)

    assert response.status_code == 201
    assert upload_at(response["Location"]).is_finished
    assert upload_at(response["Location"]).path.read_bytes() == b""
    assert "Upload-Expires" not in response.headers  # tusd: Expiration/CreateEmptyUploadWithoutExpiration


def test_post_beyond_the_largest_size_is_refused(tus, settings):  # tusd: Post/CreateExceedingMaxSizeFail
    settings.UPLOAD_MAX_BYTES = 400

    assert tus.create(400).status_code == 201
    response = tus.create(401)

    assert response.status_code == 413
    assert "400" in response.text


@pytest.mark.parametrize("length", ["-5", "+5", "5.0", "five", "", " ", "\u0665", "1" * 16, "0x5", "1_000"])
def test_post_with_a_length_that_is_no_number_is_refused(tus, length):  # tusd: Post/InvalidUploadLengthFail
    assert tus.create(length).status_code == 400
    assert not Upload.objects.exists()


def test_post_with_length_and_deferred_length_is_refused(tus):  # tusd: Post/UploadLengthAndUploadDeferLengthFail
    assert tus.create(10, Upload_Defer_Length="1").status_code == 400


def test_post_without_a_length_is_refused(tus):  # tusd: Post/NeitherUploadLengthNorUploadDeferLengthFail
    assert tus.request("POST", "/admin/uploads/").status_code == 400


@pytest.mark.parametrize("value", ["1", "bad"])
def test_post_with_a_deferred_length_is_refused(tus, value):  # tusd: Post/InvalidUploadDeferLengthFail
    assert tus.request("POST", "/admin/uploads/", Upload_Defer_Length=value).status_code == 400


@pytest.mark.parametrize("value", ["partial", "final;/admin/uploads/a /admin/uploads/b", "final;../../x"])
def test_post_with_concatenation_is_refused(tus, value):  # tusd: Post/UploadToFinalUpload
    assert tus.create(10, Upload_Concat=value).status_code == 400
    assert not Upload.objects.exists()


def test_the_location_is_a_path_whatever_forwarded_headers_say(tus):  # tusd: Post/ForwardHeaders
    response = tus.create(300, X_Forwarded_Host="evil.example", Forwarded="host=evil.example;proto=https")

    assert response["Location"].startswith("/admin/uploads/")


def test_post_can_bring_the_first_bytes(tus, upload_at):  # tusd: Post/WithUpload/Create
    response = tus.create(300, b"hello")

    assert response.status_code == 201
    assert response["Upload-Offset"] == "5"
    assert upload_at(response["Location"]).path.read_bytes() == b"hello"


def test_post_can_bring_the_whole_file(tus, upload_at):
    response = tus.create(5, b"hello")

    assert response["Upload-Offset"] == "5"
    assert upload_at(response["Location"]).is_finished


def test_post_that_brings_too_much_is_refused(tus):  # tusd: Post/WithUpload/CreateExceedingUploadSize
    assert tus.create(300, bytes(400)).status_code == 413
    assert not Upload.objects.exists()


def test_post_with_a_body_of_another_type_is_refused(tus):  # tusd: Post/WithUpload/IncorrectContentType
    response = tus.create(300, b"hello", Content_Type="application/false")

    assert response.status_code == 415
    assert not Upload.objects.exists()


def test_post_with_a_wrong_checksum_leaves_nothing(tus, uploads_folder):
    wrong = base64.b64encode(bytes(20)).decode()

    response = tus.create(300, b"hello", Upload_Checksum=f"sha1 {wrong}")

    assert response.status_code == 460
    assert not Upload.objects.exists()
    assert list(uploads_folder.iterdir()) == []


# Metadata ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("clapping hard 3.MOV", "clapping hard 3.MOV"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\x.mp4", "x.mp4"),
        ("a;sleep 9.mp4", "a;sleep 9.mp4"),
        ("-i http.mp4", "-i http.mp4"),
        ("<svg onload=prompt()>.mp4", "<svg onload=prompt()>.mp4"),
        ("line\nbreak\r.mp4", "linebreak.mp4"),
        ("evil\u202egpj.mov", "evilgpj.mov"),
        ("nul\x00.mov", "nul.mov"),
        ("é" * 300 + ".mov", "é" * 255),
        ("", ""),
        ("..", ".."),
    ],
)
def test_a_files_name_is_text_and_never_a_path(tus, upload_at, uploads_folder, name, shown):
    upload = upload_at(tus.create(5, b"hello", Upload_Metadata=f"filename {encoded(name)}")["Location"])

    assert upload.filename == shown
    assert [path.name for path in uploads_folder.iterdir()] == [str(upload.pk)]


def test_head_repeats_the_metadata_as_it_came(tus):  # tusd: Head/Status
    metadata = "filename bHVucmpzLnBuZw==,empty"

    url = tus.create(44, Upload_Metadata=metadata)["Location"]

    assert tus.head(url)["Upload-Metadata"] == metadata


@pytest.mark.parametrize(
    ("metadata", "status"), [("a b,a b", 400), ("k\x7f dg==", 400), ("é dg==", 400), ("a " + "A" * 4096, 431)]
)
def test_metadata_that_breaks_the_rules_is_refused(tus, metadata, status):
    assert tus.create(5, Upload_Metadata=metadata).status_code == status


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
