"""Where pledges of more than one wording stand is derived anew: a target that a later wording left out still counts."""

from datetime import date

from django.db import migrations

LONG_AGO = date(2000, 1, 1)


def judge_anew(apps, schema_editor):
    standing = apps.get_model("progress", "Standing").objects
    standing.filter(valid_to=None, pledge__current__n__gt=1).update(next_on=LONG_AGO)


class Migration(migrations.Migration):

    dependencies = [
        ("progress", "0005_other_registries"),
    ]

    operations = [
        migrations.RunPython(judge_anew, migrations.RunPython.noop),
    ]
