"""What people do on the pages, in their words, and how the pages look to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect
from tiengmo.config.demo.locality import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

WIDTHS = (1280, 360)
REVIEW = re.compile(r"/ban-tin/\d+/$")
GRAVE = ("serious", "critical")
# Nothing may need scrolling sideways, except what scrolls inside a frame of its own.
_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const frames = (one) => {
    for (let up = one.parentElement; up && !up.matches('.content-wrapper'); up = up.parentElement) {
      if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(up).overflowX)) return true;
    }
    return false;
  };
  // The staff interface keeps its own drawers beyond the edge.
  return [...document.querySelectorAll('main *, header *, footer *')]
    .filter((one) => !one.closest('.form-side, .w-dialog, .w-minimap'))
    .filter((one) => one.getBoundingClientRect().right > width + 1 && one.checkVisibility())
    .filter((one) => !frames(one))
    .slice(0, 4).map((one) => one.outerHTML.slice(0, 120)).join(' | ');
}"""
_IS_SHOWN = "selector => document.querySelector(selector)?.checkVisibility() ?? true"
# Staff pages scroll inside the window: a picture of the whole page needs a window that tall.
_HEIGHT = """() => {
  const frame = document.querySelector('.content-wrapper');
  return frame ? frame.getBoundingClientRect().top + frame.scrollHeight : 0;
}"""


@dataclass
class Visitor:
    page: Page
    pictures: Path
    # What was found on any page so far; the journey goes on, and fails at its end.
    faults: list[str]

    def open(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"

    def find(self, path: str, name: str, *, is_there: bool = True) -> Locator:
        """Ask for a page anew until a link of this name stands there (or is gone)."""
        link = self.page.get_by_role("link", name=name, exact=True)
        for _ in range(120):
            self.open(path)
            # Past the browser's own copy, which may be half a minute old.
            self.page.reload()
            if bool(link.count()) is is_there:
                return link.first
            self.page.wait_for_timeout(1000)
        raise AssertionError(f"{path}: {name} is {'not' if is_there else 'still'} there")

    def look(self, name: str) -> None:
        """Leave a picture at both widths; nothing may be cut off or shut anybody out."""
        for width in WIDTHS:
            self._show_at(width)
            if tall := self.page.evaluate(_HEIGHT):
                self.page.set_viewport_size({"width": width, "height": max(740, int(tall))})
            self.page.screenshot(path=self.pictures / f"{name}-{width}.png", full_page=True)
            if wide := self.page.evaluate(_TOO_WIDE):
                self.faults.append(f"{name} at {width}: {wide}")
            self.faults += [f"{name} at {width}: {fault}" for fault in self._barriers()]
        self._show_at(WIDTHS[0])

    def glance(self, name: str) -> None:
        """Leave a picture of what the window shows, of a page that is longer than a picture."""
        for width in reversed(WIDTHS):
            self._show_at(width)
            self.page.screenshot(path=self.pictures / f"{name}-{width}.png")

    def _show_at(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 900 if width > 400 else 740})
        # The menu slides away on a narrow window, and takes a moment to do so.
        self.page.wait_for_timeout(500)

    def _barriers(self) -> list[str]:
        found = Axe().run(self.page)
        assert found["passes"], "axe looked at nothing"
        return [
            f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:160]}"
            for rule in found["violations"]
            if rule["impact"] in GRAVE
            for node in rule["nodes"]
            # This axe still looks into what is folded away.
            if self.page.evaluate(_IS_SHOWN, node["target"][0])
        ]

    def hear(self, player: Locator) -> float:
        """Play a sound until something has come out of it; give its length in seconds."""
        player.evaluate("audio => audio.play()")
        self.page.wait_for_function(
            "audio => audio.currentTime > 0.3 && Number.isFinite(audio.duration)",
            arg=player.element_handle(),
        )
        player.evaluate("audio => audio.pause()")
        return float(player.evaluate("audio => audio.duration"))


@dataclass
class Staff(Visitor):
    """Somebody of the staff, at their own browser."""

    def sign_in(self, username: str) -> None:
        self.open("/quan-tri/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.get_by_role("button", name="Đăng nhập").click()
        self.page.wait_for_url("**/quan-tri/")

    def write(self, *, headline: str, article: str, script: str = "", short: str = "") -> None:
        """Fill the editor's form; without a script the proposed one is taken."""
        page = self.page
        self.open("/quan-tri/ban-tin/add/")
        page.locator("#id_headline").fill(headline)
        page.locator("[contenteditable=true]").first.click()
        page.keyboard.insert_text(article)
        if script:
            page.locator("#id_script").fill(script)
        else:
            page.get_by_role("button", name="Đề xuất lời đọc từ bài viết").click()
            expect(page.locator("#id_script")).not_to_have_value("")
        page.locator("#id_short_text").fill(short)

    def choose_area(self, name: str) -> str:
        """Tick one area and nothing else, found by typing; give what the tree then adds up."""
        tree = self.page.locator("[data-area-tree]")
        whole = tree.locator("> ul > li > label input").first
        whole.check()
        whole.uncheck()
        tree.locator("[data-area-filter] input").fill(name)
        tree.locator("label:visible").filter(has_text=name).locator("input").first.check()
        return str(tree.locator(".area-tree__total").inner_text())

    def choose_channels(self, *names: str) -> None:
        for box in self.page.locator("input[name=channels]").all():
            box.uncheck()
        for name in names:
            self.page.get_by_label(name, exact=True).check()

    def let_the_machine_speak(self) -> Locator:
        """Have the script spoken; give the player once there is sound."""
        widget = self.page.locator("[data-sound-widget]").first
        widget.get_by_role("button", name="Máy đọc lời đọc").click()
        expect(widget.locator("[data-sound-state]")).to_contain_text("Sẵn sàng")
        return widget.locator("[data-sound-player]")

    def send_for_review(self) -> str:
        """Send it on its route; give the address of its review page."""
        self.page.get_by_role("button", name="Lưu và gửi duyệt").click()
        self.page.wait_for_url(REVIEW)
        expect(self.page.locator(".messages")).to_contain_text("Đã gửi duyệt")
        return urlsplit(self.page.url).path

    def clear(self, review: str) -> None:
        self.open(review)
        self.page.get_by_role("button", name="Duyệt", exact=True).click()
        expect(self.page.get_by_text("Đã duyệt").first).to_be_visible()
