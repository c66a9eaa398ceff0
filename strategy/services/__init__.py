"""What is done about the plan, savings and risks."""
