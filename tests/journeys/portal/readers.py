"""Readers as they come: on an old phone or at a desk, with scripts or without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

# (width, height, are there scripts), and what a test is called by.
KINDS = [(360, 740, True), (360, 740, False), (1280, 900, True), (1280, 900, False)]
NAMES = ["phone", "phone-no-scripts", "desk", "desk-no-scripts"]
WIDER_THAN_ITS_WINDOW = "document.documentElement.scrollWidth - window.innerWidth"


@dataclass
class Reader:
    """Somebody in front of the portal, with a browser of their own."""

    page: Page
    has_scripts: bool
    pictures: Path
    name: str

    def open(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"

    def sees(self, heading: str) -> None:
        expect(self.page.locator("h1")).to_have_text(heading)

    def leaves_a_picture(self, what: str) -> None:
        """Nothing reaches beyond the window; and a picture of it."""
        assert self.page.evaluate(WIDER_THAN_ITS_WINDOW) <= 1, f"{self.page.url}: too wide"
        self.page.screenshot(path=self.pictures / f"{what}-{self.name}.png")

    def reads_anew(self, path: str) -> int:
        """Ask past the browser's own copy, which may be half a minute old; give the status."""
        self.page.goto(path)
        answer = self.page.reload()
        assert answer is not None
        return answer.status

    def waits_until(self, path: str, name: str, *, is_there: bool = True) -> Locator:
        """Ask for a page anew until a link of this name stands there, or no longer does."""
        link = self.page.get_by_role("link", name=name, exact=True)
        for _ in range(150):
            self.reads_anew(path)
            if bool(link.count()) is is_there:
                return link.first
            self.page.wait_for_timeout(500)
        raise AssertionError(f"{path}: {name} is {'not' if is_there else 'still'} there")

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path
