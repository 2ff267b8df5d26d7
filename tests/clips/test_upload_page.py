"""What the page "Upload clips" asks of the server: suggestions, draft clips, how far they are, publishing."""

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from clips import uploading
from clips.models import Clip
from exercises.sides import View
from tests.factories import make_clip, make_exercise, make_variation
from tests.uploads.conftest import TusClient, encoded
from uploads.models import Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def film(tus, upload_at):
    """A film that has arrived."""
    metadata = f"filename {encoded('clapping hard 3.MOV')},modified {encoded('1763800000000')}"
    return upload_at(tus.create(5, b"hello", Upload_Metadata=metadata)["Location"])


@pytest.fixture
def post(workshop):
    def posted(view, /, *args, **fields):
        return workshop.post(reverse(f"clip_upload:{view}", args=args), fields)

    return posted


def said_of(exercise, film, /, **fields):
    return {"upload": film.pk, "exercise": exercise.pk, "variation": 3, "made": "facing"} | fields


def original_of(clip):
    with clip.original.open("rb") as film:
        return film.read()


def test_a_film_becomes_a_draft_that_is_converted(post, film, therapist, django_capture_on_commit_callbacks):
    exercise = make_exercise()

    with django_capture_on_commit_callbacks(execute=True):
        response = post("make", **said_of(exercise, film, made="mirror"))

    clip = Clip.objects.get()
    assert response.status_code == 201
    assert response.json()["clip"]["stage"] == "checking"
    assert (clip.exercise, clip.variation, clip.made, clip.kind) == (exercise, 3, "mirror", "filmed")
    assert (clip.published, clip.status, clip.uploaded_by) == (False, "waiting", therapist)
    assert clip.original_filename == "clapping hard 3.MOV"
    assert original_of(clip) == b"hello"
    assert clip.original.name.startswith(clip.public_id)
    assert not film.path.exists()
    assert DBTaskResult.objects.count() == 1


def test_a_half_upload_of_the_same_file_goes_when_its_twin_becomes_a_clip(post, film, tus, upload_at, workshop):
    half = upload_at(tus.create(5, b"he", Upload_Metadata=film.metadata)["Location"])
    other = upload_at(tus.create(6, b"he", Upload_Metadata=film.metadata)["Location"])

    post("make", **said_of(make_exercise(), film))

    assert set(Upload.objects.unclaimed()) == {other}
    assert not half.path.exists()
    clips = [upload["clip"] for upload in workshop.get(reverse("clip_upload:state")).json()["uploads"]]
    assert len([clip for clip in clips if clip]) == 1


def test_a_clip_stays_shown_and_published_while_its_new_film_is_half_way_here(workshop, tus, client):
    clip = make_clip(exercise=make_exercise(slug="turn"))
    metadata = f"filename {encoded('new.mov')},modified {encoded('1')},clip {encoded(str(clip.pk))}"

    tus.create(9, b"half", Upload_Metadata=metadata)

    (upload,) = workshop.get(reverse("clip_upload:state")).json()["uploads"]
    assert (upload["offset"], upload["replaces"]) == (4, clip.pk)
    assert upload["replacement"] == reverse("clip_upload:replacement", args=[clip.pk])
    client.logout()
    assert clip.film.url in client.get("/exercises/turn/").text
    assert Clip.objects.visible().get() == clip


def test_a_film_becomes_a_clip_once_however_often_it_is_asked(post, film):
    exercise = make_exercise()

    first = post("make", **said_of(exercise, film))
    again = post("make", **said_of(exercise, film))

    assert again.status_code == 200
    assert again.json() == first.json()
    assert Clip.objects.count() == 1


def test_a_film_of_the_authors_story_belongs_to_no_exercise(post, film):
    post("make", upload=film.pk, story="now", variation=1, made="facing")

    assert Clip.objects.get().story == "now"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"exercise": ""}, "Choose the exercise"),
        ({"exercise": "999999"}, "This exercise was deleted meanwhile. Choose another."),
        ({"made": ""}, "how the film was made"),
        ({"made": "sideways"}, "valid choice"),
        ({"variation": "0"}, "greater than or equal to 1"),
        ({"variation": "31"}, "less than or equal to 30"),
        ({"story": "now"}, "Choose the exercise"),
    ],
)
def test_what_is_missing_is_said_and_the_film_waits(post, film, fields, problem):
    response = post("make", **said_of(make_exercise(), film, **fields))

    assert response.status_code == 422
    assert problem in response.json()["problem"]
    assert film.path.exists()
    assert not Clip.objects.exists()


def test_half_a_film_does_not_become_a_clip(post, tus, upload_at):
    half = upload_at(tus.begun(10, b"hello"))

    response = post("make", **said_of(make_exercise(), half))

    assert response.status_code == 422
    assert "not arrived whole" in response.json()["problem"]
    assert half.path.read_bytes() == b"hello"


def test_another_persons_film_does_not_exist(post, stranger, upload_at):
    theirs = upload_at(TusClient(stranger).begun(5, b"hello"))

    assert post("make", **said_of(make_exercise(), theirs)).status_code == 404
    assert post("make", **said_of(make_exercise(), theirs, upload="../../x")).status_code == 404
    assert not Clip.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_clip_that_cannot_be_written_leaves_the_film_where_it_was(workshop, film, monkeypatch, settings):
    workshop.raise_request_exception = False
    monkeypatch.setattr("clips.conversion.jobs.submit", lambda clip: 1 / 0)

    fields = said_of(make_exercise(), film)
    response = workshop.post(reverse("clip_upload:make"), fields)

    assert response.status_code == 500
    assert film.path.read_bytes() == b"hello"
    assert not Clip.objects.exists()
    assert not [path for path in settings.ORIGINALS_ROOT.rglob("*") if path.is_file()]


def test_originals_may_be_kept_elsewhere(film, monkeypatch, settings):
    storage = storages["originals"]
    saved = {}

    def path(name):
        raise NotImplementedError("This storage has no paths.")  # as Django's storages on other machines say

    def save(name, content):
        saved[name] = content.read()
        return name

    monkeypatch.setattr(storage, "path", path)
    monkeypatch.setattr(storage, "save", save)

    assert uploading.store_original(storage, "a/b", film.path) == "a/b"
    assert saved == {"a/b": b"hello"}


# Replacing -----------------------------------------------------------------------------


def test_a_new_film_keeps_everything_else_and_visitors_keep_the_old_one(post, film):
    clip = make_clip(published=True, title="By hand")
    before = {name: getattr(clip, name).name for name in ("film", "film_flipped", "still", "still_flipped")}

    response = post("replace", clip.pk, upload=film.pk, made=clip.made)

    clip.refresh_from_db()
    assert response.status_code == 200
    assert {name: getattr(clip, name).name for name in before} == before
    assert (clip.title, clip.published, clip.status) == ("By hand", True, "waiting")
    assert original_of(clip) == b"hello"
    assert Clip.objects.count() == 1


@pytest.mark.parametrize("view", View.values)
@pytest.mark.parametrize("made", View.values)
def test_a_film_made_the_other_way_does_not_turn_what_visitors_see_until_it_is_ready(post, film, made, view):
    clip = make_clip(published=True, made=made)
    seen = {value: (clip.film if clip.made == value else clip.film_flipped).name for value in View.values}
    other = next(value for value in View.values if value != made)

    post("replace", clip.pk, upload=film.pk, made=other)

    clip.refresh_from_db()
    assert clip.made == other
    assert (clip.film if clip.made == view else clip.film_flipped).name == seen[view]


def test_a_new_film_needs_a_word_on_how_it_was_made(post, film):
    clip = make_clip()

    assert post("replace", clip.pk, upload=film.pk).status_code == 422
    assert film.path.exists()


# Changing and publishing ---------------------------------------------------------------


def test_a_draft_can_be_corrected(post):
    clip = make_clip(published=False)
    exercise = make_exercise()

    response = post("change", clip.pk, exercise=exercise.pk, variation=2, made="mirror")

    clip.refresh_from_db()
    assert response.json()["clip"]["exercise"] == exercise.pk
    assert (clip.exercise, clip.variation, clip.made) == (exercise, 2, "mirror")


def test_what_visitors_see_is_not_changed_here(post):
    clip = make_clip(published=True)
    before = clip.exercise

    assert post("change", clip.pk, exercise=make_exercise().pk, variation=2, made="mirror").status_code == 422
    clip.refresh_from_db()
    assert clip.exercise == before


def test_all_that_is_ready_is_published_and_the_rest_says_why_not(post):
    ready = make_clip(published=False, description="Ana turns her head.")
    mute = make_clip(published=False, description="", exercise=make_exercise(description=""))
    waiting = make_clip(published=False, status="waiting")

    response = post("publish", clip=[ready.pk, mute.pk, waiting.pk, "x"])

    assert list(response.json()["published"]) == [str(ready.pk)]
    assert "what the clip shows" in response.json()["problems"][str(mute.pk)]
    assert set(Clip.objects.filter(published=True)) == {ready}


# Asking --------------------------------------------------------------------------------


def test_suggestions_are_made_for_every_name(post):
    exercise = make_exercise(name="Clapping hard")
    make_variation(exercise=exercise, number=3)

    response = post("suggestions", name=["clapping hard 3.MOV", "IMG_0042.MOV"])

    assert response.json() == {"suggestions": [{"exercise": exercise.pk, "variation": 3}, None]}


def test_the_state_lists_ones_own_uploads_and_what_became_of_them(workshop, post, tus, stranger, film):
    half = tus.begun(10, b"hello")
    TusClient(stranger).begun(10)
    post("make", **said_of(make_exercise(), film))

    state = workshop.get(reverse("clip_upload:state")).json()

    by_name = {upload["name"]: upload for upload in state["uploads"]}
    assert set(by_name) == {"", "clapping hard 3.MOV"}
    assert (by_name[""]["url"], by_name[""]["offset"], by_name[""]["finished"]) == (half, 5, False)
    assert by_name["clapping hard 3.MOV"]["modified"] == "1763800000000"
    assert by_name["clapping hard 3.MOV"]["clip"]["pk"] == Clip.objects.get().pk
    assert state["csrf"]


def test_a_film_whose_clip_was_deleted_may_be_sent_again(workshop, post, film):
    post("make", **said_of(make_exercise(), film))
    Clip.objects.all().delete()

    assert workshop.get(reverse("clip_upload:state")).json()["uploads"] == []
    assert Upload.objects.exists()


def test_the_state_tells_of_clips(workshop):
    clip = make_clip(status="converting", progress=40)

    state = workshop.get(reverse("clip_upload:state"), {"clip": [clip.pk, "999999", "x"]}).json()

    assert state["clips"][str(clip.pk)]["stage"] == "converting"
    assert state["clips"][str(clip.pk)]["progress"] == 40
    assert state["clips"]["999999"] is None


@pytest.mark.parametrize("number_of_uploads", [1, 5])
def test_the_state_takes_as_many_queries_however_many_films_there_are(
    workshop, tus, upload_at, post, number_of_uploads, django_assert_max_num_queries
):
    for _number in range(number_of_uploads):
        post("make", **said_of(make_exercise(), upload_at(tus.begun(5, b"hello"))))

    with django_assert_max_num_queries(4):
        workshop.get(reverse("clip_upload:state"))


# Who -----------------------------------------------------------------------------------


def test_the_page_has_a_name_for_everything(workshop):
    response = workshop.get(reverse("clip_upload:page"))

    assert response.status_code == 200
    assert "Upload clips" in response.text
    assert "There are no exercises yet" in response.text


def test_the_page_that_replaces_a_film_says_which(workshop):
    clip = make_clip(exercise=make_exercise(name="Balloon up"))

    response = workshop.get(reverse("clip_upload:replacement", args=[clip.pk]))

    assert "takes the place of the one of Balloon up" in response.text
    assert workshop.get(reverse("clip_upload:replacement", args=[clip.pk + 1])).status_code == 404


@pytest.mark.parametrize(
    ("name", "args", "verb"),
    [
        ("page", [], "get"),
        ("state", [], "get"),
        ("suggestions", [], "post"),
        ("make", [], "post"),
        ("publish", [], "post"),
        ("replacement", [1], "get"),
        ("replace", [1], "post"),
        ("change", [1], "post"),
    ],
)
def test_only_editors_of_clips_get_in(client, stranger, name, args, verb):
    address = reverse(f"clip_upload:{name}", args=args)

    assert getattr(client, verb)(address).status_code == 302  # to sign in
    client.force_login(stranger)
    assert getattr(client, verb)(address).status_code == 403


@pytest.mark.parametrize("name", ["suggestions", "make", "publish"])
def test_nothing_changes_by_looking(workshop, name):
    assert workshop.get(reverse(f"clip_upload:{name}")).status_code == 405
