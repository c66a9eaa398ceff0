"""What any app judges by and that needs nothing beside itself."""
