"""What only a browser can tell about the pages."""


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
