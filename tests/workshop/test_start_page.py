"""The therapist's start page: what is missing, and how the site is."""

import os
import time
from datetime import date

import pytest
from django.urls import reverse

from cdtrainer import __version__
from clips.conversion import heartbeat
from tests.factories import make_clip, make_exercise, make_problem, make_question

pytestmark = pytest.mark.django_db


def test_the_start_page_says_what_is_missing(workshop):
    make_clip(exercise=make_exercise(reviewed_by="Dr Example", reviewed_on=date(2026, 1, 2)))
    make_clip(exercise=make_exercise(name="Only drawn"), kind="drawn", checked=False)
    make_clip(exercise=make_exercise(name="Broken"), status="failed", problem="The file is too short.")
    make_question(answer="")

    response = workshop.get(reverse("admin:index"))

    messages = [line.message for line in response.context["missing"]]
    assert messages[0] == "1 clip could not be converted"
    assert "Broken: The file is too short." in response.text
    assert "1 question has no answer" in messages
    assert "2 exercises have no filmed clip" in messages
    assert "The drawn clips of 1 exercise have to be checked" in messages
    assert response.context["missing"][-1].links[1][0] == "2 exercises"
    for line in response.context["missing"]:
        for _words, url in line.links:
            assert workshop.get(url).context["cl"].result_count
        if line.url:
            assert workshop.get(line.url).status_code == 200


def test_the_start_page_says_which_reviews_are_due_again(workshop):
    make_problem(reviewed_by="Dr Example", reviewed_on=date(2020, 1, 2))
    make_problem(reviewed_by="Dr Example", reviewed_on=date.today(), next_review_on=date(2021, 1, 2))  # noqa: DTZ011
    make_problem(reviewed_by="Dr Example", reviewed_on=date(2020, 1, 2), next_review_on=date(2120, 1, 2))
    make_problem(reviewed_by="Dr Example", reviewed_on=date.today())  # noqa: DTZ011

    (line,) = workshop.get(reverse("admin:index")).context["missing"]

    assert line.message == "The reviews of 2 texts are due"
    assert workshop.get(line.links[0][1]).context["cl"].result_count == 2


def test_the_start_page_says_how_the_site_is(workshop, settings):
    nobody = workshop.get(reverse("admin:index"))
    assert "No worker has ever run" in nobody.text

    heartbeat.beat()
    response = workshop.get(reverse("admin:index"))

    assert "the worker is running" in response.text
    assert "are free." in response.text
    assert "Films are converted with ffmpeg " in response.text
    assert f"This is CD Trainer {__version__}." in response.text
    assert reverse("clip_upload:page") in response.text


def test_the_start_page_says_when_the_worker_was_last_seen(workshop):
    heartbeat.beat()
    an_hour_ago = time.time() - 3700
    os.utime(heartbeat.heartbeat_file(), (an_hour_ago, an_hour_ago))

    assert "The worker was last seen 1\xa0hour, 1\xa0minute ago" in workshop.get(reverse("admin:index")).text


def test_the_start_page_of_a_complete_site_has_nothing_to_say(workshop):
    response = workshop.get(reverse("admin:index"))

    assert response.context["missing"] == []
    assert "Nothing. Every exercise has its film" in response.text
