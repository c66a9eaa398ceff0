"""Settings: one module, read from the environment. dotenv-sample explains each."""

from datetime import date

from csp.constants import NONCE, NONE, SELF

from kcc_perf import __version__
from kcc_perf.environment import (
    ROOT,
    allowed_hosts,
    database,
    env,
    flag,
    job_backend,
    minutes,
    redis_address,
    seconds,
    secret_key,
    whole,
)
from kcc_perf.schedule import beat_schedule

DEBUG = flag("DEBUG", False)
SECRET_KEY = secret_key(DEBUG)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = allowed_hosts(DEBUG)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

COUNCIL_NAME = env.str("COUNCIL_NAME", default="County Council")
SERVICE_NAME = "Performance management"
PRODUCT_VERSION = __version__
SERVICE_ADDRESS = env.str("SERVICE_ADDRESS", default="http://localhost:8000").rstrip("/")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="performance@council.example")
DEMONSTRATION = flag("DEMONSTRATION", False)
# The day on which the demonstration council lives; anywhere else, the machine's clock tells.
DEMONSTRATION_TODAY = date(2023, 7, 12) if DEMONSTRATION else None

INSTALLED_APPS = [
    "kcc_perf",
    "core",
    "organisation",
    "sorp",
    "indicators",
    "strategy",
    "escalation",
    "assurance",
    "reports",
    "dashboards",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kcc_perf.middleware.PrivateByDefault",
    "csp.middleware.CSPMiddleware",
    "kcc_perf.middleware.OwnWords",
    "kcc_perf.middleware.ReadableForms",
    "kcc_perf.middleware.RollingSessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kcc_perf.sign_ins.LongestSignIn",
    "kcc_perf.second_factor.SecondFactor",
]

ROOT_URLCONF = "kcc_perf.urls"
WSGI_APPLICATION = "kcc_perf.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kcc_perf.context.service",
            ],
            # The council's own words may stand on any page.
            "builtins": ["kcc_perf.templatetags.kcc_words"],
        },
    },
]
FORM_RENDERER = "kcc_perf.forms.Renderer"

# Where things are kept. Embedded: SQLite, and the cache in it; service: PostgreSQL and Redis.
DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = redis_address()
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        # Shared by every process, so that limits on sign-in attempts hold across them.
        else {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "kcc_perf_cache",
        }
    )
}
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(ROOT / "var" / "media"))
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(ROOT / "var" / "static"))
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "core.kept_files.KeptFiles"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# Jobs. The database is the queue; Celery is the doorbell. Without REDIS_URL one thread of the
# web process does the work.
JOB_BACKEND = job_backend(REDIS_URL)
JOB_LEASE_SECONDS = seconds("JOB_LEASE_SECONDS", 120)  # renewed while the worker lives
JOB_SWEEP_SECONDS = seconds("JOB_SWEEP_SECONDS", 30)
# Minutes for which a close that nobody has acted on can be taken back, and its notices wait.
CLOSE_UNDO_MINUTES = minutes("CLOSE_UNDO_MINUTES", 60)
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # every task may run twice, so a lost worker costs only time
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 3}  # a page must not wait for it
CELERY_TASK_TIME_LIMIT = 30 * 60  # a task that hangs is ended, and its job taken up by another
# Written after every task that beat sends, so that its age shows whether the clock still ticks.
CELERY_BEAT_SCHEDULE_FILENAME = env.str(
    "BEAT_SCHEDULE_FILE", default=str(ROOT / "var" / "beat-schedule")
)
CELERY_BEAT_SYNC_EVERY = 1
CELERY_TIMEZONE = "Europe/London"
CELERY_BEAT_SCHEDULE = beat_schedule(sweep_seconds=JOB_SWEEP_SECONDS, demonstration=DEMONSTRATION)

# Who comes in.
AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "latest_report"
ACCOUNT_ADAPTER = "kcc_perf.accounts.Adapter"
ACCOUNT_FORMS = {
    "login": "kcc_perf.accounts.LoginForm",
    "change_password": "kcc_perf.accounts.ChangePasswordForm",
    "set_password": "kcc_perf.accounts.SetPasswordForm",
    "reset_password": "kcc_perf.accounts.ResetPasswordForm",
    "reset_password_from_key": "kcc_perf.accounts.ResetPasswordKeyForm",
    "reauthenticate": "kcc_perf.accounts.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody is invited to sign up by asking for a password
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # the subject says what the e-mail is about
ACCOUNT_RATE_LIMITS = {"login_failed": "100/15m/ip,10/15m/key", "login": "60/m/ip"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = (
    10 * 60
)  # seconds in which changing how one signs in asks for nothing more
ACCOUNT_SESSION_REMEMBER = False
PASSWORD_MINIMUM = 12
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MINIMUM},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name"), "max_similarity": 0.6},
    },
]

# A second step at sign-in, of everybody who wants it; of those who read exempt papers or manage the
# framework where the council says so.
SECOND_FACTOR_REQUIRED = flag("SECOND_FACTOR_REQUIRED", False)
MFA_ADAPTER = "kcc_perf.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "kcc_perf.second_factor.AuthenticateForm",
    "reauthenticate": "kcc_perf.second_factor.ConfirmCodeForm",
    "activate_totp": "kcc_perf.second_factor.ActivateForm",
}
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute out
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up: every address was entered by an officer

# The council's own accounts, such as Entra ID. Without OIDC_ISSUER there is no such way in.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="").rstrip("/")
OIDC_NAME = env.str("OIDC_NAME", default="your council account")
SOCIALACCOUNT_ADAPTER = "kcc_perf.single_sign_on.SocialAccountAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link, since a form may not lead to another site
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10  # seconds
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "provider_class": "kcc_perf.single_sign_on.CouncilProvider",
        "APPS": (
            [
                {
                    "provider_id": "council",
                    "name": OIDC_NAME,
                    "client_id": env.str("OIDC_CLIENT_ID"),
                    "secret": env.str("OIDC_CLIENT_SECRET"),
                    "settings": {"server_url": OIDC_ISSUER},
                }
            ]
            if OIDC_ISSUER
            else []
        ),
    }
}

# A sign-in lasts so many hours at most, however busy it is.
SIGN_IN_HOURS = whole("SIGN_IN_HOURS", 12)
# Sessions end half an hour after the last page (a minute sooner at most, since they are renewed
# once a minute), and with the browser.
SESSION_ENGINE = "kcc_perf.sessions"
SESSION_COOKIE_AGE = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_COOKIES = flag("SECURE_COOKIES", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_NAME = "__Host-session" if SECURE_COOKIES else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes speak plain HTTP inside the host
BEHIND_PROXY = flag("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Whose address counts: without this, everybody behind the proxy would share one limit on attempts.
PROXIES = whole("PROXIES", 1 if BEHIND_PROXY else 0)
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Words, days and post.
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
DATE_FORMAT = "j F Y"
if flag("EMAIL_TO_CONSOLE", not env.str("EMAIL_URL", default="")):
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
else:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 10  # a notice's row is locked while it is sent
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=CONTACT_EMAIL)

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": "120/min"},
    "NUM_PROXIES": PROXIES,
    "UNAUTHENTICATED_USER": None,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "kcc_perf.logs.JsonLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Anyone can send a wrong name; the answer is 400, and a line says it.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # These explain every face and glyph they touch; only what went wrong is of use.
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "pikepdf": {"level": "WARNING"},  # says at each start that it has started
    },
}
