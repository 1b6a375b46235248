from django.apps import AppConfig


class VoicesConfig(AppConfig):
    name = "tiengmo.voices"
    label = "voices"

    def ready(self) -> None:
        from tiengmo.people.models import Role
        from tiengmo.people.permissions import permit

        dictionary = [f"voices.{verb}_abbreviation" for verb in ("add", "change", "delete", "view")]
        # The dictionary is the whole installation's: editors know best what their readers say.
        for role in (Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR):
            permit(role, *dictionary)
