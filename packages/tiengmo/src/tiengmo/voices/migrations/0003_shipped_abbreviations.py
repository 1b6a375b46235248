from django.db import migrations


def seed(apps, schema_editor):
    """Show staff the shipped readings, so that they can change them."""
    from tiengmo.voices.speech.abbreviations import default_abbreviations

    Abbreviation = apps.get_model("voices", "Abbreviation")
    Abbreviation.objects.bulk_create(
        [
            Abbreviation(abbreviation=written, spoken=spoken)
            for written, spoken in default_abbreviations().items()
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):

    dependencies = [
        ("voices", "0002_abbreviations"),
    ]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
