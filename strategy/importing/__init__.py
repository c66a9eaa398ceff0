"""The plan, savings and risks from files: all rows or none, through the same services as the pages."""
