"""Drawing a frozen edition: HTML, PDF, CSV and JSON, all from the one document and nothing else."""
