"""Reading pages as a visitor does: their addresses, links and words.

Many tests look at every page of a fresh install. They get the pages from the fixture `fetch`, which asks the site for
each address once a process and keeps the answer.
"""

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass(frozen=True)
class Answer:
    """What the site answered to one request of a visitor's; `answer["Vary"]` is a header."""

    status_code: int
    headers: dict[str, str]
    cookies: tuple[str, ...]
    text: str

    def __getitem__(self, header):
        return self.headers[header]


def answer_to(client, address):
    """Return the answer to a GET, without what Django's test client hangs on it: that would keep every row alive."""
    response = client.get(address)
    text = response.getvalue().decode(errors="replace")  # of a picture or a film, too
    return Answer(response.status_code, dict(response.items()), tuple(response.cookies), text)


def addresses(sitemap):
    """Return the paths of a sitemap, without its host."""
    return [urlsplit(found).path for found in re.findall(r"<loc>([^<]+)</loc>", sitemap)]


class Words(HTMLParser):
    """Collects the words in `<main>`, but for the parts that `leave_out` names by attribute."""

    def __init__(self, leave_out=()):
        super().__init__()
        self.leave_out = set(leave_out)
        self.stack = []
        self.texts = []

    def handle_starttag(self, tag, attrs):
        names = {name for name, _value in attrs}
        inside = tag == "main" or (bool(self.stack) and self.stack[-1][1])
        silent = tag in ("script", "style") or bool(names & self.leave_out)
        heard = inside and not silent and not (self.stack and self.stack[-1][2])
        if heard:
            self.texts += [value for name, value in attrs if name in ("alt", "aria-label", "title") and value]
        if tag not in VOID:
            self.stack.append((tag, inside, silent or (bool(self.stack) and self.stack[-1][2])))

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.stack and self.stack[-1][1] and not self.stack[-1][2]:
            self.texts.append(data)


def words(html, leave_out=()):
    """Return the words of a page's main part, alt texts and labels among them, with white space folded."""
    parser = Words(leave_out)
    parser.feed(html)
    return " ".join(" ".join(parser.texts).split())


def part(html, name):
    """Return the words of the section that has the id `name`, or is labelled by the heading that has it."""
    found = re.search(rf'<section[^>]* (?:id|aria-labelledby)="{name}".*?</section>', html, re.DOTALL)
    assert found, f"There is no section {name}."
    return words(f"<main>{found[0]}</main>")


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []
        self.ids = set()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "id" in given:
            self.ids.add(given["id"])
        self.links += [given[name] for name in ("href", "src", "action") if given.get(name)]


def links(html, base):
    """Return (addresses on this site that the page points to, ids on the page)."""
    parser = Links()
    parser.feed(html)
    absolute = [urljoin(f"http://testserver{base}", link) for link in parser.links]
    return [link for link in absolute if link.startswith("http://testserver")], parser.ids


def graph(html):
    """Return the structured data of a page, an item each."""
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])["@graph"]


def of_type(items, kind):
    """Return the items of structured data that are of one type."""
    return [item for item in items if item["@type"] == kind]
