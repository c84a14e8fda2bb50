"""What belongs to a meeting: rooms, days, hours, partners, linked events, documents, figures, pictures. Saved, removed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from PIL import Image

from kept.base import history
from kept.base.lifecycle import Refused
from kept.meetings.actions.ground import allow, differences, locked, new_sequence, public_change
from kept.meetings.models import (
    ClosingFigure,
    Document,
    DocumentFile,
    LinkedEvent,
    Meeting,
    MeetingDay,
    Partner,
    Picture,
    Room,
    ServiceHours,
)
from kept.meetings.permissions import may_run_meeting
from kept.pledges.attachments import Examined, kept_file

# Kinds of parts by their name in addresses. What stands in programmes and histories is marked as removed and stays.
PARTS: dict[str, Any] = {
    "rooms": Room, "days": MeetingDay, "hours": ServiceHours, "partners": Partner, "events": LinkedEvent,
    "documents": Document, "figures": ClosingFigure, "pictures": Picture,
}  # fmt: skip


def save_part(
    meeting: Meeting, kind: str, row: Any, values: dict[str, Any], files: Mapping[str, Examined], *, by: Any, at: datetime,
    language: str = "en",
) -> Any:  # fmt: skip
    """Save a new part (`row` unsaved) or a changed one; `files` are uploads that were examined; `language` is a document's.

    Raises NotAllowed; Refused where there is one of this name or day already.
    """
    allow(may_run_meeting(by, meeting))
    with transaction.atomic():
        meeting = locked(meeting)
        before = {name: getattr(row, name) for name in values} if row.pk else {name: None for name in values}
        for name, value in values.items():
            setattr(row, name, fitting(row, name, value))
        row.meeting = meeting
        take_files(row, files)
        if isinstance(row, LinkedEvent) and row.pk:
            new_sequence(row)
        if isinstance(row, ClosingFigure):
            row.entered_at, row.entered_by = at, by
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as twice:
            raise Refused(_("There is one of this name or day already.")) from twice
        if isinstance(row, Document) and "file_upload" in files:
            add_file(row, files["file_upload"], language, by=by, at=at)
        changed = differences(before, {name: getattr(row, name) for name in values})
        history.record(
            "meeting", meeting.pk, "save_part", by=by, at=at, data={"part": kind, "of": str(row), "changed": changed}
        )
        public_change(meeting, at=at)
    return row


def fitting(row: Any, name: str, value: Any) -> Any:
    """An empty field of a form as its column wants it: 0 for a place in a list, None where that is possible."""
    field = row._meta.get_field(name)
    if value in (None, "") and not field.null:
        return field.get_default() if field.has_default() else ""
    return value


def take_files(row: Any, files: Mapping[str, Examined]) -> None:
    """Put uploaded pictures where they belong."""
    if isinstance(row, Partner) and "file_logo" in files:
        made = kept_file(files["file_logo"])
        row.logo.save(made.name, made, save=False)
    if isinstance(row, Picture) and "file_picture" in files:
        made = kept_file(files["file_picture"])
        with Image.open(io.BytesIO(files["file_picture"].data)) as opened:
            row.width, row.height = opened.size
        row.file.save(made.name, made, save=False)


def add_file(document: Document, found: Examined, language: str, *, by: Any, at: datetime) -> DocumentFile:
    """A new version of a document in a language."""
    last = document.files.filter(language=language).order_by("-version").values_list("version", flat=True).first() or 0
    return DocumentFile.objects.create(
        document=document, language=language, version=last + 1, file=kept_file(found), name=found.name,
        media_type=found.media_type, size=len(found.data), sha256=found.sha256, added_at=at, added_by=by,
    )  # fmt: skip


def save_map(meeting: Meeting, found: Examined, *, by: Any, at: datetime) -> Meeting:
    """The map or plan of the place, as a picture. Raises NotAllowed."""
    allow(may_run_meeting(by, meeting))
    with transaction.atomic():
        meeting = locked(meeting)
        made = kept_file(found)
        meeting.map_file.save(made.name, made, save=False)
        meeting.save(update_fields=["map_file"])
        history.record("meeting", meeting.pk, "save_map", by=by, at=at)
        public_change(meeting, at=at)
    return meeting


def remove_part(meeting: Meeting, kind: str, row: Any, *, by: Any, at: datetime) -> None:
    """Take a part away. Raises NotAllowed; Refused for a room in which something stands."""
    allow(may_run_meeting(by, meeting))
    with transaction.atomic():
        meeting = locked(meeting)
        name = str(row)
        if isinstance(row, Room):
            if row.slots.filter(schedule__number=None).exists():
                raise Refused(_("Sessions stand in this room. Move them first."))
            row.removed_at = at
            row.save(update_fields=["removed_at"])
        elif isinstance(row, Document):
            row.removed_at = at
            row.save(update_fields=["removed_at"])
        else:
            row.delete()
        history.record("meeting", meeting.pk, "remove_part", by=by, at=at, data={"part": kind, "of": name})
        public_change(meeting, at=at)
