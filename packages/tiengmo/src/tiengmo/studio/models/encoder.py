from django.db import models
from django.utils import timezone


class Encoder(models.Model):
    """The password with which a station's own encoder (butt, OBS, ffmpeg) may push sound.

    Only its hash is kept. Personal data: the printed name of who made it.
    """

    station = models.OneToOneField(
        "places.Unit", on_delete=models.CASCADE, primary_key=True, related_name="encoder"
    )
    password_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)
    made_by_name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return str(self.station)
