import pytest
from django.test import RequestFactory
from django.urls import reverse

from tiengmo.people.address import client_address

from .factories import PASSWORD, UserFactory


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "203.0.113.9", "127.0.0.1"),  # nobody of ours wrote it
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the left one is what a visitor says
        (2, "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_address_is_what_our_own_proxy_saw(settings, proxies, header, expected):
    settings.PROXIES = proxies
    request = RequestFactory().get("/", headers={"x-forwarded-for": header})
    assert client_address(request) == expected


@pytest.mark.django_db
def test_wrong_passwords_from_elsewhere_lock_nobody_out(client, settings):
    settings.AXES_ENABLED, settings.PROXIES = True, 1
    owner = UserFactory(editor=True)
    page = reverse("wagtailadmin_login")
    for _try in range(settings.AXES_FAILURE_LIMIT + 1):
        wrong = {"username": owner.username, "password": "doan-bua"}
        answer = client.post(page, wrong, headers={"x-forwarded-for": "203.0.113.9"})
    assert answer.status_code == 429
    right = {"username": owner.username, "password": PASSWORD}
    answer = client.post(page, right, headers={"x-forwarded-for": "198.51.100.7"})
    assert answer.status_code == 302
