"""Accounts that the council keeps elsewhere, and whose they are."""

from __future__ import annotations

from typing import Self

from django.db import models

from core.clock import now


class CouncilAccountQuerySet(models.QuerySet["CouncilAccount"]):
    def waiting(self) -> Self:
        return self.filter(person__isnull=True)

    def joined(self) -> Self:
        return self.filter(person__isnull=False)


class CouncilAccount(models.Model):
    """An account of the council's own sign-in service, and the person it was joined to, if any.

    It is known by issuer and subject, which never change hands. Name and e-mail are what the
    account said of itself when it last came, shown to whoever joins it and believed by nobody.
    """

    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    first_came_at = models.DateTimeField(default=now, editable=False)
    last_came_at = models.DateTimeField(default=now)
    person = models.ForeignKey(
        "organisation.User", models.PROTECT, null=True, blank=True, related_name="council_accounts"
    )
    joined_by = models.ForeignKey(
        "organisation.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    joined_at = models.DateTimeField(null=True, blank=True)

    objects = CouncilAccountQuerySet.as_manager()

    class Meta:
        ordering = ["-last_came_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], name="one_council_account_a_subject"
            ),
            models.CheckConstraint(
                condition=~models.Q(issuer="") & ~models.Q(subject=""),
                name="council_account_has_issuer_and_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    person__isnull=True, joined_by__isnull=True, joined_at__isnull=True
                )
                | models.Q(person__isnull=False, joined_by__isnull=False, joined_at__isnull=False),
                name="council_account_is_joined_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.subject
