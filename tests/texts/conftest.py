"""Two browsers of the workshop."""

import pytest
from django.test import Client

from tests.programme.conftest import texts

__all__ = ["texts"]


@pytest.fixture
def maria(django_user_model):
    """The browser of a colleague."""
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("maria", "m@example.org", "a password of maria's"))
    return client


@pytest.fixture
def ana(workshop):
    return workshop
