"""What an installation sealed with an earlier version is still found and opened by this one."""

from tiengmo.channels.email_followers import sealing as followers
from tiengmo.channels.messages import sealing as texts

KEY = "khoa-cua-may-thu"
NUMBER = (
    "gAAAAABrA3uGArKAxsE7IYqhMWf39naL3zzo4IZvHvA9hq_L9SzRcHlS9EApcp-dHWGKISsdaWodgoFk"
    "ZKZF7sxUhX_LZ0eTLw=="
)
BROWSER = "ccd94e4c55c20c5782e75c86bc13a4f9d606aa76a321528303d6b73d9ad11de0"
ADDRESS = (
    "gAAAAABrA3uGddhNHcZoflgUaPlY18t3jVt5NqRqPC2qvbsWTP8O7SDMqT6loppYph0TpsTOEVEx3TeX"
    "h03n4K1L51deNqdZww=="
)
FOLLOWER = "96f7d5c54be723b28fb5849a1ec75838ebb4a750877dfaa1d37253fb5e08594a"


def test_numbers_and_browsers(settings):
    settings.FOLLOWERS_KEY = KEY
    assert texts.unseal(NUMBER) == "84912345678"
    # Two browsers whose addresses differ in case alone are two.
    assert texts.hash_of("https://push.example.org/Ab") == BROWSER
    assert texts.hash_of("https://push.example.org/ab") != BROWSER


def test_followers_addresses(settings):
    settings.FOLLOWERS_KEY = KEY
    assert followers.unseal(ADDRESS) == "bà@example.vn"
    assert followers.hash_of(" BÀ@Example.vn ") == FOLLOWER
