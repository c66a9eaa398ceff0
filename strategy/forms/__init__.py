"""What people fill in about the plan, savings and risks."""
