"""What the demonstration's meeting to come has beside its programme: host and partners with logos, documents, a plan of the house."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from kept.base.languages import direction
from kept.base.paper import pdf, png
from kept.meetings.actions.parts import add_file, save_map, save_part
from kept.meetings.models import Document, DocumentKind, Meeting, Partner, PartnerRole, Session, in_language
from kept.people.models import Person
from kept.pledges.attachments import Examined

NOTE = Path(__file__).parent / "data/note.typ"
SHAPES = (
    '<circle cx="40" cy="40" r="26" fill="none" stroke="#0B6B4F" stroke-width="12"/>',
    '<path d="M14 58 40 14l26 44z" fill="#8A6A12"/>',
    '<path d="M14 18h52v16H14zm0 28h34v16H14z" fill="#2F5D8A"/>',
)
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80" viewBox="0 0 80 80">'
    '<rect width="80" height="80" fill="#fff"/>{}</svg>'
)
PLAN = """<svg xmlns="http://www.w3.org/2000/svg" width="640" height="300" viewBox="0 0 640 300" font-size="18">
<rect width="640" height="300" fill="#fff"/>
<g fill="#E3EFE9" stroke="#16211E" stroke-width="2"><rect x="20" y="20" width="300" height="180"/>
<rect x="360" y="20" width="150" height="110" stroke-dasharray="6 5"/><rect x="20" y="220" width="490" height="60"/></g>
<g fill="#16211E" font-family="Noto Sans"><text x="40" y="60">1</text><text x="380" y="60">2</text>
<text x="440" y="60">+1</text><text x="40" y="258">3</text></g>
<path d="M600 250h-60m14-12-14 12 14 12" fill="none" stroke="#0B6B4F" stroke-width="4"/></svg>"""


def make(meeting: Meeting, told: dict[str, Any], loading: Any, *, by: Person, at: datetime) -> None:
    """Partners, a plan and two documents: one that everybody has, one that is public when its session begins."""
    roles = (PartnerRole.HOST, PartnerRole.PARTNER, PartnerRole.PARTNER)
    hosts = [one for one in loading.organisations if not one.merged_into_id][:3]
    for position, (role, organisation, shape) in enumerate(zip(roles, hosts, SHAPES, strict=False)):
        logo = Examined(png(LOGO.format(shape), dots=192), "logo.png", "image/png")
        values = {"organisation": organisation, "role": role, "position": position}
        save_part(meeting, "partners", Partner(meeting=meeting), values, {"file_logo": logo}, by=by, at=at)
    save_map(meeting, Examined(png(PLAN), "plan.png", "image/png"), by=by, at=at)
    meeting.refresh_from_db()
    Meeting.objects.filter(pk=meeting.pk).update(map_alts=told["plan"])
    opening = meeting.sessions.filter(kind="plenary").order_by("position", "pk").first()
    texts = [meeting.travels, meeting.accesses, meeting.practicals]
    _document(
        meeting, told["note"], DocumentKind.BACKGROUND, "AM/INF/1", texts, told["mark"], public_from=at, by=by, at=at
    )
    if opening is not None:
        slot = opening.slots.filter(schedule__number=None).first()
        _document(
            meeting, told["statement"], DocumentKind.STATEMENT, "AM/INF/2", [opening.abstracts], told["mark"], session=opening,
            public_from=slot.starts_at if slot else None, by=by, at=at,
        )  # fmt: skip


def _document(
    meeting: Meeting, titles: dict[str, str], kind: str, symbol: str, texts: list[dict[str, str]], mark: dict[str, str], *,
    public_from: datetime | None, by: Person, at: datetime, session: Session | None = None,
) -> None:  # fmt: skip
    document = Document.objects.create(
        meeting=meeting, session=session, kind=kind, symbol=symbol, titles=titles, public_from=public_from,
        position=meeting.documents.count(),
    )  # fmt: skip
    for language in ("en", "fr", "ar"):
        paragraphs = [part for text in texts for part in in_language(text, language).split("\n") if part.strip()]
        data = pdf(
            NOTE,
            {"language": language, "rtl": direction(language) == "rtl", "meeting": meeting.name_in(language), "symbol": symbol,
             "title": titles[language], "paragraphs": paragraphs, "mark": mark[language]},
            at=at,
        )  # fmt: skip
        name = f"{symbol.replace('/', '-')}-{language}.pdf"
        add_file(document, Examined(data, name, "application/pdf"), language, by=by, at=at)
