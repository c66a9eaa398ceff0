"""A person, as far as the machinery knows one: organisation's User is the table of them."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models


class Person(AbstractBaseUser):
    """Somebody who signs in by e-mail, is written to, and is named in the record."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)

    class Meta:
        abstract = True

    def may(self, permission: str) -> bool:
        """Whether some post this person holds today grants the permission."""
        raise NotImplementedError
