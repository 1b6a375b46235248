from django.apps import AppConfig, apps
from django.db.models.signals import post_delete, post_migrate, post_save


class PeopleConfig(AppConfig):
    name = "tiengmo.people"
    label = "people"

    def ready(self) -> None:
        from axes.signals import user_locked_out
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from tiengmo.places.events import unit_succeeded
        from tiengmo.places.rights import let_decide

        from . import permissions, wording
        from .actions.carry_roles_over import carry_roles_over
        from .actions.record_lockout import record_lockout
        from .actions.require_role import why_not_administer
        from .sign_ins import on_signed_in, on_signed_out

        assignment = self.get_model("RoleAssignment")
        post_save.connect(
            permissions.on_assignment_changed, sender=assignment, dispatch_uid="people.assigned"
        )
        post_delete.connect(
            permissions.on_assignment_changed, sender=assignment, dispatch_uid="people.withdrawn"
        )
        # Sent for each app in turn: at the last one, every other app's permissions have their rows.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(
            permissions.sync_groups, sender=last, dispatch_uid="people.sync_groups"
        )
        let_decide(why_not_administer)
        unit_succeeded.connect(carry_roles_over, dispatch_uid="people.carry_roles_over")
        user_locked_out.connect(record_lockout, dispatch_uid="people.locked_out")
        user_logged_in.connect(on_signed_in, dispatch_uid="people.signed_in")
        user_logged_out.connect(on_signed_out, dispatch_uid="people.signed_out")
        wording.name_unnamed_fields()
