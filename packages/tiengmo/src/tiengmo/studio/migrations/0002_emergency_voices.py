import django.db.models.deletion
import django.utils.timezone
import speaker_link.envelope
from django.conf import settings
from django.db import migrations, models

PERSON = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+"}


class Migration(migrations.Migration):
    dependencies = [
        ("studio", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EmergencyVoice",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=speaker_link.envelope.new_id,
                        editable=False,
                        max_length=64,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("areas", models.JSONField(default=list)),
                ("title", models.CharField(max_length=300, verbose_name="nói về việc gì")),
                ("minutes", models.PositiveSmallIntegerField()),
                ("texts", models.JSONField(default=list)),
                ("kid", models.CharField(max_length=64)),
                ("streams_used", models.PositiveSmallIntegerField(default=0)),
                ("asker_name", models.CharField(max_length=200)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("seconder_name", models.CharField(blank=True, max_length=200)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                ("asker", models.ForeignKey(to=settings.AUTH_USER_MODEL, **PERSON)),
                (
                    "seconder",
                    models.ForeignKey(
                        blank=True, null=True, to=settings.AUTH_USER_MODEL, **PERSON
                    ),
                ),
                ("station", models.ForeignKey(to="places.unit", **PERSON)),
                (
                    "takeover",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="emergency",
                        to="studio.livetakeover",
                    ),
                ),
            ],
            options={
                "verbose_name": "lời nói khẩn cấp",
                "verbose_name_plural": "lời nói khẩn cấp",
                "ordering": ["-asked_at"],
            },
        ),
    ]
