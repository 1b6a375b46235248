"""What a phone kept is sent one after the other; one that fails holds up none behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiengmo.outreach.sessions

pytestmark = pytest.mark.journey

SENDING = Path(tiengmo.outreach.sessions.__file__).parent / "static/sessions/sending.js"
# Rows as the phone keeps them, in memory.
SEND = """async (fields) => {
  const waits = [];
  AbortSignal.timeout = (ms) => { waits.push(ms); return new AbortController().signal; };
  const rows = new Map(fields.map((one, at) => [`e${at}`, {
    id: `e${at}`, kind: "session", account: { id: 1 }, fields: one, withdrawn: false,
    revision: 1, problems: null, is_tried: false, made_at: at,
  }]));
  const entries = {
    all: async () => [...rows.values()],
    change: async (id, how) => {
      const after = how(rows.get(id));
      if (after) rows.set(id, after);
      else rows.delete(id);
    },
  };
  const store = { list: () => entries, set: async () => {}, get: async () => null };
  const { sendAll } = await import("/sending.js");
  let failure = "";
  try { await sendAll(store, "/"); } catch (error) { failure = error.constructor.name; }
  return { failure, left: [...rows.keys()], waits };
}"""


@pytest.fixture
def phone(browser):
    """A page that holds nothing but the module; each test says what the server answers."""
    page = browser.new_page(base_url="https://thu.example")
    page.route("**/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.route(
        "**/sending.js",
        lambda route: route.fulfill(body=SENDING.read_text(), content_type="text/javascript"),
    )
    page.route(
        "**/du-lieu/",
        lambda route: route.fulfill(json={"csrf": "x", "now": 0, "account": {"id": 1}, "own": []}),
    )
    page.goto("/")
    yield page
    page.close()


def answering(page, answer):
    """answer: from an entry's number to how the server takes it."""
    page.route("**/gui/", lambda route: answer(route, int(route.request.post_data_json["id"][1:])))


def test_one_that_the_server_chokes_on_holds_up_none_behind_it(phone):
    def answer(route, number):
        if number == 1:
            route.fulfill(status=500, body="<h1>Server Error</h1>", content_type="text/html")
        else:
            route.fulfill(json={"own": []})

    answering(phone, answer)
    done = phone.evaluate(SEND, [{"headcount": n} for n in range(4)])
    # It is told, and stays.
    assert (done["left"], done["failure"]) == (["e1"], "Error")


def test_without_a_network_or_a_sign_in_the_rest_waits(phone):
    asked = []

    def answer(route, number):
        asked.append(number)
        if number == 0:
            route.fulfill(status=401, json={"error": "Hãy đăng nhập lại."})
        else:
            route.fulfill(json={"own": []})

    answering(phone, answer)
    done = phone.evaluate(SEND, [{}, {}])
    assert (done["left"], done["failure"], asked) == (["e0", "e1"], "SignIn", [0])
    phone.unroute("**/gui/")
    phone.route("**/gui/", lambda route: route.abort())
    done = phone.evaluate(SEND, [{}, {}])
    assert (done["left"], done["failure"]) == (["e0", "e1"], "TypeError")


def test_a_drive_with_its_way_is_given_the_time_that_its_size_takes(phone):
    answering(phone, lambda route, _number: route.fulfill(json={"own": []}))
    done = phone.evaluate(SEND, [{}, {"track": "x" * 4_000_000}])
    _given, small, large = done["waits"]
    assert 30_000 <= small < 31_000
    assert large >= 1_000_000
    assert done["left"] == []
