"""What a search engine reads about an exercise."""

import pytest

from tests.factories import make_clip, make_exercise
from tests.walk import graph, of_type

pytestmark = pytest.mark.django_db


def test_an_exercise_has_a_plan_a_video_and_a_trail(client):
    exercise = make_exercise(
        slug="turn", name='Turn "{left}" </script>', repetitions=5, seconds_there=8, seconds_hold=0, seconds_back=8
    )
    clip = make_clip(exercise=exercise, seconds=75.2)

    items = graph(client.get("/exercises/turn/").text)

    plan, video, trail = (of_type(items, kind)[0] for kind in ("ExercisePlan", "VideoObject", "BreadcrumbList"))
    assert plan["name"] == 'Turn "left" </script>'
    assert plan["activityDuration"] == "PT1M20S"
    assert video["duration"] == "PT1M15S"
    assert video["contentUrl"] == f"http://testserver{clip.film_flipped.url}"
    assert [item["name"] for item in trail["itemListElement"]][-1] == 'Turn "left" </script>'
    assert of_type(items, "MedicalWebPage")[0]["about"]["name"] == "Cervical dystonia"
