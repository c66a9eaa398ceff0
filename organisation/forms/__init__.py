"""What is filled in about who we are."""
