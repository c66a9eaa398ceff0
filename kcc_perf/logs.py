"""Logs: one event a line, as JSON, with no personal data beyond what the caller gave."""

import json
import logging
from datetime import UTC, datetime


class JsonLine(logging.Formatter):
    """One event as one line of JSON. Line breaks in a message cannot start another event."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False)
