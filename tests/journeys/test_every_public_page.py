"""Every address pattern of the portal, met by following its links, keeps nobody out.

Nothing here is listed by hand but what no link leads to: a page that somebody adds is looked at
from the day it is added, and a pattern that no link reaches fails the test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

import pytest
from axe_core_python.sync_playwright import Axe
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

MOST_FETCHED = 400
# A second address of a pattern sometimes shows what the first does not have.
SAMPLES = 2
WIDTHS = (360, 1280)
# What no page links to, and why; everything else must be found.
NOT_LINKED = {
    "ngoai-mang/": "shown by the service worker",
    "ngoai-mang.js": "fetched by portal.js",
    "robots.txt": "asked for by crawlers",
    "theo-doi/da-gui-thu/": "shown when the form was sent",
    "theo-doi/da-ngung/": "shown when somebody left",
    "theo-doi/sms/gui-lien-ket/": "linked where messages are sent: portal/test_every_rare_page",
    "theo-doi/sms/da-gui-lien-ket/": "shown when the form was sent",
    "theo-doi/sms/da-ngung/": "shown when somebody left",
    "theo-doi/trinh-duyet/cua-may/": "asked by the page's script",
    "theo-doi/trinh-duyet/da-hien/": "a device reports there",
    "theo-doi/trinh-duyet/tho.js": "the worker that shows notices",
    "tin-nhan/bao/<str:token>/": "providers of text messages report there",
    "he-thong-ban/hub": "other systems ask to be told there: channels/partners",
    "he-thong-ban/tin.atom": "named in the RSS of the same",
    "he-thong-ban/xa/<str:code>.atom": "named in the RSS of the same",
    "he-thong-ban/chuyen-muc/<slug:code>.atom": "named in the RSS of the same",
    "xa/<str:code>/ban-do.geojson": "fetched by the map",
    "canh-bao/dang-phat/": "fetched by alerts.js",
    "tim-kiem/goi-y/": "fetched by finding.js",
    "nghe/<str:code>/dang-phat/": "fetched by the page that plays it",
    "sitemap.xml": "named in robots.txt",
    "sitemap-<slug:name>-<int:number>.xml": "named in the sitemap's index",
    "thong-ke/so-lieu/": "fetched by portal.js",
    ".well-known/security.txt": "asked for by those who found a hole",
    "bao-chi/dang-ky/da-nhan/": "shown when the form was sent",
    "bao-chi/dang-nhap/da-gui-thu/": "shown when the form was sent",
    "bao-chi/phong/da-ra/": "shown when a journalist left",
    # A television's page is typed in from the technician's: test_show_on_a_screen looks at it.
    "man-hinh/": "typed in on a television",
    "man-hinh/nhip/": "fetched by the player",
    "man-hinh/tho.js": "the player's worker",
    r"man-hinh/^anh/([0-9a-f]{64})\.webp$": "shown by the player",
    r"man-hinh/^phim/([0-9a-f]{64})(\.mp4|\.webm)$": "played by the player",
    "man-hinh/dang-ky/": "the player's code goes there",
    "man-hinh/may/danh-sach/": "fetched by the player",
    "man-hinh/may/bao-cao/": "the player reports there",
}
# Patterns whose pages exist only after something happened: a warning, a letter to confirm, a
# correction, an answer. Where the demo has them they are met and looked at like the others.
ONLY_SOMETIMES = re.compile(
    r"^(canh-bao/(cap/)?<|theo-doi/.*<|hoi-dap/|anh/|\^anh/|nghe/<str:code>/<|su-kien/<"
    r"|bao-chi/(vao/|phong/|tu-lieu/<|<)|van-ban/<slug:slug>/tep/|thu-tuc/<str:code>/ban/|tin/<slug:slug>/(ban-luu/|<str:language>/))"
)
# Shown after a form was sent, or by the service worker.
ALSO = [
    "/ngoai-mang/",
    *("/theo-doi/da-gui-thu/", "/theo-doi/da-ngung/"),
    *("/theo-doi/sms/da-gui-lien-ket/", "/theo-doi/sms/da-ngung/"),
    *("/bao-chi/dang-ky/da-nhan/", "/bao-chi/dang-nhap/da-gui-thu/", "/bao-chi/phong/da-ra/"),
]


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action") and value:
                self.found.append(value)


@dataclass
class Met:
    """What was met of one pattern: addresses of pages that people read, and of other things."""

    pages: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def patterns() -> list[str]:
    """Every public address pattern as it is written, "xa/<str:code>/"."""

    def walk(found: list, before: str) -> list[str]:
        texts = []
        for one in found:
            text = before + str(one.pattern)
            texts += [text] if isinstance(one, URLPattern) else walk(one.url_patterns, text)
        return texts

    return walk(get_resolver("tiengmo.portal.urls").url_patterns, "")


def route_of(path: str) -> str | None:
    try:
        return str(get_resolver("tiengmo.portal.urls").resolve(path).route)
    except Exception:
        return None


@pytest.fixture(scope="module")
def met(system) -> dict[str, Met]:
    """Follow links from the home page, a few addresses of every pattern."""
    found: dict[str, Met] = {}
    waiting, seen, fetched = ["/", *ALSO, "/tin/?trang=2", "/tin/?muc=y-te"], {"/"}, 0
    while waiting and fetched < MOST_FETCHED:
        path = waiting.pop(0)
        route = route_of(urlsplit(path).path)
        if route is None:
            continue
        here = found.setdefault(route, Met())
        if len(here.pages) >= SAMPLES or len(here.others) >= SAMPLES:
            continue
        fetched += 1
        request = Request(system.url + path)
        try:
            with urlopen(request, timeout=150) as answer:
                is_page = answer.headers.get_content_type() == "text/html"
                body = answer.read().decode("utf-8", "replace") if is_page else ""
        except HTTPError as error:
            here.broken.append(f"{path}: {error.code}")
            continue
        if not is_page or "<html" not in body:
            here.others.append(path)
            continue
        here.pages.append(path)
        links = Links()
        links.feed(body)
        for link in links.found:
            target = urlsplit(urljoin(system.url + path, link))
            if f"{target.scheme}://{target.netloc}" != system.url:
                continue
            address = target.path + (f"?{target.query}" if target.query else "")
            if address not in seen:
                seen.add(address)
                waiting.append(address)
    return found


def test_a_link_leads_to_every_kind_of_page(met):
    broken = [one for met_here in met.values() for one in met_here.broken]
    assert not broken, "links that lead nowhere:\n" + "\n".join(broken)
    missing = [
        one
        for one in patterns()
        if one not in met and one not in NOT_LINKED and not ONLY_SOMETIMES.match(one)
    ]
    assert not missing, "no link leads to:\n" + "\n".join(missing)
    assert sum(len(one.pages) for one in met.values()) > 25


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_keeps_anybody_out(met, browser, system, scheme):
    """Axe, every impact, at both widths; nothing needs scrolling sideways; one main heading."""
    faults = []
    for width in WIDTHS:
        context = browser.new_context(
            base_url=system.url,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            reduced_motion="reduce",
            service_workers="block",
        )
        page = context.new_page()
        most = SAMPLES if (width, scheme) == (360, "light") else 1
        for path in [path for one in met.values() for path in one.pages[:most]]:
            page.goto(path)
            where = f"{path} at {width}, {scheme}"
            found = Axe().run(page)
            assert found["passes"], "axe looked at nothing"
            faults += [
                f"{where}: {rule['id']} {node['target']} {node['html'][:160]}"
                for rule in found["violations"]
                for node in rule["nodes"]
            ]
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if wide > 1:
                faults.append(f"{where}: {wide} px too wide")
            if page.locator("h1").count() != 1:
                faults.append(f"{where}: {page.locator('h1').count()} main headings")
        context.close()
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:60])


def test_every_page_reads_without_scripts_at_double_size(met, browser, system):
    """200 % zoom of a 1280 px window is 640 px of text; no script, no cookie, no other host."""
    faults: list[str] = []
    context = browser.new_context(
        base_url=system.url, viewport={"width": 640, "height": 450}, java_script_enabled=False
    )
    page = context.new_page()
    page.on(
        "request",
        lambda request: (
            faults.append(f"{page.url} asks {request.url}")
            if not request.url.startswith((system.url, "data:"))
            else None
        ),
    )
    for path in [one.pages[0] for one in met.values() if one.pages]:
        answer = page.goto(path)
        policy = answer.headers.get("content-security-policy", "")
        if "default-src 'self'" not in policy or "unsafe" in policy:
            faults.append(f"{path}: policy {policy!r}")
        if not page.locator("h1").first.is_visible():
            faults.append(f"{path}: no heading to see")
        if not page.locator("main").inner_text().strip():
            faults.append(f"{path}: nothing to read")
    assert context.cookies() == []
    context.close()
    assert not faults, "\n".join(faults)


def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser, system):
    context = browser.new_context(base_url=system.url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "noi-dung"
    page.goto("/")
    reached, faults = set(), []
    for _ in range(250):
        page.keyboard.press("Tab")
        look = page.evaluate(
            """() => {
              const one = document.activeElement;
              if (!one || one === document.body) return null;
              const style = getComputedStyle(one);
              return [one.getAttribute('href') || one.tagName + (one.name || ''),
                      style.outlineStyle !== 'none' || style.boxShadow !== 'none'];
            }"""
        )
        if look is None:
            break
        reached.add(look[0])
        if not look[1] and look[0] != "AUDIO":  # its own buttons show their own ring
            faults.append(look[0])
    assert not faults, faults
    wanted = page.eval_on_selector_all(
        "main a[href], footer a[href]", "all => all.map(a => a.getAttribute('href'))"
    )
    assert set(wanted) <= reached
    # The menu opens with the keyboard, and Escape gives it back.
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/tin/"
    page.keyboard.press("Escape")
    assert not page.locator(".menu__all").is_visible()
    context.close()


def test_forced_colours_and_print_lose_nothing(browser, system):
    context = browser.new_context(
        base_url=system.url, viewport={"width": 1280, "height": 800}, forced_colors="active"
    )
    page = context.new_page()
    page.goto("/")
    assert page.locator(".services a").first.is_visible()
    border = page.locator(".services a").first.evaluate("e => getComputedStyle(e).borderTopStyle")
    assert border == "solid"
    page.locator(".lead__title a").click()
    page.emulate_media(media="print")
    assert page.locator(".article__body").is_visible()
    assert page.locator(".qr img").is_visible()
    assert not page.locator(".masthead").is_visible()
    context.close()
