# One image for web, worker, beat and migrate; and nginx with the static files of the same release.
FROM python:3.11-slim-bookworm AS application
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# Pango and HarfBuzz draw the PDFs' text. /srv/media is made here so that a new volume, which
# takes over its owner, belongs to the one who writes in it.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 kcc \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin kcc \
    && install -d -o kcc -g kcc /srv/media
WORKDIR /srv/app
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY . .
# Settings refuse to load without a key; this one lasts as long as the command does.
RUN SECRET_KEY="$(head -c 48 /dev/urandom | base64 -w0)" ALLOWED_HOSTS=localhost \
    DATABASE_URL=sqlite:////tmp/build.sqlite3 STATIC_ROOT=/srv/static \
    python manage.py collectstatic --noinput \
    && python -m compileall -q . && rm -rf /tmp/*
ENV STATIC_ROOT=/srv/static MEDIA_ROOT=/srv/media BIND=0.0.0.0:8000 HOME=/tmp
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s --retries=4 CMD ["python", "deploy/healthy.py", "web"]
CMD ["gunicorn", "kcc_perf.wsgi", "--config", "deploy/gunicorn.py"]

FROM nginx:1.28 AS front
COPY --from=application /srv/static /srv/static
COPY deploy/nginx.conf /etc/nginx/nginx.conf
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --retries=4 CMD ["curl", "--fail", "--silent", "http://127.0.0.1:8080/nginx-health"]
