"""SQLite as Kept uses it: whoever writes waits in line (base.py)."""
