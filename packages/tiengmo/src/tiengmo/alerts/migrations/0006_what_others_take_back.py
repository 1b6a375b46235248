from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0005_proposals_a_feed_and_place"),
    ]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="is_end",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="proposal",
            name="replaces",
            field=models.JSONField(default=list),
        ),
    ]
