"""tus 1.0.0: how an upload begins, and what is known of its file. The names after "tusd" are those of its own tests."""

import base64

import pytest

from tests.uploads.conftest import encoded
from uploads.models import Upload

pytestmark = pytest.mark.django_db


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
