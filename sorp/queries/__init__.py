"""Versions of the SORP: which rules a quarter, how it reads, what differs, what it still lacks."""
