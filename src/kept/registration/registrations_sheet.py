"""The registrations of a meeting as a spreadsheet: the selection of the desk's list, with the answers to the questions.

What somebody needs or does not eat is not in it: files are passed on.
"""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kept.base import places
from kept.meetings.models import Meeting, in_language
from kept.registration.forms import GENDERS
from kept.registration.models import Answer, Question, Registration
from kept.registration.views.register import spoken

A_BATCH = 500


def written(meeting: Meeting, rows: QuerySet[Registration], language: str) -> bytes:
    """The workbook; days and hours are on the meeting's clock."""
    asked = list(Question.objects.filter(meeting=meeting, replaced_at=None))
    heads = [
        _("Given name"), _("Family name"), _("Name in its own script"), pgettext("of a person", "Title"),
        _("Mail address"), _("Organisation"),
        _("Kind of organisation"), _("Country"), _("Category"), _("Takes part"), _("State"), _("Gender"),
        _("I need a visa to come"), _("Begun"), *(in_language(one.texts, language) for one in asked),
    ]  # fmt: skip
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    sheet = book.add_worksheet(_("Registrations")[:31])
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.set_column(0, len(heads) - 1, 20)
    sheet.freeze_panes(1, 2)
    for at, head in enumerate(heads):
        sheet.write_string(0, at, str(head), bold)
    answers = Prefetch("answers", Answer.objects.select_related("question"))
    for n, one in enumerate(rows.prefetch_related(answers).iterator(chunk_size=A_BATCH), start=1):
        cells = cells_of(one, asked, language)
        for at, cell in enumerate(cells):
            sheet.write_string(n, at, str(cell))
        begun = one.started_at.astimezone(meeting.zone).replace(tzinfo=None)
        sheet.write_datetime(n, heads.index(_("Begun")), begun, moment)
    book.close()
    return out.getvalue()


def cells_of(one: Registration, asked: list[Question], language: str) -> list[Any]:
    """What stands in the row of one registration; an answer stands below its question in whatever version it was asked."""
    answers = {answer.question.code: spoken(answer.question, answer.value) for answer in one.answers.all()}
    organisation = one.organisation.name_in(language) if one.organisation else one.organisation_name
    return [
        one.given_name, one.family_name, one.name_native, one.title, one.email, organisation,
        one.get_entity_type_display(), places.name(one.country, language) if one.country else "",
        one.category.name_in(language), one.get_mode_display(), one.get_state_display(), dict(GENDERS).get(one.gender, ""),
        _("yes") if one.needs_visa else "", "", *(answers.get(question.code, "") for question in asked),
    ]  # fmt: skip
