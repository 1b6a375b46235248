from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "tiengmo.releases"
    label = "releases"

    def ready(self) -> None:
        from tiengmo.releases.sounds import is_taken_back
        from tiengmo.speakers.sounds import let_withhold

        let_withhold(is_taken_back)
