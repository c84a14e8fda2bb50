"""What a token may do, in words. A token never allows more than its account may."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

READ, WRITE, SUBMIT = "pledges:read", "pledges:write", "pledges:submit"
SCOPES = {
    READ: _("Read what your organisations are writing"),
    WRITE: _("Begin pledges, write in drafts and in changes"),
    SUBMIT: _("Send pledges to the secretariat in your organisation's name"),
}
