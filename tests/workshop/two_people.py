"""Two signed-in people, each with a form of the same text open in front of them."""

import re
from html.parser import HTMLParser

from tests.workshop.forms import address


class _Fields(HTMLParser):
    """Collects what a browser would send for the first form of a page that has the token."""

    def __init__(self):
        super().__init__()
        self.sent, self.select, self.textarea = [], None, None
        self.forms = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.sent = []
            self.forms.append((given, self.sent))
        elif tag == "input" and given.get("name") and "disabled" not in given:
            kind = given.get("type", "text")
            if kind in ("submit", "file", "button"):
                return
            if kind in ("checkbox", "radio") and "checked" not in given:
                return
            self.sent.append((given["name"], given.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "select" and given.get("name"):
            self.select = given["name"]
        elif tag == "option" and self.select and "selected" in given:
            self.sent.append((self.select, given.get("value", "")))
        elif tag == "textarea" and given.get("name"):
            self.textarea = (given["name"], [])

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        elif tag == "textarea" and self.textarea:
            name, words = self.textarea
            # A browser leaves out the first line end, and sends all others in its own way.
            self.sent.append((name, re.sub(r"\r?\n", "\r\n", "".join(words).removeprefix("\n"))))
            self.textarea = None

    def handle_data(self, data):
        if self.textarea:
            self.textarea[1].append(data)


def fields_of(response, marker="opened_words"):
    """Return what a browser would send for the form of a page that has a field `marker`: name -> values."""
    parser = _Fields()
    parser.feed(response.text)
    for _attributes, sent in parser.forms:
        if marker in dict(sent):
            values: dict[str, list[str]] = {}
            for name, value in sent:
                if "__prefix__" not in name:
                    values.setdefault(name, []).append(value)
            return values
    raise AssertionError("There is no such form on this page.")


def opens(client, row):
    """Return everything in the form of `row` as `client` sees it now."""
    return fields_of(client.get(address(row)))


def sends(client, row, form, **changes):
    """Send an open form with some changes; None takes a field out. Names may have `__` for `-`."""
    values = form | {
        name.replace("__", "-"): value if isinstance(value, list) else [value] for name, value in changes.items()
    }
    return client.post(address(row), {name: value for name, value in values.items() if value != [None]})


def answers(client, row, page, **choices):
    """Choose on the page with two versions: heading -> "mine", "theirs" or "both"; then press Save."""
    form = fields_of(page)
    for part in page.context["page_parts"]:
        wanted = choices.get(part.heading, choices.get("everything"))
        form[part.name] = [choice.value for choice in part.choices if choice.value.startswith(f"{wanted}:")]
    return client.post(address(row), form)


def saved(response):
    assert response.status_code == 302, response.context and response.context.get("errors")
    return response


def asked(response):
    """Return the headings of what the page asks about."""
    assert response.status_code == 409
    return [part.heading for part in response.context["page_parts"]]
