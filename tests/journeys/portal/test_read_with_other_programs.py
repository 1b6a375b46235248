"""Feed readers, podcast players and crawlers read what we write, as their own rules have it.

feedparser reads the feeds, libxml2 the sitemap by the protocol's grammar, and Python's own
robotparser says what crawlers may open. What is stated is then asked for: every address of the
sitemap, every entry's page, every sound's length and type.
"""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import feedparser
import httpx
import pytest
from lxml import etree
from PIL import Image

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demos")]

FEED_TYPES = ("application/rss+xml", "application/atom+xml")
# Pages that name feeds of every kind; communes, stations and categories are found from them.
BEGIN_AT = ("/", "/tin/", "/van-ban/", "/canh-bao/", "/nghe/", "/theo-doi/?xa=02701")
LEADS_ON = re.compile(r"^/(xa|nghe|chuyen-muc)/[\w-]+/$")
OF_EACH_KIND = 3
RFC_822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}"
)
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
# sitemaps.org: no more addresses and bytes than this in one map.
MOST_ADDRESSES, MOST_BYTES = 50_000, 50 * 1024 * 1024
OK = 200


class Named(HTMLParser):
    """Feeds that a page names for programs, or links for people; and its other links."""

    def __init__(self) -> None:
        super().__init__()
        self.feeds: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        target = told.get("href") or ""
        if tag == "link" and told.get("rel") == "alternate" and told.get("type") in FEED_TYPES:
            self.feeds.add(target)
        elif tag == "a":
            of_feed = target.endswith((".xml", ".rss", ".atom")) and "/cap/" not in target
            (self.feeds if of_feed else self.links).add(target)


@pytest.fixture(scope="module")
def client(system):
    with httpx.Client(base_url=system.url, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def feeds(client, system):
    """Every feed that is named by pages of every kind, by address."""
    waiting, opened, found = list(BEGIN_AT), {}, set()
    while waiting:
        path = waiting.pop(0)
        named = Named()
        named.feed(client.get(path).text)
        found |= {urlsplit(urljoin(system.url, one)).path for one in named.feeds}
        for link in sorted(urlsplit(one).path for one in named.links if one.startswith("/")):
            kind = LEADS_ON.match(link)
            if kind and link not in opened.setdefault(kind[1], []):
                opened[kind[1]].append(link)
                if len(opened[kind[1]]) <= OF_EACH_KIND:
                    waiting.append(link)
    assert len(found) > len(BEGIN_AT), found
    return {path: client.get(path) for path in sorted(found)}


def of(feeds, pattern):
    chosen = {path: answer for path, answer in feeds.items() if re.search(pattern, path)}
    assert chosen, f"no feed named {pattern}"
    return chosen


def test_every_feed_is_read_without_a_complaint(feeds, client, system):
    faults, opened = [], {}
    for path, answer in feeds.items():
        read = feedparser.parse(answer.content, response_headers=dict(answer.headers))
        if answer.status_code != OK or read.bozo:
            faults.append(f"{path}: {answer.status_code} {read.get('bozo_exception')}")
            continue
        if read.version not in ("rss20", "atom10") or read.encoding.lower() != "utf-8":
            faults.append(f"{path}: {read.version} {read.encoding}")
        if not (read.feed.get("title") and read.feed.get("link")):
            faults.append(f"{path}: no title or link")
        own = [link.href for link in read.feed.links if link.rel == "self"]
        if [urlsplit(one).path for one in own] != [path]:
            faults.append(f"{path}: says it is at {own}")
        if len({entry.id for entry in read.entries}) != len(read.entries):
            faults.append(f"{path}: two entries of one id")
        for entry in read.entries:
            if not entry.get("title") or not (entry.get("published") or entry.get("updated")):
                faults.append(f"{path}: {entry.id} has no title or date")
            if entry.link not in opened:
                opened[entry.link] = client.get(entry.link).status_code
            if opened[entry.link] != OK or not entry.link.startswith(system.url):
                faults.append(f"{path}: {entry.link} {opened[entry.link]}")
    assert opened, "no feed had an entry"
    assert not faults, "\n".join(faults)


def test_dates_are_written_as_rss_has_them(feeds):
    seen = 0
    for path, answer in of(feeds, r"(rss|podcast)\.?(xml)?$").items():
        for name in ("pubDate", "lastBuildDate"):
            for element in etree.fromstring(answer.content).iter(name):
                seen += 1
                assert RFC_822.fullmatch(element.text), f"{path}: {element.text}"
    assert seen


def test_every_sound_is_as_long_and_of_the_type_that_is_stated(feeds, client):
    stated = {}
    for path, answer in of(feeds, "rss.xml|podcast.xml").items():
        for one in etree.fromstring(answer.content).iter("enclosure"):
            stated[one.get("url")] = (path, one.get("length"), one.get("type"))
    assert stated
    for url, (path, length, media_type) in stated.items():
        answer = client.head(url)
        told = (
            answer.status_code,
            answer.headers["content-length"],
            answer.headers["content-type"],
        )
        assert told == (OK, length, media_type), f"{path}: {url}"


def test_podcasts_have_what_directories_ask_for(feeds, client):
    """Apple's requirements for RSS: channel and episode tags, a square picture of 1400–3000 px."""
    for path, answer in of(feeds, "podcast.xml").items():
        channel = etree.fromstring(answer.content).find("channel")
        for name in ("title", "link", "description", "language", f"{ITUNES}author"):
            assert (channel.findtext(name) or "").strip(), f"{path}: {name}"
        assert channel.findtext(f"{ITUNES}explicit") in ("true", "false"), path
        assert channel.findtext(f"{ITUNES}type") in ("episodic", "serial"), path
        assert channel.find(f"{ITUNES}category").get("text") == "Government", path
        assert channel.find(ATOM_LINK).get("rel") == "self", path
        cover = client.get(channel.find(f"{ITUNES}image").get("href"))
        picture = Image.open(io.BytesIO(cover.content))
        assert picture.format in ("PNG", "JPEG"), path
        # Colours, of a palette or not, and nothing to see through.
        assert picture.mode in ("RGB", "P"), path
        assert "transparency" not in picture.info, path
        assert picture.width == picture.height, path
        assert 1400 <= picture.width <= 3000, path
        assert len(channel.findall("item")) > 0, path
        for item in channel.iter("item"):
            assert item.findtext("title").strip(), path
            assert item.findtext("guid").strip(), path
            assert int(item.findtext(f"{ITUNES}duration")) > 0, path
            assert len(item.findall("enclosure")) == 1, path


@pytest.fixture(scope="module")
def sitemap(client):
    """Every address of the sitemap, found as a crawler does: from robots.txt on."""
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").text.splitlines())
    rules = etree.RelaxNG(etree.parse(Path(__file__).with_name("sitemap_rules.rng")))
    (index,) = robots.site_maps()
    maps, addresses = [index], []
    for one in maps:
        answer = client.get(one)
        assert answer.headers["content-type"].startswith("application/xml"), one
        assert len(answer.content) <= MOST_BYTES, one
        root = etree.fromstring(answer.content)
        rules.assertValid(root)
        places = [element.text for element in root.iter("{*}loc")]
        assert len(places) <= MOST_ADDRESSES, one
        if etree.QName(root).localname == "sitemapindex":
            maps += places
        else:
            addresses += places
    return robots, maps, addresses


def test_the_sitemap_keeps_the_protocols_rules(sitemap, system):
    _robots, maps, addresses = sitemap
    assert len(maps) > len({"ban-tin", "van-ban", "thu-tuc"})
    assert len(addresses) == len(set(addresses)), "an address twice"
    assert not [one for one in addresses if not one.startswith(f"{system.url}/")]
    paths = {urlsplit(one).path for one in addresses}
    for pattern in (
        "/tin/.+",
        "/thu-tuc/.+",
        "/van-ban/.+",
        "/hoi-dap/.+",
        "/su-kien/.+",
        "/xa/.+",
    ):
        assert any(re.fullmatch(pattern, path) for path in paths), pattern


def test_a_crawler_may_open_every_address_and_finds_what_is_worth_keeping(sitemap, client):
    robots, _maps, addresses = sitemap
    faults = []
    for url in addresses:
        answer = client.get(url)
        noindex = re.search(r'<meta name="robots" content="[^"]*noindex', answer.text)
        if answer.status_code != OK or noindex:
            faults.append(f"{url}: {answer.status_code} {noindex and noindex[0]}")
        if not robots.can_fetch("*", url):
            faults.append(f"{url}: robots.txt forbids it")
        canonical = re.search(r'<link rel="canonical" href="([^"]+)"', answer.text)
        if canonical and canonical[1] != url:
            faults.append(f"{url}: says its address is {canonical[1]}")
    assert not faults, "\n".join(faults)
