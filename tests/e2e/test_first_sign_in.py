"""`make run`, the printed link, and what they promise."""

import re
import urllib.error
import urllib.request

import pytest


def test_the_printed_link_leads_the_therapist_in_and_works_once(site, new_page, signed_in):
    page = new_page(storage_state=signed_in)
    page.goto("/admin/")
    assert page.get_by_role("link", name=re.compile("clips", re.IGNORECASE)).first.is_visible()

    link = re.search(r"http://\S+/admin/welcome/\S+", site.printed())[0]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(link)
    refused.value.close()
    assert refused.value.code in (404, 410)


def test_run_says_where_the_site_is(site):
    assert f"CD Trainer: {site.url}/" in site.printed()
