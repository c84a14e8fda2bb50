"""Pages for people with an account."""
