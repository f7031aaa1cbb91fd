"""Lint: warnings of what a sound spec may still not mean, each by a rule of its own."""
