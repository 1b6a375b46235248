"""What the editor's own page never sends is refused, not a failure of ours."""

import pytest
from django.urls import reverse

from tiengmo.people.tests.factories import sign_in

pytestmark = pytest.mark.django_db

NO_RICH_TEXT = ["x", "[]", "7", '{"blocks": 1}', "{", '{"blocks": [{"text": 1}], "entityMap": {}}']


@pytest.mark.parametrize("body", NO_RICH_TEXT)
def test_a_body_that_is_no_rich_text(client, locality, body):
    sign_in(client, locality.member)
    for name in ("ban-tin:add", "newsroom_propose_script"):
        answer = client.post(reverse(name), {"headline": "Họp thôn", "body": body})
        assert answer.status_code == 400, name
        assert "Yêu cầu không hợp lệ" in answer.content.decode()


@pytest.mark.parametrize("garbage", ["\0", "a\0b", "9" * 400, "'\"><script>", "-1", "{}"])
def test_garbage_in_every_field(client, locality, garbage):
    sign_in(client, locality.member)
    page = client.get(reverse("ban-tin:add"))
    form = page.context["form"]
    names = [form.add_prefix(name) for name in form.fields if name != "body"]
    assert {"headline", "script", "sound", "audience", "channels"} <= set(names)
    sent = dict.fromkeys(names, garbage)
    sent |= {"body": '{"blocks": [], "entityMap": {}}'}
    sent |= {f"editions-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    answer = client.post(reverse("ban-tin:add"), sent)
    assert answer.status_code in {200, 400}
