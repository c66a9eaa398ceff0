"""Whether e-mail leaves this service at all."""

from django.conf import settings

NOT_SENT = (
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
)


def is_post_set_up() -> bool:
    """Whether an e-mail reaches anybody: without a mail server it goes to the log alone."""
    return settings.EMAIL_BACKEND not in NOT_SENT
