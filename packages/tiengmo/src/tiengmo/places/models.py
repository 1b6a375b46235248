from django.db import models
from django.utils.translation import gettext_lazy as _


class Unit(models.Model):
    """An administrative unit as it stood between two dates. Personal data: none.

    `level` is data (province, district, commune, ...): nothing in code depends on which levels a
    country has this year. A unit that ends keeps its name and code for ever; `UnitSuccession` says
    who took it over. A carry-over is often entered after its date, so besides the dates that hold
    in law (`valid_from`, `valid_to`) a unit keeps when this system learned of them (`opened_at`,
    `closed_at`): a release made in between still means the unit its clearer saw.
    """

    code = models.CharField(_("mã đơn vị"), max_length=20)
    name = models.CharField(_("tên"), max_length=200)
    level = models.CharField(_("cấp"), max_length=40)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    valid_from = models.DateField(_("có hiệu lực từ"))
    valid_to = models.DateField(_("có hiệu lực đến hết"), null=True, blank=True)
    legal_basis = models.CharField(_("căn cứ pháp lý"), max_length=300, blank=True)
    # Loaded as a successor, and no carry-over has opened it yet: not in force on any day.
    is_planned = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    geometry = models.JSONField(null=True, blank=True)  # GeoJSON geometry, WGS 84
    west = models.FloatField(null=True, blank=True)
    south = models.FloatField(null=True, blank=True)
    east = models.FloatField(null=True, blank=True)
    north = models.FloatField(null=True, blank=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        ordering = ["code", "valid_from"]
        constraints = [
            # A code may be reused by a successor (02683 was a town, then a commune).
            models.UniqueConstraint(fields=["code", "valid_from"], name="unit_code_from"),
        ]

    def __str__(self) -> str:
        return self.name


class UnitSuccession(models.Model):
    """On `on`, `successor` takes over (part of) `predecessor`. Personal data: none.

    It is a plan until a carry-over has been done (`carried_at`). Where a unit was divided, the
    row with the lowest id is the one that continues it.
    """

    predecessor = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="predecessions")
    on = models.DateField()
    legal_basis = models.CharField(max_length=300)
    carried_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="one_succession"),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class Village(models.Model):
    """A village, hamlet or residential group (thôn, bản, tổ dân phố): where households are counted.

    Personal data: none (households and population are counts).
    """

    code = models.CharField(_("mã thôn"), max_length=30, unique=True)
    name = models.CharField(_("tên"), max_length=200)
    kind = models.CharField(_("loại"), max_length=40, default="thôn")
    # The unit it belongs to today; VillageMembership keeps the history.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="villages")
    households = models.PositiveIntegerField(_("số hộ"))
    population = models.PositiveIntegerField(_("số dân"))
    # Language tags (BCP 47: vi, hmn, ium, pcc, ...) in the order this village prefers them.
    languages = models.JSONField(_("ngôn ngữ"), default=list)
    latitude = models.FloatField()
    longitude = models.FloatField()
    geometry = models.JSONField(null=True, blank=True)
    is_dead_zone = models.BooleanField(_("vùng lõm sóng"), default=False)
    is_invented = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class VillageMembership(models.Model):
    """Which unit a village belonged to between two dates (inclusive). Personal data: none."""

    village = models.ForeignKey(Village, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["village", "valid_from"], name="one_membership_from"),
        ]

    def __str__(self) -> str:
        return f"{self.village} ∈ {self.unit}"
