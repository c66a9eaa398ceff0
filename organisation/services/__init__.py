"""What is done about people, posts, units, committees and notices."""
