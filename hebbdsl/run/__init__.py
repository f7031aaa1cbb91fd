"""Stage 6: running a program, and what is kept of it."""
