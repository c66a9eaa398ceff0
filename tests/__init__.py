"""The tests: rules by table, services and queries on a database, pages, journeys."""
