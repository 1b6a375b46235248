from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from running_system import ROOT, System, running_system

from .pages import Staff, Visitor
from .portal.readers import KINDS, NAMES, Reader

CHROMIUM = Path("/usr/bin/chromium")
# One for each of the 21 communes, and a second one for every second commune.
BOXES = 32
# The machine may be busy with everything else that is tested at the same time.
PATIENCE_MS = 20_000 if os.environ.get("TIENGMO_JOURNEYS_HOME") else 60_000


@pytest.fixture(scope="package")
def system(tmp_path_factory):
    """A running demo with loudspeakers in every commune; the journeys share it.

    TIENGMO_JOURNEYS_HOME names the home of a demo that already runs, to try pages while they are
    being written.
    """
    if at_hand := os.environ.get("TIENGMO_JOURNEYS_HOME"):
        yield System(Path(at_hand), {**os.environ, "TIENGMO_HOME": at_hand})
        return
    home = tmp_path_factory.mktemp("journeys")
    with running_system(home, boxes=BOXES, output="null") as system:
        yield system


@pytest.fixture(scope="session")
def pictures():
    folder = ROOT / "var" / "journeys"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def browser():
    """One browser a module: its event loop would stand in the way of other folders' tests."""
    if not CHROMIUM.exists():
        pytest.skip("needs /usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, system):
    """Open a browser of somebody's own; a page that throws an error fails the journey."""
    contexts, errors = [], []

    def open_one():
        context = browser.new_context(
            base_url=system.url,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            viewport={"width": 1280, "height": 900},
            permissions=["microphone"],
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error.stack}"))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not errors, "\n".join(errors)


@pytest.fixture
def attempt(request):
    """Ends a headline: what a first try left in the shared demo is not what the second looks for."""
    return " (lần hai)" if getattr(request.node, "execution_count", 1) > 1 else ""


@pytest.fixture
def faults():
    found: list[str] = []
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def sign_in(visit, pictures, faults):
    """Sign somebody of the demo in, as they do it, in a browser of their own."""

    def as_user(username: str) -> Staff:
        staff = Staff(visit(), pictures, faults)
        staff.sign_in(username)
        return staff

    return as_user


@pytest.fixture
def citizen(visit, pictures, faults):
    return Visitor(visit(), pictures, faults)


@pytest.fixture
def reader_of(browser, system, pictures):
    """Make a reader of one kind; a page that throws an error fails the journey."""
    contexts, errors = [], []

    def make(width, height, has_scripts, name):
        context = browser.new_context(
            base_url=system.url,
            viewport={"width": width, "height": height},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            java_script_enabled=has_scripts,
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error.stack}"))
        return Reader(page, has_scripts, pictures, name)

    yield make
    cookies = [cookie for context in contexts for cookie in context.cookies()]
    for context in contexts:
        context.close()
    assert not errors, "\n".join(errors)
    assert not cookies, cookies


@pytest.fixture(params=list(zip(KINDS, NAMES, strict=True)), ids=NAMES)
def reader(request, reader_of):
    """Each kind of reader in turn: phone and desk, with scripts and without."""
    kind, name = request.param
    return reader_of(*kind, name)
