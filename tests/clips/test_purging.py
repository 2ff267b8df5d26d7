"""Gone for good: after 30 days by itself, or at once when somebody takes back her consent to a film."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from clips.conversion import jobs
from clips.conversion.files import keep_moments, tidy
from clips.management.commands import work
from clips.models import Clip
from clips.purging import purge_what_is_over
from exercises.models import Exercise
from tests.factories import make_clip, make_exercise, make_group, make_page, make_question, make_variation
from tests.uploads.conftest import encoded
from tests.workshop.forms import address, save
from texts.models import Deletion, Version
from upkeep import backup
from uploads.models import Upload

pytestmark = pytest.mark.django_db

FILE = f"filename {encoded('Maria at home.mov')},modified {encoded('1763800000000')}"


def record_of(row):
    return Deletion.objects.of_row(type(row), row.pk).get()


def delete(client, *rows):
    for row in rows:
        client.post(address(row, "delete"))
        assert not type(row).objects.filter(pk=row.pk).exists()


def for_good(row):
    return reverse("admin:delete_for_good", args=[record_of(row).pk])


def age(row, **time):
    Deletion.objects.filter(pk=record_of(row).pk).update(deleted_at=timezone.now() - timedelta(**time))


def files_of(settings):
    roots = (settings.MEDIA_ROOT, settings.ORIGINALS_ROOT, settings.UPLOADS_ROOT)
    return [path for root in map(Path, roots) for path in root.rglob("*") if path.is_file()]


def tables_that_say(word):
    """Return the tables in which any value of any row has a word, whatever its case."""
    return {
        model._meta.label
        for model in apps.get_models()
        for row in model._base_manager.values_list()
        if word.lower() in str(row).lower()
    }


@pytest.fixture
def marias_film(workshop, tus, upload_at):
    """A published film, uploaded and converted once, of which a copy and a replacement are half-way here."""
    film = upload_at(tus.create(5, b"hello", Upload_Metadata=FILE)["Location"])
    fields = {"upload": film.pk, "exercise": make_exercise().pk, "variation": 1, "made": "facing"}
    workshop.post(reverse("clip_upload:make"), fields)
    clip = Clip.objects.get()
    for name, content in (("film", b"F"), ("film_flipped", b"R"), ("still", b"S"), ("still_small", b"s")):
        getattr(clip, name).save(f"{name}.bin", ContentFile(content), save=False)
    clip.captions.save("maria.vtt", ContentFile(b"WEBVTT"), save=False)
    clip.description, clip.title = "Maria turns.", "Maria"
    clip.save()
    keep_moments(clip.pk, [(0.5, b"Maria's face")])
    jobs.make_still.enqueue(clip.pk)
    tus.create(5, b"he", Upload_Metadata=FILE)
    tus.create(9, b"anew", Upload_Metadata=f"filename {encoded('Maria anew.mov')},clip {encoded(str(clip.pk))}")
    return clip


def test_consent_taken_back_leaves_nothing_of_the_film_anywhere(workshop, marias_film, settings):
    delete(workshop, marias_film)
    assert len(files_of(settings)) >= 8
    assert tables_that_say("maria") >= {"texts.Deletion", "uploads.Upload", "admin.LogEntry"}

    workshop.post(for_good(marias_film))

    assert files_of(settings) == []
    assert tables_that_say("maria") == set()
    assert not Upload.objects.exists()
    assert not LogEntry.objects.filter(content_type__model="clip").exists()
    assert not DBTaskResult.objects.filter(args_kwargs__args=[marias_film.pk]).exists()
    assert not Deletion.objects.exists()


def test_other_films_on_their_way_stay(workshop, marias_film, tus, stranger, upload_at):
    other_file = FILE.replace(encoded("1763800000000"), encoded("1763800000001"))
    other = upload_at(tus.create(5, b"he", Upload_Metadata=other_file)["Location"])
    theirs = upload_at(type(tus)(stranger).create(5, b"he", Upload_Metadata=FILE)["Location"])
    nameless = upload_at(tus.create(5, b"he")["Location"])
    delete(workshop, marias_film)

    workshop.post(for_good(marias_film))

    assert set(Upload.objects.all()) == {other, theirs, nameless}
    assert all(upload.path.exists() for upload in (other, theirs, nameless))


def test_it_asks_once_and_says_what_goes_what_stays_and_until_when(workshop, marias_film, settings):
    delete(workshop, marias_film)

    page = workshop.get(for_good(marias_film)).text

    assert "the films as they were uploaded, what visitors played, stills and captions" in page
    assert "what is half-way here of the same films" in page
    assert "Nobody can undo this." in page
    assert "Backups made before now still hold it: ask whoever runs the site until when they are kept." in page
    for word in ("object", "related", "moment", "conversion"):
        assert word not in page.partition('id="content-main"')[2].partition("</main>")[0].lower()
    settings.BACKUPS_KEPT_DAYS = 30
    assert "they are kept for 30 days." in workshop.get(for_good(marias_film)).text
    assert record_of(marias_film)


def test_who_has_deleted_for_good_reads_what_backups_hold(workshop, marias_film, settings):
    settings.BACKUPS_KEPT_DAYS = 14
    delete(workshop, marias_film)

    response = workshop.post(for_good(marias_film), follow=True)

    assert "is gone for good. Backups made before now hold it until" in response.text


def test_a_file_that_cannot_be_removed_is_named_and_nothing_is_called_gone(workshop, marias_film, monkeypatch):
    delete(workshop, marias_film)
    with monkeypatch.context() as broken:
        broken.setattr(FileSystemStorage, "delete", lambda storage, name: None)
        page = workshop.post(for_good(marias_film), follow=True).text

    assert "is not gone yet" in page
    assert marias_film.film.name in page
    assert record_of(marias_film)
    workshop.post(for_good(marias_film))
    assert not Deletion.objects.exists()


def test_an_exercise_for_good_takes_its_films_its_history_and_what_was_deleted_before_along(workshop, settings):
    exercise = make_variation(exercise=make_exercise(purpose="Marias way")).exercise
    clip, other = make_clip(exercise=exercise), make_clip(exercise=exercise, variation=2)
    save(workshop, exercise, purpose="Maria does it so")
    delete(workshop, clip, exercise)
    assert clip.public_id in "".join(map(str, files_of(settings)))

    assert str(clip) in workshop.get(for_good(exercise)).text
    workshop.post(for_good(exercise))

    assert not Clip.objects.filter(pk__in=[clip.pk, other.pk]).exists()
    assert files_of(settings) == []
    assert not Version.objects.exists()
    assert tables_that_say("maria") == set()
    assert not Deletion.objects.exists()


def test_a_group_for_good_takes_its_deleted_exercises_along_and_leaves_others(workshop):
    exercise, bystander = make_exercise(), make_question()
    delete(workshop, exercise, exercise.group, bystander)

    workshop.post(for_good(exercise.group))

    assert [record.name for record in Deletion.objects.all()] == [str(bystander)]


def test_a_group_for_good_takes_along_the_film_of_an_exercise_that_was_deleted_after_its_film(workshop, settings):
    clip = make_clip()
    clip.original.save("film", ContentFile(b"as the phone made it"))
    delete(workshop, clip, clip.exercise, clip.exercise.group)
    address_of_it = for_good(clip.exercise.group)

    assert str(clip.full_name) in workshop.get(address_of_it).text
    workshop.post(address_of_it)

    assert not Deletion.objects.exists()
    assert files_of(settings) == []


@pytest.mark.parametrize(("days", "is_kept"), [(29.9, True), (30.1, False)])
def test_after_thirty_days_it_goes_by_itself_with_its_files(workshop, settings, days, is_kept):
    clip = make_clip()
    delete(workshop, clip)
    age(clip, days=days)

    work.clean_up()

    assert Deletion.objects.exists() == is_kept
    assert bool(files_of(settings)) == is_kept


def test_what_goes_together_goes_in_one_evening(workshop):
    exercise = make_exercise()
    delete(workshop, exercise, exercise.group)
    age(exercise, days=32)
    age(exercise.group, days=31)

    assert purge_what_is_over() == 2
    assert not Deletion.objects.exists()


def test_a_file_that_stays_holds_up_no_other(workshop, monkeypatch):
    clip, page = make_clip(), make_page()
    delete(workshop, clip, page)
    age(clip, days=32)
    age(page, days=31)
    monkeypatch.setattr(FileSystemStorage, "delete", lambda storage, name: None)

    assert purge_what_is_over() == 1
    assert Deletion.objects.get() == record_of(clip)


def test_cached_pages_forget_it_at_once(workshop, client):
    exercise = make_exercise(slug="turn")
    clip = make_clip(exercise=exercise)
    visitor = Client()
    assert clip.public_id in visitor.get("/exercises/turn/").text

    delete(workshop, clip)
    workshop.post(for_good(clip))

    assert clip.public_id not in visitor.get("/exercises/turn/").text


def test_the_daily_cleaning_keeps_the_files_of_what_can_come_back(workshop, settings, monkeypatch):
    monkeypatch.setattr("clips.conversion.files.ARRIVES_WITHIN", timedelta(0))
    clip = make_clip()
    before = files_of(settings)
    delete(workshop, clip)

    tidy()

    assert files_of(settings) == before


def test_what_is_deleted_is_overwritten_in_the_database(workshop):
    delete(workshop, make_question())

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete")
        assert cursor.fetchone() == (1,)
    assert sqlite3.sqlite_version_info >= (3, 6, 23)


def test_a_film_for_a_clip_that_was_deleted_meanwhile_is_refused_with_the_reason(workshop, marias_film, tus, upload_at):
    film = upload_at(tus.create(5, b"hello", Upload_Metadata=FILE.replace("modified", "changed"))["Location"])
    delete(workshop, marias_film)

    fields = {"upload": film.pk, "made": "facing"}
    response = workshop.post(reverse("clip_upload:replace", args=[marias_film.pk]), fields)

    assert response.status_code == 422
    assert "This clip was deleted meanwhile." in response.json()["problem"]
    assert Upload.objects.get(pk=film.pk).claimed_at is None


def test_a_deleted_film_may_be_sent_again(workshop, marias_film):
    delete(workshop, marias_film)

    state = workshop.get(reverse("clip_upload:state")).json()

    assert [upload for upload in state["uploads"] if upload["finished"]] == []


def test_a_film_taken_in_by_the_folder_and_deleted_is_not_taken_in_again(workshop, tmp_path, film, capsys):
    folder = tmp_path / "collection"
    folder.mkdir()
    (folder / "a.mp4").write_bytes(film("plain.mp4").read_bytes())
    call_command("import_films", folder)
    clip = Clip.objects.get()
    delete(workshop, clip)

    with pytest.raises(SystemExit):
        call_command("import_films", folder)
    assert "bring it back under “Recently deleted”" in capsys.readouterr().out
    assert not Clip.objects.exists()

    workshop.post(reverse("admin:bring_back"), {"deletions": record_of(clip).pk})
    call_command("import_films", folder)
    assert Clip.objects.get() == clip


def test_a_backup_holds_what_can_be_brought_back(workshop, tmp_path):
    clip = make_clip()
    delete(workshop, clip)
    copied: dict[str, backup.Fingerprint] = {}

    backup.copy_files(tmp_path / "backup", copied)

    assert f"media/{clip.film.name}" in copied


def test_a_row_of_the_upload_page_says_that_its_exercise_was_deleted(workshop, tus, upload_at):
    film = upload_at(tus.create(5, b"hello", Upload_Metadata=FILE)["Location"])
    exercise = make_exercise()
    delete(workshop, exercise)

    fields = {"upload": film.pk, "exercise": exercise.pk, "variation": 1, "made": "facing"}
    response = workshop.post(reverse("clip_upload:make"), fields)

    assert response.json()["problem"] == "This exercise was deleted meanwhile. Choose another."


def test_the_group_of_an_exercise_that_stays_is_no_part_of_it(workshop):
    group = make_group()
    exercise, other = make_exercise(group=group), make_exercise(group=group)
    delete(workshop, exercise)

    workshop.post(for_good(exercise))

    assert Exercise.objects.get() == other
