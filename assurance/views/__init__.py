"""The doors to PAT and DAT."""
