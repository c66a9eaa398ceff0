"""Pages that look the same whatever they are about."""
