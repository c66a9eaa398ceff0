"""A scorecard may be in several files: what was said of each is remembered by the headings of each."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0021_signed_off_as_published")]

    operations = [
        migrations.RenameField(model_name="scorecardupload", old_name="shape", new_name="shapes"),
        migrations.AlterField(
            model_name="scorecardupload",
            name="shapes",
            field=models.TextField(help_text="A digest of the headings of each of its files"),
        ),
    ]
