"""What each role may do in Wagtail's own screens, as Django groups that follow RoleAssignment.

Groups and not a permission backend, because Wagtail asks the groups' rows themselves: rights on
collections of images and documents, and the list of people who may do a thing. These permissions
open screens; what may be done to which unit's bulletin or loudspeaker, actions ask `require_role`.
"""

from collections import defaultdict
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from .models import Role, RoleAssignment, User

_PERMISSIONS: defaultdict[str, set[str]] = defaultdict(set)
_COLLECTION_PERMISSIONS: defaultdict[str, set[str]] = defaultdict(set)


def permit(role: str, *permissions: str) -> None:
    """Give everyone who holds `role` anywhere these permissions ("app.codename").

    Called from an AppConfig's `ready`; taken over by the next `migrate`.
    """
    _PERMISSIONS[role].update(permissions)


def permit_on_collections(role: str, *permissions: str) -> None:
    """The same for images and documents, whose rights Wagtail keeps on collections."""
    _COLLECTION_PERMISSIONS[role].update(permissions)


for _role in Role.values:
    permit(_role, "wagtailadmin.access_admin")
for _role in (Role.EDITOR, Role.APPROVER):
    permit_on_collections(
        _role,
        "wagtailimages.add_image",
        "wagtailimages.choose_image",
        "wagtaildocs.add_document",
        "wagtaildocs.choose_document",
    )


def group_name(role: str) -> str:
    return f"Vai trò: {Role(role).label}"


def _rows(names: set[str]) -> "list[Permission]":
    if not names:
        return []
    wanted = Q()
    for name in names:
        app_label, _, codename = name.partition(".")
        wanted |= Q(content_type__app_label=app_label, codename=codename)
    return list(Permission.objects.filter(wanted))


@transaction.atomic
def sync_groups(**_signal: Any) -> None:
    """Make the groups what `permit` said, and everyone's groups what their roles say."""
    from wagtail.models import Collection, GroupCollectionPermission

    root = Collection.get_first_root_node()
    for role in Role.values:
        group, _ = Group.objects.get_or_create(name=group_name(role))
        group.permissions.set(_rows(_PERMISSIONS[role]))
        if root is None:
            continue
        on_collections = _rows(_COLLECTION_PERMISSIONS[role])
        given = GroupCollectionPermission.objects.filter(group=group, collection=root)
        given.exclude(permission__in=on_collections).delete()
        for permission in on_collections:
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=root, permission=permission
            )
    for user in User.objects.filter(
        Q(assignments__isnull=False) | Q(groups__name__in=[group_name(r) for r in Role.values])
    ).distinct():
        follow_roles(user)


def follow_roles(user: User) -> None:
    """Put `user` into the groups of the roles they hold, and out of the others."""
    held = set(RoleAssignment.objects.filter(user=user).values_list("role", flat=True))
    wanted = {group_name(role) for role in held}
    has = set(
        user.groups.filter(name__in=[group_name(r) for r in Role.values]).values_list(
            "name", flat=True
        )
    )
    if wanted == has:
        return
    for name in wanted - has:
        Group.objects.get_or_create(name=name)
    user.groups.add(*Group.objects.filter(name__in=wanted - has))
    user.groups.remove(*Group.objects.filter(name__in=has - wanted))
    # Django and Wagtail keep what they read on the instance.
    for cached in ("_perm_cache", "_group_perm_cache", "_user_perm_cache"):
        user.__dict__.pop(cached, None)


def on_assignment_changed(instance: RoleAssignment, **_signal: Any) -> None:
    try:
        follow_roles(instance.user)
    except User.DoesNotExist:
        return  # the account itself is being removed
