"""Close a quarter: rate, escalate, recover. The same service as the Celery task."""

from django.core.management.base import BaseCommand, CommandError

from escalation.services import close_quarter
from organisation.clock import localdate
from sorp.lexicon import Quarter


class Command(BaseCommand):
    help = "Close a quarter: rate every indicator, open and recover escalations."

    def add_arguments(self, parser):
        parser.add_argument("quarter", help="the quarter, such as 2011-Q1")

    def handle(self, *args, quarter, **options):
        try:
            closing = close_quarter(quarter=Quarter.parse(quarter), today=localdate(), by=None)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(closing.sentence)
