from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from speaker_link.envelope import new_id


class EmergencyVoice(models.Model):
    """A voice over everything: signed by the person who will speak, seconded by another or not.

    `texts` are the very bytes that boxes judge: one for each stream that may be needed (a playout
    process that was killed begins another), and last the word that it is over. Nothing here can
    sign one more. Personal data: the printed names of both people, kept with the station's log.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    station = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="+")
    areas = models.JSONField(default=list)
    title = models.CharField(_("nói về việc gì"), max_length=300)
    minutes = models.PositiveSmallIntegerField()
    texts = models.JSONField(default=list)
    # Whose key signs the sound: the station's, as both people's signatures say.
    kid = models.CharField(max_length=64)
    streams_used = models.PositiveSmallIntegerField(default=0)
    asker = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asker_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField(default=timezone.now)
    seconder = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seconder_name = models.CharField(max_length=200, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    takeover = models.OneToOneField(
        "studio.LiveTakeover",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="emergency",
    )

    class Meta:
        ordering = ["-asked_at"]
        verbose_name = _("lời nói khẩn cấp")
        verbose_name_plural = _("lời nói khẩn cấp")

    def __str__(self) -> str:
        return self.title
