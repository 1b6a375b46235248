"""Every page of channels, outreach, coverage and reach, met by following links, shuts nobody out.

Like `test_every_public_page`, behind the sign-in: an address pattern that somebody adds there is
looked at from the day it is added, and one that no link leads to fails the test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from .pages import Staff

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

STAFF = "quan-tri/"
# Rooms, and by whom a room is walked through: whoever sees most of it.
ROOMS = {
    "duyet": (
        *("kenh/", "man-hinh/", "ban-in/", "tin-nhan/", "trang-mang/", "bao-chi/"),
        *("ban-tin-noi-bo/", "buoi-tuyen-truyen/", "chuyen-loa/", "loi-hua/", "ket-noi/"),
        *("do-phu/", "phat-hanh/"),
    ),
    "quantri": ("kenh/", "tin-nhan/", "trang-mang/"),
    "trucdai": ("man-hinh/", "ket-noi/"),
    "bientap": ("kenh/tin-nhan/", "ban-tin/"),
    "tuyentruyen": ("so-tuyen-truyen/", "do-phu/viec/"),
}
ALL_ROOMS = {room for rooms in ROOMS.values() for room in rooms}
MOST_FETCHED = 250
# Nothing links there, and why.
NOT_LINKED = {
    "quan-tri/do-phu/<uuid:pk>/": "part of the release's page, fetched while it is looked at",
    "quan-tri/so-tuyen-truyen/tho.js": "the notebook's worker",
    "quan-tri/so-tuyen-truyen/du-lieu/": "fetched by the notebook",
    "quan-tri/so-tuyen-truyen/gui/": "the notebook sends there",
    "quan-tri/ban-tin/de-xuat-loi-doc/": "the editor's page asks there",
}
# What a row leads to that the demo may not have: an act on it, or the row itself.
ONLY_SOMETIMES = re.compile(r"<")
IS_A_NEWSROOM_PAGE = re.compile(r"^quan-tri/ban-tin/(?!add/$)")


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "action") and value]


@dataclass
class Met:
    """What was met of one pattern by one person."""

    pages: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def patterns() -> set[str]:
    """Every address pattern of these rooms as it is written, "quan-tri/kenh/"."""

    def walk(found: list, before: str) -> set[str]:
        texts = set()
        for one in found:
            text = before + str(one.pattern)
            texts |= {text} if isinstance(one, URLPattern) else walk(one.url_patterns, text)
        return texts

    found = walk(get_resolver("tiengmo.config.urls").url_patterns, "")
    return {one for one in found if is_in_a_room(one, ALL_ROOMS)}


def is_in_a_room(address: str, rooms) -> bool:
    return address.startswith(tuple(STAFF + room for room in rooms))


def route_of(path: str) -> str:
    try:
        return str(get_resolver("tiengmo.config.urls").resolve(path).route)
    except Exception:
        return ""


def walk_through(context, rooms, url: str) -> tuple[dict[str, Met], list[str]]:
    """Follow links from the rooms' first pages, one address of every pattern."""
    found: dict[str, Met] = {}
    broken: list[str] = []
    waiting = [f"/{STAFF}{room}" for room in rooms if room != "ban-tin/"]
    waiting += [f"/{STAFF}ban-tin/add/"] if "ban-tin/" in rooms else []
    seen, fetched = set(waiting), 0
    while waiting and fetched < MOST_FETCHED:
        path = waiting.pop(0)
        route = route_of(urlsplit(path).path)
        if not is_in_a_room(route, rooms) or IS_A_NEWSROOM_PAGE.match(route):
            continue
        here = found.setdefault(route, Met())
        if here.pages or here.others:
            continue
        fetched += 1
        answer = context.request.get(path, max_redirects=0)
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        if answer.status == 405 or not (is_page or answer.status >= 400):
            here.others.append(path)
            continue
        if answer.status >= 400:
            broken.append(f"{path}: {answer.status}")
            continue
        body = answer.text()
        if answer.status >= 300 or "<html" not in body:
            # Leads elsewhere: what one may not see, or an act that is over.
            here.others.append(path)
            continue
        here.pages.append(path)
        links = Links()
        links.feed(body)
        for link in links.found:
            target = urlsplit(urljoin(url + path, link))
            address = target.path + (f"?{target.query}" if target.query else "")
            if f"{target.scheme}://{target.netloc}" == url and address not in seen:
                seen.add(address)
                waiting.append(address)
    return found, broken


@pytest.fixture(scope="module")
def signed_in(browser, system):
    """A browser for each of them, signed in once."""
    contexts = {}
    for username in ROOMS:
        context = browser.new_context(
            base_url=system.url,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            viewport={"width": 1280, "height": 900},
            reduced_motion="reduce",
            service_workers="block",
        )
        context.set_default_timeout(60_000)
        page = context.new_page()
        Staff(page, None, []).sign_in(username)
        page.close()
        contexts[username] = context
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture(scope="module")
def met(signed_in, system):
    return {
        username: walk_through(context, ROOMS[username], system.url)
        for username, context in signed_in.items()
    }


def test_a_link_leads_to_every_kind_of_staff_page(met):
    broken = [f"{who}: {one}" for who, (_found, some) in met.items() for one in some]
    assert not broken, "links that lead nowhere:\n" + "\n".join(broken)
    seen = {route for found, _broken in met.values() for route in found}
    missing = sorted(
        one
        for one in patterns()
        if one not in seen
        and one not in NOT_LINKED
        and not ONLY_SOMETIMES.search(one)
        and not one.startswith("quan-tri/ban-tin/")
    )
    assert not missing, "no link leads to:\n" + "\n".join(missing)
    assert sum(len(one.pages) for found, _broken in met.values() for one in found.values()) > 35


def test_no_staff_page_shuts_anybody_out(met, signed_in, pictures):
    """Axe at both widths, nothing needs scrolling sideways, one main heading, a picture each."""
    faults: list[str] = []
    looked: set[str] = set()
    for username, (found, _broken) in met.items():
        page = signed_in[username].new_page()
        visitor = Staff(page, pictures, faults)
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))  # noqa: B023
        for route, here in found.items():
            if not here.pages or route in looked:
                continue
            looked.add(route)
            name = "staff-" + re.sub(r"[^a-z]+", "-", re.sub(r"<[^>]+>", "x", route)[9:]).strip("-")
            visitor.open(here.pages[0])
            # Wagtail's own editor names what is edited in its trail only.
            if page.locator("h1").count() != 1 and route != "quan-tri/ban-tin/add/":
                faults.append(f"{here.pages[0]}: {page.locator('h1').count()} main headings")
            visitor.look(name)
        page.close()
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(dict.fromkeys(faults))
