import pytest
from wagtail.users.models import UserProfile

from tiengmo.people.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

HOME = "/quan-tri/"
LOGIN = "/quan-tri/login/"


def somebody(language, **role):
    user = UserFactory(**role)
    profile = UserProfile.get_for_user(user)
    profile.preferred_language = language
    profile.save()
    return user


def enter_password(client, user, password=PASSWORD):
    return client.post(LOGIN, {"username": user.username, "password": password, "next": HOME})


def test_the_second_factor_speaks_the_language_of_its_person(client):
    enter_password(client, somebody("en", operator=True))
    page = client.get(client.get(HOME).url).content.decode()
    assert '<html lang="en"' in page
    assert "Set up a second factor" in page
    refused = client.post("/quan-tri/xac-thuc/dang-ky/", {"token": "12"}).content.decode()
    assert "The code has exactly 6 digits." in refused


def test_the_browser_remembers_it_for_the_next_sign_in(client):
    person = somebody("en", editor=True)
    signed_in = enter_password(client, person)
    cookie = signed_in.cookies["django_language"]
    assert (cookie.value, cookie["path"], bool(cookie["httponly"])) == ("en", HOME, True)
    client.post("/quan-tri/logout/")
    page = client.get(LOGIN).content.decode()
    assert '<html lang="en"' in page
    assert "User name" in page
    wrong = enter_password(client, person, "wrong").content.decode()
    assert "The user name or the password is wrong." in wrong


@pytest.mark.parametrize("noted", ["en", "xx", "../../en", "vi"])
def test_a_colleague_at_the_same_computer_reads_their_own(client, noted):
    client.cookies["django_language"] = noted
    signed_in = enter_password(client, somebody("", editor=True))
    assert '<html lang="vi"' in client.get(HOME).content.decode()
    if noted == "en":
        assert signed_in.cookies["django_language"].value == ""
    client.post("/quan-tri/logout/")
    assert '<html lang="vi"' in client.get(LOGIN).content.decode()


def test_a_choice_in_the_account_holds_from_the_next_page(client):
    person = somebody("en", editor=True)
    enter_password(client, person)
    profile = UserProfile.get_for_user(person)
    profile.preferred_language = "vi"
    profile.save()
    answer = client.get(HOME)
    assert '<html lang="vi"' in answer.content.decode()
    assert answer.cookies["django_language"].value == "vi"


def test_citizens_pages_stay_vietnamese_and_without_the_cookie(client):
    client.cookies["django_language"] = "en"
    page = client.get("/")
    assert '<html lang="vi"' in page.content.decode()
    assert "django_language" not in page.cookies
