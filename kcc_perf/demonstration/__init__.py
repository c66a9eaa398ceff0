"""The demonstration council: its files, and how they are brought in through the services."""
