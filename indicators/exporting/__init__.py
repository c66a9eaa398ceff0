"""What the app exports: files that anybody may read, and that the imports take back."""
