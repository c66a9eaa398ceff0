"""Pages of the report: the public ones, drawn from published editions, and those for officers."""
