"""The demonstration coalition: Partner2Connect as it describes itself, with invented organisations."""
