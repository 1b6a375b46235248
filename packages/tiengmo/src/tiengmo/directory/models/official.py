from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.directory.rules import dialled


class Official(models.Model):
    """Somebody in a public position of a unit, from one day to another.

    Personal data: name, position, the telephone and e-mail of the office held. Telephone and e-mail
    are erased when the term has ended; name, position and dates remain as a public record.
    """

    unit = models.ForeignKey(
        "places.Unit", on_delete=models.PROTECT, related_name="officials", verbose_name=_("đơn vị")
    )
    office = models.ForeignKey(
        "directory.Office",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="officials",
        verbose_name=_("nơi làm việc"),
    )
    name = models.CharField(_("họ và tên"), max_length=120)
    position = models.CharField(_("chức vụ"), max_length=160)
    position_en = models.CharField(_("chức vụ bằng tiếng Anh"), max_length=160, blank=True)
    duties = models.CharField(_("phụ trách"), max_length=300, blank=True)
    phone = models.CharField(_("điện thoại công vụ"), max_length=40, blank=True)
    email = models.EmailField(_("thư điện tử công vụ"), blank=True)
    is_leader = models.BooleanField(_("lãnh đạo"), default=False)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=10)
    valid_from = models.DateField(_("giữ chức vụ từ ngày"), default=timezone.localdate)
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    checked_on = models.DateField(_("kiểm tra ngày"), null=True)
    is_invented = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["order", "pk"]
        indexes = [models.Index(fields=["unit", "order"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="term_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.position}"

    @property
    def dialled(self) -> str:
        return dialled(self.phone)

    @property
    def url(self) -> str:
        return f"/xa/{self.unit.code}/lien-he/#can-bo-{self.pk}"
