"""The secretariat's pages about organisations and accounts."""
