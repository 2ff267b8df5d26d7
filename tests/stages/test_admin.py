"""Stages in the workshop."""

import pytest

from stages.models import Stage
from tests.factories import make_exercise, make_group, make_stage, make_variation
from tests.workshop.forms import address, changelist

pytestmark = pytest.mark.django_db


def test_the_groups_of_a_stage_are_edited_with_it_and_variations_with_their_exercise(workshop):
    group = make_group(name="Total neck movement")
    variation = make_variation(exercise=make_exercise(group=group), title="with a smile")

    assert "Total neck movement" in workshop.get(address(group.stage)).text
    assert "with a smile" in workshop.get(address(variation.exercise)).text


def test_stages_can_be_withdrawn_and_published(workshop):
    stage = make_stage()

    for action, shown in [("withdraw", 0), ("publish", 1)]:
        workshop.post(changelist("stages_stage"), {"action": action, "_selected_action": [stage.pk]})
        assert Stage.objects.published().count() == shown
