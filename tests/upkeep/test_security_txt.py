"""Whom to tell about a hole: RFC 9116."""

from datetime import UTC, datetime, timedelta

ADDRESS = "/.well-known/security.txt"


def fields(response):
    return [tuple(line.split(": ", 1)) for line in response.text.splitlines()]


def test_without_a_contact_there_is_no_such_page(client, db, settings):
    settings.SECURITY_CONTACT = []

    assert client.get(ADDRESS).status_code == 404


def test_it_names_every_contact_in_order(client, db, settings):
    settings.SECURITY_CONTACT = ["https://example.org/report", "security@example.org"]
    settings.SITE_URL = "https://exercises.example.org"

    response = client.get(ADDRESS)

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    contacts = [value for name, value in fields(response) if name == "Contact"]
    assert contacts == ["https://example.org/report", "mailto:security@example.org"]
    assert dict(fields(response))["Canonical"] == f"https://exercises.example.org{ADDRESS}"


def test_it_is_good_for_months_and_less_than_a_year(client, db, settings):
    settings.SECURITY_CONTACT = ["security@example.org"]

    until = datetime.fromisoformat(dict(fields(client.get(ADDRESS)))["Expires"])

    assert timedelta(days=30) < until - datetime.now(UTC) < timedelta(days=365)
