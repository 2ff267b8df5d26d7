"""What only a browser can tell about the pages."""

import pytest


def test_an_address_with_a_question_opens_its_answer(new_page):
    page = new_page()
    page.goto("/faq/#how-long-does-full-recovery-take")

    assert page.locator("details[open] summary").all_inner_texts() != []


def test_all_answers_open_at_once_on_request(new_page):
    page = new_page()
    page.goto("/faq/")

    page.get_by_role("button", name="Open all answers").click()

    assert page.locator("details.question:not([open])").count() == 0


def test_a_visitor_who_sets_nothing_gets_no_cookie(new_page):
    page = new_page()

    for address in ["/", "/stages/1/", "/exercises/", "/faq/", "/search/?q=neck"]:
        page.goto(address)

    assert page.context.cookies() == []


def test_the_first_screen_of_a_stage_is_light(new_page):
    page = new_page(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    sizes = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))

    page.goto("/stages/2/", wait_until="networkidle")

    assert len(sizes) <= 8, sizes
    assert sum(sizes.values()) <= 100 * 1024, sizes


def test_dark_and_light_schemes_differ(new_page):
    colours = set()
    for scheme in ["light", "dark"]:
        page = new_page(color_scheme=scheme)
        page.goto("/")
        colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert len(colours) == 2


#: Words that a box cuts off, or that stand beyond the screen.
CUT_OFF = """
[...document.querySelectorAll("main :is(a, p, h1, h2, h3, li, span, b, label)")].filter((element) => {
  const { width, right } = element.getBoundingClientRect();
  return width > 1 && element.innerText && !element.closest(".hidden-text") && right > innerWidth - 8;
}).map((element) => element.innerText)
"""


@pytest.mark.parametrize("address", ["/", "/stages/", "/stages/1/", "/exercises/", "/search/?q=left", "/start/"])
def test_letters_of_twice_the_size_are_all_on_a_phones_screen(new_page, address):
    page = new_page(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page.goto(address)
    before = page.evaluate("document.documentElement.scrollHeight")

    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate("document.documentElement.scrollHeight") < 5 * before  # no column of single letters
