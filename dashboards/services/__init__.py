"""What is done in which several apps have a part."""
