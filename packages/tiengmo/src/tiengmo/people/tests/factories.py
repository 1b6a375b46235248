from datetime import date

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from tiengmo.people.models import Role, RoleAssignment, User

PASSWORD = "mat-khau-de-thu-1"


class _UnitFactory(DjangoModelFactory):
    """Stands in where a test of this app needs a unit and nothing of places."""

    class Meta:
        model = "places.Unit"

    code = factory.Sequence(lambda n: f"T{n:05d}")
    name = factory.Sequence(lambda n: f"xã Thử {n}")
    level = "xã"
    valid_from = date(2020, 1, 1)


def make_unit(**fields):
    """A unit, from places' own factory where there is one."""
    try:
        from tiengmo.places.tests.factories import UnitFactory
    except ImportError:
        UnitFactory = _UnitFactory  # noqa: N806
    return UnitFactory(**fields)


class UserFactory(DjangoModelFactory):
    """An account. `UserFactory(editor=unit)` also gives the role there; `editor=True` makes a unit.

    Traits: editor, propagandist, approver, operator, technician, administrator.
    """

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        password_text = PASSWORD

    username = factory.Sequence(lambda n: f"can-bo-{n}")
    full_name = factory.Sequence(lambda n: f"Cán bộ số {n}")
    password = factory.LazyAttribute(lambda made: make_password(made.password_text))

    @classmethod
    def _create(cls, model_class, *args, **fields):
        given = {role: fields.pop(role, None) for role in Role.values}
        asked = {role: unit for role, unit in given.items() if unit}
        home = fields.get("unit")
        for role, unit in asked.items():
            if unit is True:
                home = home or make_unit()
                asked[role] = home
        if home is None and asked:
            home = next(iter(asked.values()))
        if home is not None:
            fields["unit"] = home
        user = super()._create(model_class, *args, **fields)
        for role, unit in asked.items():
            RoleAssignment.objects.create(user=user, role=role, unit=unit)
        return user


def sign_in(client, user):
    """Sign `user` in as if they had shown password and, where they need one, second factor."""
    from django_otp import DEVICE_ID_SESSION_KEY
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from tiengmo.people.queries import must_show_second_factor

    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if must_show_second_factor(user):
        phones = TOTPDevice.objects.filter(user=user, confirmed=True)
        device = phones.first() or TOTPDevice.objects.create(user=user, confirmed=True)
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
    return client
