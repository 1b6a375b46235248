from django.db import migrations

from tiengmo.search.engines import engine_of


def create(apps, editor):
    engine_of(editor.connection.vendor).create(editor)


def drop(apps, editor):
    editor.execute("DROP TABLE search_lexemes")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_what_can_be_found")]
    operations = [migrations.RunPython(create, drop)]
