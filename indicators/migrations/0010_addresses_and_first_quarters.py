"""An indicator has an address of its own, and says in which quarter it was first measured."""

from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Replace

import core.fields
import indicators.models.definitions


def fill_addresses(apps, schema_editor):
    """No reference before these had a character other than letters, figures, . - & / and spaces."""
    address = F("reference")
    for character in "&/ ":
        address = Replace(address, Value(character), Value("_"))
    apps.get_model("indicators", "Indicator").objects.update(address=address)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0009_withheld_results")]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="address",
            field=indicators.models.definitions.AddressField(
                blank=True, default="", editable=False, max_length=30
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fill_addresses, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="indicator",
            name="address",
            field=indicators.models.definitions.AddressField(
                blank=True, editable=False, max_length=30, unique=True
            ),
        ),
        migrations.AlterField(
            model_name="indicator",
            name="first_quarter",
            field=core.fields.QuarterField(),
        ),
    ]
