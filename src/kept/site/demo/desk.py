"""What lies on the desk of the demonstration: pledges in every state before publication, made by the real actions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from kept.people.models import Membership, Organisation, Person
from kept.pledges import actions
from kept.pledges.content import PledgeContent
from kept.pledges.models import Pledge, Status
from kept.site.demo.plan import PlannedPledge
from kept.site.demo.writing import write

QUESTIONS = (
    "How many are there today? A baseline makes the promise measurable.",
    "Is the loan signed, or asked for?",
    "By when? A pledge without an end is hard to keep.",
    "Which countries do you mean by “the region”?",
)
ANSWERS = ("Signed on the third of this month; the agreement is attached.", "Twelve today. We added it.")


def fill(loading, staff: list[Person]) -> None:
    """Drafts, fourteen to review, nine with the pledger, five held for the meeting, revisions, two declined."""
    members = list(Membership.objects.select_related("person", "organisation").order_by("pk")[:220])
    loading.rng.shuffle(members)
    ours = Membership.objects.select_related("person", "organisation").get(person__email="focal@example.org")
    queue = iter(members)
    for age in (9, 8, 7, 7, 6, 5, 5, 4, 3, 2, 2, 1, 1):
        _sent(loading, next(queue), age)
    _sent(loading, ours, 2)
    for age in (21, 16, 12, 9, 8, 6, 4, 3):
        _asked_back(loading, next(queue), age, staff[0])
    _asked_back(loading, ours, 4, staff[1])
    for age in (18, 15, 11, 6, 4):
        pledge = _sent(loading, next(queue), age)
        at = loading.now - timedelta(days=age - 2)
        actions.accept(pledge, by=staff[0], at=at, announcement="Annual Meeting")
    for age in (30, 14):
        pledge = _sent(loading, next(queue), age)
        actions.decline(
            pledge, by=staff[1], at=loading.now - timedelta(days=age - 3),
            reason="This describes what you do already. A pledge says what will be different, and by when.",
        )  # fmt: skip
    for _n in range(3):
        _draft(loading, next(queue), loading.rng.randint(1, 20))
    _draft(loading, ours, 1)
    _revisions(loading)


def _draft(loading, member: Membership, age: int) -> Pledge:
    organisation = member.organisation
    index = next(o.index for o in loading.plan.organisations if loading.organisations[o.index].pk == organisation.pk)
    planned = PlannedPledge(
        loading.today, index, loading.rng.choice(("programme", "programme", "financial", "policy")), 0,
        women_and_girls=loading.rng.random() < 0.5, least_developed=loading.rng.random() < 0.3, sdgs=("9",),
    )  # fmt: skip
    if planned.kind == "financial":
        from decimal import Decimal

        planned.usd = Decimal(loading.rng.choice((400_000, 2_100_000, 900_000, 18_400_000)))
    content = write(loading.rng, planned, organisation, loading.plan.organisations[index], [])
    at = loading.now - timedelta(days=age + 2)
    return actions.create_draft(
        by=member.person, at=at, lead=Organisation.objects.get(pk=organisation.pk),
        content=content.with_(announced="", occasion=""),
    )  # fmt: skip


def _sent(loading, member: Membership, age: int) -> Pledge:
    pledge = _draft(loading, member, age)
    return actions.submit(pledge, by=member.person, at=loading.now - timedelta(days=age), consent=True)


def _asked_back(loading, member: Membership, age: int, by: Person) -> None:
    pledge = _sent(loading, member, age)
    at = loading.now - timedelta(days=max(age - 2, 1))
    pledge = actions.request_changes(pledge, by=by, at=at, reason=loading.rng.choice(QUESTIONS))
    if loading.rng.random() < 0.4:
        actions.add_message(pledge, loading.rng.choice(ANSWERS), by=member.person, at=at + timedelta(hours=20))


def _revisions(loading) -> None:
    """Three changed texts of published pledges wait for a decision."""
    published = Pledge.objects.filter(status=Status.PUBLISHED, source_name="", current__end__gt="2026").order_by("-pk")
    done = 0
    for pledge in published.select_related("lead")[:120]:
        member = Membership.objects.select_related("person").filter(organisation=pledge.lead_id).first()
        if member is None:
            continue
        at = loading.now - timedelta(days=3 + done)
        text = actions.begin_revision(pledge, by=member.person, at=at)
        content = PledgeContent.from_json(text.content)
        end = str(int(content.end[:4]) + 1)
        actions.save_fields(
            pledge,
            {
                "summary": f"{content.summary} The last places follow one year later.",
                "end": end,
                "indicators": tuple(replace(each, by=end) for each in content.indicators),
            },
            by=member.person,
            at=at,
            base_version=text.version,
        )
        actions.submit_revision(pledge, by=member.person, at=at, reason="The last places need more time.")
        done += 1
        if done == 3:
            return
