"""What the pledges room puts into menus, has done by the worker, and listens to."""

from kept.pledges.desk import contributes as desk

__all__ = ["desk"]
