"""What counts as English on a staff page: the words of the libraries' own texts.

A text is English when it holds a word of Wagtail's (Django's, ...) source texts that is no
Vietnamese syllable. So a page of ours that forgot a translation is found too, as far as it uses
words that any interface uses.
"""

import json
import re
from functools import cache
from pathlib import Path

import django
import django_otp
import taggit
import wagtail
from bs4 import BeautifulSoup, Comment
from tiengmo.foundation.catalogues import LOCALE, read_messages

LIBRARIES = {
    "wagtail": Path(wagtail.__file__).parent,
    "django": Path(django.__file__).parent / "contrib" / "auth",
    "django.conf": Path(django.__file__).parent / "conf",
    "taggit": Path(taggit.__file__).parent,
    "django_otp": Path(django_otp.__file__).parent,
}

# Reviewed: names, units and words that Vietnamese offices write as they are.
ALLOWED = {
    "alt",  # the key
    "api",
    "byte",
    "csv",
    "gb",
    "google",
    "html",
    "http",
    "https",
    "ipv",
    "javascript",
    "json",
    "kb",
    "khmer",
    "ldap",
    "mb",
    "microsoft",
    "email",
    "english",  # the language's own name, where it is chosen
    "url",
    "utc",
    "uuid",
    "wagtail",
    "xlsx",
}
# Vietnamese syllables without diacritics that English has too, beside those of the catalogue.
_SYLLABLES = """
an ban bang bao bay ben bi bo cam can canh cao chat chi chia cho con cong cu dang dat den di do
dong gang gia giao gio giong gom ha hai hang hay hen hon hong im in khi kho khu la lai lam lan
lang lau len loa long lung ma mai man mang manh may minh mo moi mong mua nam nay ngay nghe nhau
no nong oi on pa pham phat pho phong quan ra rang sa sang sao sau sinh so son song ta tai tam
tan tang tay ten tham than thang the them thi tho thu tin to toa toan tong trang tren tri trong
tu tung va vai van vang ve vi vinh voi vui xa xem xin xong xung
"""
_WORD = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?")
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|<[^>]+>|&\w+;|https?://\S+")


def words_of(text):
    return {word.lower() for word in _WORD.findall(_PLACEHOLDER.sub(" ", text))}


@cache
def english_words():
    """Words of the libraries' source texts, without what may be Vietnamese."""
    english = set()
    for folder in LIBRARIES.values():
        for path in folder.rglob("locale/en/LC_MESSAGES/*.po"):
            for message in read_messages(path):
                english |= words_of(message.msgid) | words_of(message.msgid_plural or "")
    vietnamese = set(_SYLLABLES.split())
    for path in LOCALE.glob("vi/LC_MESSAGES/*.po"):
        for message in read_messages(path):
            for text in message.msgstr.values():
                vietnamese |= {word for word in words_of(text) if word.isascii()}
    return {w for w in english if w.isascii() and len(w) > 1} - vietnamese - ALLOWED


# Reviewed: what a provider calls a field where it hands it out; ours stands before the bracket.
THEIR_NAMES = ("app ID", "refresh token", "OA Secret Key", "system_id", "system_type")


@cache
def is_english(text):
    for name in THEIR_NAMES:
        text = text.replace(f" ({name})", "")
    # Addresses, and names for programs ("action-publish", "wagtailcore.page").
    is_name = re.match(r"(/|https?:|otpauth:)\S*$|[a-z]+([-_.][a-z]+)+$", text) is not None
    return not is_name and bool(words_of(text) & english_words())


# Written by people or made of code: not the interface's own words.
_CODE = ["script", "style", "code", "kbd", "svg", "pre", "textarea"]
_ATTRIBUTES = ["aria-label", "aria-description", "title", "placeholder", "alt"]
_LABEL_KEYS = {
    "label",
    "title",
    "text",
    "help_text",
    "helpText",
    "error",
    "verbose_name",
    "message",
}


def texts_of_page(soup):
    """Every text of a page that a person sees or hears; takes the page apart."""
    for script in soup.find_all("script", type="application/json"):
        try:
            yield from _texts_of_json(json.loads(script.string or "null"))
        except ValueError:
            continue
    for tag in soup.find_all(_CODE):
        tag.decompose()
    for tag in soup.find_all(True):
        for name in _ATTRIBUTES:
            if tag.get(name):
                yield str(tag[name])
        if tag.name in {"input", "button"} and tag.get("type") in {"submit", "button", "reset"}:
            yield str(tag.get("value") or "")
        for name, value in tag.attrs.items():
            if name.startswith("data-") and isinstance(value, str):
                if value[:1] in "[{":
                    try:
                        yield from _texts_of_json(json.loads(value))
                    except ValueError:
                        continue
                elif " " in value and re.fullmatch(r"[A-Z][\w ,.'’…!?-]+", value):
                    yield value
    for node in soup.find_all(string=True):
        if not isinstance(node, Comment) and node.strip():
            yield " ".join(node.split())


def _texts_of_json(value, key=""):
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _texts_of_json(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _texts_of_json(item, key)
    elif isinstance(value, str) and key != "CSRF_TOKEN" and (key in _LABEL_KEYS or key.isupper()):
        yield value


def english_on(page):
    soup = BeautifulSoup(page, "html.parser") if isinstance(page, str) else page
    return {text for text in texts_of_page(soup) if is_english(text)}
