"""The pledges room's part of the API: writing. The same actions, rules and refusals as the form's."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation

from kept.base.endpoints import Answer, Caller, Endpoint, Parameter, Problem, caller, etag_of, given
from kept.base.languages import LANGUAGES
from kept.pledges import actions, rules
from kept.pledges.actions.drafting import locked
from kept.pledges.actions.reviewing import Incomplete
from kept.pledges.content import INSTRUMENTS, MONEY_NATURES
from kept.pledges.forms import plain
from kept.pledges.forms.sheet import Sheet
from kept.pledges.models import Pledge, Revision, Status, TextStatus
from kept.pledges.permissions import may_see_draft
from kept.pledges.rules import LIMITS, MOST
from kept.pledges.views.access import pledge_at

READ, WRITE, SUBMIT = "pledges:read", "pledges:write", "pledges:submit"


# Reading what is not public -----------------------------------------------------------------------------------


def asked_by(request: HttpRequest) -> Caller:
    """Who asks. The room api has looked at the token by now; a mistake here must not open anything."""
    found = caller(request)
    if found is None:
        raise Problem(401, "Who are you?", "Send a token.")
    return found


def own_pledge(request: HttpRequest, reference: str) -> Pledge:
    """A pledge whose unpublished text this caller may see. Raises Problem 404; 403 for another's that is public."""
    found = pledge_at(reference.upper() if reference[:1] in "Pp" else reference)
    if found is not None and may_see_draft(asked_by(request).person, found):
        return found
    if found is not None and found.is_public:
        raise Problem(403, "Not yours", "Only those who write for its organisation may see what is being written.")
    raise Problem(404, "No such pledge", "No pledge of this number or id is yours.")


def draft_for(request: HttpRequest, key: str) -> dict[str, Any] | None:
    """What a draft's id answers to those who may see it, with a token that allows it; None to everybody else."""
    asker = caller(request)
    if asker is None or READ not in asker.scopes:
        return None
    found = pledge_at(key)
    if found is None or found.text is None or not may_see_draft(asker.person, found):
        return None
    return document(found, found.text, asker.person)


def draft(request: HttpRequest, reference: str) -> Answer:
    """The text that is being written; of a published pledge without one the text that a change begins with."""
    found = own_pledge(request, reference)
    if found.text is None:
        raise Problem(404, "Nothing to write", "This pledge has no text.")
    return Answer(document(found, found.text, asked_by(request).person), exact=True)


def document(pledge: Pledge, text: Revision, person: Any) -> dict[str, Any]:
    """A text in the making as the API answers it."""
    with translation.override("en"):
        sheet = Sheet(pledge, text, person, "en")
        missing = rules.problems_before_sending(pledge, consent=True) if text.n is None else []
        return {
            "id": pledge.key,
            "reference": pledge.reference or None,
            "status": str(pledge.status),
            "text_status": str(text.status),
            "revision": text.n,
            "changed": text.changed_at.astimezone(UTC).isoformat(timespec="seconds"),
            "url": settings.KEPT_BASE_URL + reverse("pledges:mine", args=[pledge.address]),
            **plain.put(sheet),
            "missing": [{"pointer": f"#/{p.field}", "code": p.code, "detail": str(p.message)} for p in missing],
        }


# Writing ------------------------------------------------------------------------------------------------------


def create(request: HttpRequest) -> Answer:
    """Begin a pledge with what is given."""
    now, person, body = timezone.now(), asked_by(request).person, dict(given(request))
    on_behalf = body.pop("on_behalf", False)
    if not isinstance(on_behalf, bool):
        raise _refused([rules.Problem("on_behalf", "on_behalf is true or false.", "type")])
    made = actions.create_draft(by=person, at=now, on_behalf=on_behalf)
    _save(made, made.working, body, person, now)
    made.refresh_from_db()
    shown = document(made, made.working, person)
    where = f"{settings.KEPT_BASE_URL}/api/v1/pledges/{made.key}"
    return Answer(shown, status=201, headers={"Location": where}, exact=True)


def change(request: HttpRequest, reference: str) -> Answer:
    """Write in a draft, or in the change of a published pledge, which begins with this."""
    now, person = timezone.now(), asked_by(request).person
    found = locked(own_pledge(request, reference))
    if found.text is None:
        raise Problem(404, "Nothing to write", "This pledge has no text.")
    _check_unchanged(request, document(found, found.text, person))
    if found.status == Status.PUBLISHED and found.working is None:
        actions.begin_revision(found, by=person, at=now)
        found = locked(found)
    text = found.working
    if text is None or text.status not in (TextStatus.DRAFT, TextStatus.CHANGES_REQUESTED):
        raise Problem(409, "Not in this state", "This pledge is being reviewed or is over. Take it back on its page "
                      "before you change it.")  # fmt: skip
    _save(found, text, given(request), person, now)
    found = locked(found)
    return Answer(document(found, found.text, person), exact=True)


def submit(request: HttpRequest, reference: str) -> Answer:
    """Send a draft, or the change of a published pledge, to the secretariat."""
    now, person, body = timezone.now(), asked_by(request).person, given(request)
    found = own_pledge(request, reference)
    consent, reason = body.get("consent", False), body.get("reason", "")
    wrong = [
        rules.Problem(name, "There is no such field.", "unknown_name") for name in set(body) - {"consent", "reason"}
    ]
    wrong += [] if isinstance(consent, bool) else [rules.Problem("consent", "consent is true or false.", "type")]
    wrong += [] if isinstance(reason, str) else [rules.Problem("reason", "reason is a text.", "type")]
    if wrong:
        raise _refused(wrong)
    if found.is_public:
        found = actions.submit_revision(found, by=person, at=now, reason=reason[:2000])
    else:
        found = actions.submit(found, by=person, at=now, consent=consent)
    found = locked(found)
    return Answer(document(found, found.text, person), exact=True)


def _save(pledge: Pledge, text: Revision, body: dict[str, Any], person: Any, now: Any) -> None:
    """All of it or nothing. Raises Problem 422, NotAllowed, WrongState."""
    posted = plain.take(Sheet(pledge, text, person, "en"), body)
    if posted.problems:
        raise _refused(posted.problems)
    if posted.touched:
        actions.save_fields(
            pledge, posted.values, by=person, at=now, base_version=text.version, contact=posted.contact, force=True
        )


def _refused(problems: list[rules.Problem]) -> Incomplete:
    refusal = Incomplete(problems)
    refusal.message = "Something cannot be taken as it is: see errors."
    return refusal


def _check_unchanged(request: HttpRequest, shown: dict[str, Any]) -> None:
    """The caller has read the text that is there now. Raises Problem 412, 428."""
    wanted = request.META.get("HTTP_IF_MATCH", "").strip()
    if not wanted:
        raise Problem(428, "Which text did you read?", "Send its ETag as If-Match: GET …/draft gives it.")
    tags = [tag.strip().removeprefix("W/") for tag in wanted.split(",")]
    if wanted != "*" and etag_of(shown, exact=True) not in tags:
        raise Problem(412, "Changed since", "Somebody has written meanwhile. GET …/draft, look, then write again.")


# What OpenAPI says of it --------------------------------------------------------------------------------------


def _text(most: int) -> dict[str, Any]:
    return {"type": ["string", "null"], "maxLength": most}


def _one_of(values: Any) -> dict[str, Any]:
    return {"enum": [*values, None]}


def _several(item: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": ["array", "null"], "items": item, "maxItems": most}


_SLUG = {"type": "string", "pattern": "^[-a-zA-Z0-9_]{1,120}$"}
_TERM = {
    "type": "string",
    "pattern": "^[-a-z0-9_]{1,80}$",
    "description": "A slug that the facets of GET /pledges name.",
}
_DECIMAL = {"type": "string", "pattern": r"^$|^-?[0-9]{1,30}(\.[0-9]{1,12})?$"}
_DAY = {"type": "string", "pattern": r"^$|^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
_LONG = 100_000


def _closed(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    shape = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**shape, "required": list(required)} if required else shape


def _fields() -> dict[str, Any]:
    """Every field that can be written, with what it holds."""
    line = {"type": "string", "maxLength": _LONG}
    return {
        "lead": {"oneOf": [_SLUG, {"type": "null"}], "description": "The organisation that promises: its slug."},
        "language": {"enum": [language.bcp47 for language in LANGUAGES] + [None]},
        "title": {**_text(_LONG), "description": f"One sentence, at most {LIMITS['title']} signs when it is sent."},
        "summary": {**_text(_LONG), "description": f"At most {LIMITS['summary']} signs when it is sent."},
        "description": _text(_LONG),
        "kinds": _several(_TERM, 300),
        "focus_areas": _several(_TERM, 300),
        "beneficiaries": _several(_TERM, 300),
        "targets": _several(
            {"type": "string", "description": "BDI (ISO 3166-1 alpha-3), 014 (UN M49), itu-africa, ldc, world"},
            MOST["targets"],
        ),
        "sdgs": _several({"type": "string", "pattern": r"^([1-9]|1[0-7])(\.([1-9][0-9]?|[a-d]))?$"}, MOST["sdgs"]),
        "start": {"oneOf": [_DAY, {"type": "null"}], "description": "A year, a month or a day."},
        "end": {"oneOf": [_DAY, {"type": "null"}], "description": "A year, a month or a day."},
        "indicators": _several(
            _closed(name=line, unit=line, baseline=_DECIMAL, target=_DECIMAL, by=_DAY, headline={"type": "boolean"}),
            MOST["indicators"],
        ),
        "amount": {"oneOf": [_DECIMAL, {"type": "null"}], "description": "A decimal as text."},
        "currency": {"type": ["string", "null"], "pattern": "^[A-Z]{3}$", "description": "ISO 4217"},
        "money_nature": _one_of(MONEY_NATURES),
        "instrument": _one_of(INSTRUMENTS),
        "people_expected": {"type": ["integer", "null"], "minimum": 0, "maximum": 10**15},
        "partners": _several(
            _closed(("organisation",), organisation=_SLUG, part={"type": "string", "maxLength": _LONG}),
            MOST["partners"],
        ),
        "links": _several(_closed(url=line, label=line), MOST["links"]),
        "occasion": _text(_LONG),
        "announced": {"oneOf": [_DAY, {"type": "null"}], "description": "A year, a month or a day."},
        "contact_name": {**_text(_LONG), "description": "Never published."},
        "contact_email": {**_text(254), "description": "Never published."},
        "contact_phone": {**_text(60), "description": "Never published."},
    }


def _draft() -> dict[str, Any]:
    """A text in the making: looser than what can be written, because drafts hold what people typed."""
    text, lists = {"type": ["string", "null"]}, {"type": "array"}
    shown: dict[str, Any] = {name: dict(text) for name in plain.NAMES}
    many = ("kinds", "focus_areas", "beneficiaries", "targets", "sdgs", "indicators", "partners", "links")
    shown |= {name: dict(lists) for name in many}
    shown["people_expected"] = {"type": ["integer", "null"]}
    head = {
        "id": {"type": "string", "description": "Answers wherever a reference stands, also after publication."},
        "reference": dict(text),
        "status": {"enum": [str(status) for status in Status.values]},
        "text_status": {"enum": [str(status) for status in TextStatus.values]},
        "revision": {"type": ["integer", "null"], "description": "null while it is being written"},
        "changed": {"type": "string", "format": "date-time"},
        "url": {"type": "string"},
    }
    missing = _closed(pointer={"type": "string"}, code={"type": "string"}, detail={"type": "string"})
    tail = {"unreadable": {"type": "object"}, "missing": {"type": "array", "items": missing}}
    properties = {**head, **shown, **tail}
    return {"type": "object", "required": list(properties), "properties": properties}


SCHEMAS: dict[str, dict[str, Any]] = {
    "Draft": _draft(),
    "NewPledge": _closed(**_fields(), on_behalf={"type": "boolean", "description": "For the secretariat alone."}),
    "PledgeChanges": _closed(**_fields()),
    "Sending": _closed(
        consent={"type": "boolean", "description": "The owner agrees that the pledge is published."},
        reason={"type": "string", "maxLength": 2000, "description": "Why a published pledge changes: public."},
    ),
}
REFERENCE = Parameter(
    "reference", "The number of a pledge (`P-00831`), or the id of its draft.",
    {"type": "string", "pattern": r"^([Pp]-[0-9]{1,9}|[0-9a-f]{16,32})$"}, place="path", example="P-00001",
)  # fmt: skip
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        path="pledges", name="pledge_create", handler=create, summary="Begin a pledge", returns="Draft",
        description="A draft that only its organisation and the secretariat see. Any part of it may be missing.",
        method="POST", scope=WRITE, takes="NewPledge", status=201, problems=(400, 409, 422, 429), tag="Writing",
    ),
    Endpoint(
        path="pledges/<reference:reference>/draft", name="pledge_draft", handler=draft,
        summary="What is being written", returns="Draft", parameters=(REFERENCE,),
        description="The draft, or the change of a published pledge; where there is none, what a change begins with. "
        "Its ETag is what If-Match takes.",
        scope=READ, problems=(400, 403, 404, 429), tag="Writing",
    ),
    Endpoint(
        path="pledges/<reference:reference>", name="pledge_change", handler=change,
        summary="Write in a draft or a change", returns="Draft", parameters=(REFERENCE,),
        description="Fields that are not named stay as they are, null empties one (RFC 7396). All of it is taken or "
        "nothing. A published pledge stays as it is until the secretariat has accepted the change.",
        method="PATCH", scope=WRITE, takes="PledgeChanges", problems=(400, 403, 404, 409, 412, 422, 428, 429),
        tag="Writing",
    ),
    Endpoint(
        path="pledges/<reference:reference>/submit", name="pledge_submit", handler=submit,
        summary="Send it to the secretariat", returns="Draft", parameters=(REFERENCE,),
        method="POST", scope=SUBMIT, takes="Sending", problems=(400, 403, 404, 409, 422, 429), tag="Writing",
    ),
)  # fmt: skip
