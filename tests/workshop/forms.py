"""Filling in the workshop's forms as a browser does."""

from django.urls import reverse


def address(row, page="change"):
    """Return the address of a page about `row`."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def changelist(model, **query):
    """Return the address of the list of `model` ("faq_question"), filtered by `query`."""
    return reverse(f"admin:{model}_changelist", query=query)


def filled_in(client, row):
    """Return everything that a browser sends when the form of `row` is saved without a change."""
    response = client.get(address(row))
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    values = {}
    for form in forms:
        for field in form:
            if field.field.disabled:
                continue
            value = field.value()
            value = list(value) if isinstance(value, list | set) else value
            if value is None or value is False or value == "" or hasattr(value, "storage"):
                continue
            values[field.html_name] = "on" if value is True else value
    return values


def save(client, row, **changes):
    """Save the form of `row` with some fields changed, and return the answer."""
    values = filled_in(client, row) | {name.replace("__", "-"): value for name, value in changes.items()}
    response = client.post(address(row), {name: value for name, value in values.items() if value is not None})
    assert response.status_code == 302, response.context["errors"]
    return response
