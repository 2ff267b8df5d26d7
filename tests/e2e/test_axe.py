"""axe-core over every shape of page, light and dark, on a phone and on a desk."""

import pytest

from tests.browser import open_context, violations

pytestmark = pytest.mark.xdist_group("pages")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHAPES = [
    "/", "/stages/", "/stages/1/", "/stages/2/", "/stages/3/", "/start/", "/start/?answered=1&2-1=yes", "/exercises/",
    "/exercises/?stage=1&position=lying", "/exercises/center-to-left/", "/exercises/clapping-hard/", "/faq/",
    "/problems/", "/problems/trouble-swallowing/", "/search/", "/search/?q=bottle", "/search/?q=zzzzz", "/my-side/",
    "/evidence/", "/privacy/",
]  # fmt: skip


def barriers(page):
    """Return what axe finds with everything unfolded, by the strictest of its rules."""
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    return violations(
        page,
        runOnly={"type": "tag", "values": RULES},
        rules={"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}},
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_has_a_barrier_that_axe_finds(new_page, width, scheme):
    page = new_page(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    found = {}

    for address in SHAPES:
        page.goto(address)
        if problems := barriers(page):
            found[address] = problems

    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_missing_page_has_none_either(chromium, site, scheme):
    context = open_context(chromium, base_url=site.url, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto("/nowhere/")

    assert barriers(page) == []
    context.close()


def test_nothing_scrolls_sideways_at_400_per_cent(new_page):
    page = new_page(viewport={"width": 320, "height": 256})

    for address in SHAPES:
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, address
