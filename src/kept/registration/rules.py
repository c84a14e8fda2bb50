"""What has to be said before a registration is sent."""

from __future__ import annotations

from django.db.models import QuerySet

from kept.registration import minors
from kept.registration.consents import that_apply
from kept.registration.models import Question, Quota, Registration


def missing(registration: Registration) -> list[str]:
    """Names of what is not filled in: fields, `consent:<kind>`, `question:<code>` where required and applying."""
    lacks = [name for name in ("given_name", "family_name", "email", "country") if not getattr(registration, name)]
    lacks += minors.missing(registration)
    if not (registration.organisation_id or registration.organisation_name):
        lacks.append("organisation")
    if day_pools(registration).exists() and not registration.parts.filter(day__isnull=False).exists():
        lacks.append("parts")
    agreed = set(registration.consents.filter(revoked_at=None).values_list("kind", flat=True))
    lacks += [f"consent:{one.kind}" for one in that_apply(registration.mode) if one.required and one.kind not in agreed]
    answered = dict(registration.answers.values_list("question__code", "value"))
    lacks += [
        f"question:{question.code}" for question in asked(registration, answered)
        if question.required and answered.get(question.code) in (None, "", [])
    ]  # fmt: skip
    return lacks


def day_pools(registration: Registration) -> QuerySet[Quota]:
    """Days with seats of their own of its category and way: who takes part says on which they come."""
    return registration.category.quotas.filter(day__isnull=False, mode=registration.mode)


def asked(registration: Registration, answers: dict[str, object]) -> list[Question]:
    """The organiser's questions that apply to this category, this way of taking part and these answers."""
    found = []
    rows = Question.objects.filter(meeting=registration.meeting_id, replaced_at=None).prefetch_related("categories")
    for question in rows:
        categories = {category.pk for category in question.categories.all()}
        if categories and registration.category_id not in categories:
            continue
        if question.modes and registration.mode not in question.modes:
            continue
        if question.condition and not _holds(question.condition, answers):
            continue
        found.append(question)
    return found


def _holds(condition: dict, answers: dict[str, object]) -> bool:
    said = answers.get(condition.get("code", ""))
    wanted = condition.get("values", [])
    return any(one in wanted for one in said) if isinstance(said, list) else said in wanted
