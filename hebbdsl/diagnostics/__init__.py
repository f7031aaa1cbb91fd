"""What is wrong, where, and the way out: problems, their codes, and how they are shown."""
