"""Imports on the desk: a file comes in, its columns are mapped, its rows checked, put right, imported, undone."""
