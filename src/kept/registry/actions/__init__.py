"""The verbs of the registry: what readers leave with it. The public record itself is changed by the rooms before it."""

from kept.registry.actions.dumping import dump_day, dump_due, remove_dumps
from kept.registry.actions.remarking import (
    answer_remark,
    begin_correction,
    close_remark,
    confirm_remark,
    forget_old_remarks,
    leave_remark,
    name_correction,
    pass_on_remark,
    reopen_remark,
    reply_to_remark,
    show_remark,
)
from kept.registry.actions.searching import (
    change_search,
    confirm_search,
    end_search,
    pause_search,
    resume_search,
    save_search,
)

__all__ = [
    "answer_remark", "begin_correction", "change_search", "close_remark", "confirm_remark", "confirm_search",
    "dump_day", "dump_due", "end_search", "forget_old_remarks", "leave_remark", "name_correction", "pass_on_remark", "pause_search",
    "remove_dumps", "reopen_remark", "reply_to_remark", "resume_search", "save_search", "show_remark",
]  # fmt: skip
