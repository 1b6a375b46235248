"""One person cannot keep the machine speaking: an hour's and a day's characters are counted."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.voices.actions import speak
from tiengmo.voices.errors import TooMuchSpeech
from tiengmo.voices.models import Sound, SpeechRequest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limits(settings):
    settings.SPEECH_PERSON_HOUR = 100
    settings.SPEECH_UNIT_DAY = 250


@pytest.fixture
def member():
    return UserFactory(editor=True)


def sixty(word):
    return f"{word} " * (60 // (len(word) + 1))


def test_an_hours_characters_and_then_a_clear_refusal(member):
    speak(sixty("một"), language="vi", by=member)
    with pytest.raises(TooMuchSpeech) as refusal:
        speak(sixty("hai"), language="vi", by=member)
    again = timezone.localtime() + timedelta(hours=1)
    assert f"{again:%H:%M}" in str(refusal.value)
    assert "100 ký tự" in str(refusal.value).replace("nhiều nhất là 100", "100 ký tự")
    assert Sound.objects.count() == 1  # the refused text leaves nothing behind


def test_words_spoken_before_cost_nothing(member):
    for _ in range(5):
        speak(sixty("một"), language="vi", by=member)
    assert SpeechRequest.objects.count() == 1


def test_an_hour_later_it_goes_on_and_old_rows_are_erased(member):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        speak(sixty("một"), language="vi", by=member)
        clock.shift(timedelta(minutes=61))
        speak(sixty("hai"), language="vi", by=member)
        clock.shift(timedelta(days=3))
        speak(sixty("ba"), language="vi", by=member)
    assert SpeechRequest.objects.count() == 1


def test_one_unit_has_one_days_allowance_and_others_theirs(member):
    colleagues = [UserFactory(editor=True, unit=member.unit) for _ in range(4)]
    for number, colleague in enumerate(colleagues):
        speak(sixty(f"từ{'abcd'[number]}"), language="vi", by=colleague)
    with pytest.raises(TooMuchSpeech, match="Đơn vị"):
        speak(sixty("thêm"), language="vi", by=member)
    stranger = UserFactory(editor=True)
    assert stranger.unit_id != member.unit_id
    speak(sixty("khác"), language="vi", by=stranger)


def test_what_nobody_asked_for_is_not_counted():
    for word in ("một", "hai", "ba", "bốn", "năm"):
        speak(sixty(word), language="vi")
    assert Sound.objects.count() == 5


def test_one_long_text_is_not_refused_for_its_length(member):
    speak(sixty("dài") * 3, language="vi", by=member)
    assert SpeechRequest.objects.get().characters > 100


def test_the_staff_page_says_when_to_try_again(client, member):
    sign_in(client, member)
    address = reverse("voices_staff:speak")
    assert client.post(address, {"text": sixty("một")}).status_code == 200
    answer = client.post(address, {"text": sixty("hai")})
    assert answer.status_code == 429
    assert "Hãy thử lại từ" in answer.json()["error"]
