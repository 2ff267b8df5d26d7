"""Sign-in as the staff meets it: in Chromium, on the real site with its two processes and their shared cache."""

import os
import re
import subprocess
import sys

import pytest

from tests.e2e.conftest import PASSWORD
from tests.e2e.test_axe import barriers
from tests.prepared import ROOT
from tests.staff.codes import totp

ACCOUNT = "/admin/account"


@pytest.fixture
def come_in(site, new_page, signed_in):
    """Return a function that invites somebody and opens their workshop, signed in by the link.

    The therapist comes first: the printed link ends as soon as somebody can sign in.
    """

    def invited(name, **options):
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{site.folder / 'db.sqlite3'}",
            "SITE_URL": options.get("base_url", site.url),
            "DEBUG": "False",
        }
        printed = subprocess.run(
            [sys.executable, "manage.py", "invite", name],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        page = new_page(**options)
        page.goto(re.findall(r"http://\S+/admin/welcome/\S+", printed)[0])
        page.locator("#id_password1").fill(PASSWORD)
        page.locator("#id_password2").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/")
        return page

    return invited


def sign_in(page, name, password=PASSWORD):
    page.goto("/admin/")
    page.wait_for_url("**/account/login/**")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page):
    page.goto("/admin/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login/")


def set_up_app(page):
    """Set up an authenticator app from the offer on the start page; return its key."""
    page.goto("/admin/")
    page.get_by_role("link", name="Protect your account").click()
    page.get_by_role("link", name="Set up the app").click()
    key = page.locator(".secret").inner_text()
    page.get_by_label("The 6 digits").fill(totp(key))
    page.get_by_role("button", name="Finish").click()
    page.wait_for_url("**/recovery-codes/")
    return key


def test_somebody_sets_up_an_app_and_signs_in_with_it(come_in, new_page):
    page = come_in("bea")
    key = set_up_app(page)
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(set(codes)) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert codes[0] in download.value.path().read_text()
    assert page.get_by_role("button", name="Print").is_visible()
    sign_out(page)

    page = new_page()
    sign_in(page, "bea", "not the password at all")
    assert page.get_by_role("alert").inner_text().startswith("There is a problem")
    sign_in(page, "bea")
    page.wait_for_url("**/2fa/authenticate/")
    assert page.get_by_role("button", name="Use a passkey").count() == 0
    page.get_by_label("Code").fill(totp(key))
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    assert not page.get_by_role("link", name="Protect your account (2 minutes)").is_visible()
    sign_out(page)

    sign_in(page, "bea")
    page.get_by_label("Code").fill(codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")


def test_somebody_signs_in_with_a_passkey_alone(come_in, site):
    here = site.url.replace("127.0.0.1", "localhost")  # browsers know no passkeys for numbers
    page = come_in("cleo", base_url=here)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )

    page.get_by_role("link", name="Protect your account").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this passkey").fill("Cleo's phone")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/recovery-codes/")
    page.goto(f"{ACCOUNT}/2fa/webauthn/")
    assert page.get_by_role("heading", name="Cleo's phone").is_visible()
    sign_out(page)

    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/admin/")
    sign_out(page)

    sign_in(page, "cleo")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/admin/")


def test_a_passkey_that_is_not_used_is_said_so(site, new_page):
    page = new_page(base_url=site.url.replace("127.0.0.1", "localhost"))
    page.goto(f"{ACCOUNT}/login/")
    page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }"
    )

    page.get_by_role("button", name="Sign in with a passkey").click()

    page.get_by_text("The passkey was not used.").wait_for()


def test_a_browser_without_passkeys_says_so_and_names_another_way(site, come_in):
    page = come_in("fred", base_url=site.url.replace("127.0.0.1", "localhost"))
    page.add_init_script("delete window.PublicKeyCredential")

    page.goto("/admin/")
    page.get_by_role("link", name="Protect your account").click()
    page.get_by_role("link", name="Add a passkey").click()

    page.get_by_text("This browser cannot make passkeys.").wait_for()
    assert page.get_by_role("button", name="Add a passkey").count() == 0


def test_tries_are_counted_for_both_processes(new_page):
    page = new_page()
    alerts = []

    for number in range(6):
        sign_in(page, "nobody-of-this-name", f"wrong {number}")
        alerts.append(page.get_by_role("alert").inner_text())

    assert "do not belong together" in alerts[0]
    assert "too many tries" in alerts[-1]


def test_the_pages_of_sign_in_have_no_barrier_and_fit_a_small_phone(come_in, new_page):
    still = {"bypass_csp": True, "reduced_motion": "reduce"}  # axe measures no colours between two
    inside = come_in("dora", **still)
    outside = new_page(**still)
    addresses = [
        (outside, "/login/"),
        (outside, "/password/reset/"),
        (outside, "/inactive/"),
        (inside, "/2fa/"),
        (inside, "/2fa/totp/activate/"),
        (inside, "/2fa/webauthn/"),
        (inside, "/2fa/webauthn/add/"),
        (inside, "/password/change/"),
        (inside, "/reauthenticate/"),
        (inside, "/logout/"),
    ]
    assert barriers_of(addresses) == {}

    set_up_app(inside)
    assert barriers_of([(inside, path) for path in protected_pages()]) == {}

    sign_in(outside, "dora")
    outside.wait_for_url("**/2fa/authenticate/")
    assert barriers_of([(outside, "/2fa/authenticate/")]) == {}
    outside.get_by_label("Code").fill("000000")
    outside.keyboard.press("Enter")
    outside.get_by_role("alert").wait_for()
    assert barriers(outside) == []


def protected_pages():
    yield "/2fa/"
    yield "/2fa/recovery-codes/"
    yield "/2fa/recovery-codes/generate/"
    yield "/2fa/totp/deactivate/"
    yield "/2fa/reauthenticate/"


def barriers_of(addresses):
    """Return what is wrong with each page, on a phone and on a desk, light and dark."""
    found: dict[tuple[object, ...], object] = {}
    for page, path in addresses:
        page.goto(ACCOUNT + path)
        assert page.url.endswith(ACCOUNT + path), f"{path} led to {page.url}"
        assert page.locator("h1").count() == 1
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    found[path, width] = "scrolls sideways"
                if problems := barriers(page):
                    found[path, width, scheme] = problems
    return found


def test_sign_in_needs_no_mouse(new_page):
    page = new_page()
    page.goto(f"{ACCOUNT}/login/")
    seen = []

    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
        drawn = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if page.evaluate("document.activeElement !== document.body"):
            assert drawn != "none", seen[-1]

    wanted = ["id_login", "id_password", "Sign in", "Forgotten your password?"]
    assert [name for name in seen if name in wanted][:4] == wanted


def test_password_sign_in_needs_no_javascript(come_in, new_page):
    come_in("emil")
    page = new_page(java_script_enabled=False)

    sign_in(page, "emil")

    page.wait_for_url("**/admin/")
    page.goto(f"{ACCOUNT}/2fa/totp/activate/")
    assert page.locator(".qr-code").is_visible()
