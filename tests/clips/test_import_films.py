"""A folder of films is taken in as if each had been uploaded on the page."""

import hashlib
import json
import shutil

import pytest
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult

from clips.conversion.models import Conversion
from clips.models import Clip
from tests.factories import make_exercise, make_variation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(film, tmp_path):
    """Return a function that fills a folder with films of other names, and the folder's path."""
    collection = tmp_path / "collection"
    collection.mkdir()

    def fill(**names):
        for called, name in names.items():
            shutil.copy(film(name), collection / called.replace("__", "."))
        return collection

    return fill


def run(folder, capsys, **options):
    """Return the lines of the command's answer and its exit status."""
    status: object = 0
    try:
        call_command("import_films", folder, **options)
    except SystemExit as ended:
        status = ended.code
    return capsys.readouterr().out.splitlines(), status


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_films_become_drafts_matched_by_their_names(folder, capsys):
    exercise = make_exercise(name="Clapping hard")
    make_variation(exercise=exercise, number=3)
    collection = folder(**{"clapping hard 3__mp4": "plain.mp4", "IMG_4711__MOV": "gps.mov"})

    lines, status = run(collection, capsys)

    assert lines == ["IMG_4711.MOV ready", "clapping hard 3.mp4 ready"]
    assert status == 0
    matched = Clip.objects.get(exercise=exercise)
    assert (matched.variation, matched.status, matched.published) == (3, Clip.Status.READY, False)
    unmatched = Clip.objects.get(exercise=None)
    assert (unmatched.status, unmatched.published, str(unmatched)) == ("ready", False, "IMG_4711.MOV")


def test_refused_films_say_why_and_leave_nothing_behind(folder, capsys, settings):
    collection = folder(a__mp4="cut.mp4", b__mp4="letter.mp4", c__mp4="plain.mp4", d__mp4="concat.mp4")

    lines, status = run(collection, capsys)

    assert status == 1
    assert [line.split(" ", 2)[:2] for line in lines] == [
        ["a.mp4", "refused"],
        ["b.mp4", "refused"],
        ["c.mp4", "ready"],
        ["d.mp4", "refused"],
    ]
    assert "The film is cut off" in lines[0]
    assert "This is a document" in lines[1]
    assert "a list of films" in lines[3]
    assert Clip.objects.count() == 1
    assert len([path for path in settings.ORIGINALS_ROOT.rglob("*") if path.is_file()]) == 1


def test_the_answer_can_be_read_by_programs(folder, capsys):
    collection = folder(good__mp4="plain.mp4", silent__webm="film.webm", bad__mp4="picture.jpg")
    (collection / "within").mkdir()
    shutil.copy(collection / "good.mp4", collection / "within" / "same.mp4")
    (collection / ".hidden.mp4").write_text("not looked at")

    lines, status = run(collection, capsys, json=True)

    answers = {answer["file"]: answer for answer in map(json.loads, lines)}
    assert status == 1
    assert list(answers) == ["bad.mp4", "good.mp4", "silent.webm", "within/same.mp4"]
    assert set(answers["good.mp4"]) == {"file", "status", "reason", "seconds", "width", "height", "sha256", "note"}
    good = answers["good.mp4"]
    assert (good["status"], good["reason"], good["width"], good["height"]) == ("ready", "", 160, 120)
    assert good["seconds"] == pytest.approx(1, abs=0.2)
    for name, answer in answers.items():
        assert answer["sha256"] == sha256(collection / name)
    assert answers["bad.mp4"]["status"] == "refused"
    assert (answers["bad.mp4"]["seconds"], answers["bad.mp4"]["width"]) == (None, None)
    assert Clip.objects.count() == 2  # the same film twice is one clip


def test_an_interrupted_run_can_be_repeated(folder, capsys):
    collection = folder(one__mp4="plain.mp4")
    run(collection, capsys)
    clip = Clip.objects.get()
    Conversion.objects.update(status=Clip.Status.CONVERTING, lease_token="", lease_until=None)
    DBTaskResult.objects.all().delete()

    lines, status = run(collection, capsys)

    assert (lines, status) == (["one.mp4 ready"], 0)
    assert [(each.pk, each.status) for each in Clip.objects.all()] == [(clip.pk, "ready")]


def test_all_films_can_be_of_one_exercise(folder, capsys):
    exercise = make_exercise()
    make_exercise(name="Clapping hard")

    lines, _status = run(folder(clapping_hard__mp4="plain.mp4"), capsys, exercise=exercise.slug)

    assert lines == ["clapping_hard.mp4 ready"]
    assert Clip.objects.get().exercise == exercise


def test_names_that_break_lines_or_are_no_unicode_are_told_in_one_line(folder, capsys):
    collection = folder()
    (collection / "line\nbreak\x1b[31m.mp4").write_text("")
    (collection / "odd\udcff.mp4").write_text("")

    lines, _status = run(collection, capsys)

    assert len(lines) == 2
    assert "\x1b" not in "".join(lines)
    assert all("The file is empty" in line for line in lines)


def test_a_missing_folder_or_exercise_is_said(folder):
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("import_films", folder() / "elsewhere")
    with pytest.raises(CommandError, match="no exercise “nothing”"):
        call_command("import_films", folder(), exercise="nothing")


def test_a_draft_that_belongs_nowhere_cannot_be_published(workshop, folder, capsys):
    run(folder(IMG_4711__mp4="plain.mp4"), capsys)
    clip = Clip.objects.get()

    action = {"action": "publish", "_selected_action": [clip.pk]}
    page = workshop.post("/admin/clips/clip/", action, follow=True).text

    assert "choose the exercise it shows" in page
    assert "IMG_4711.mp4 (no exercise yet)" in page
    clip.refresh_from_db()
    assert not clip.published
