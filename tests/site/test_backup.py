"""A backup is the whole installation at one instant, without its keys; it comes back on either database."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections

from kept.base import mail
from kept.base.models import HistoryEntry, MailState, OutgoingMail
from kept.log import keys
from kept.log.actions import checkpoint
from kept.log.checks import verify_database
from kept.log.models import Entry, Head
from kept.people.models import Link, Organisation, Person
from kept.pledges import actions
from kept.pledges.counting import counter
from kept.pledges.models import Attachment, Pledge, Revision
from kept.site.backup import back_up, columns, packed_models, packed_rows
from kept.site.restore import NotRestored, bring_keys, restore

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@pytest.fixture
def registry(make_pledge, focal_point, secretary, now):
    """Two published pledges, one taken back, a draft with a file; the log is signed."""
    make_pledge("published", amount="1000000", currency="USD", money_nature="new")
    make_pledge("published", targets=("ldc",), title="Écoles reliées — «بعد» 学校")
    make_pledge("withdrawn")
    draft = make_pledge("draft", title="Not yet public")
    for name in ("letter.png", "the same again.png"):
        kept = default_storage.save(f"pledges/2026/03/{name}", ContentFile(PICTURE))
        Attachment.objects.create(
            pledge=draft, file=kept, name=name, media_type="image/png", size=len(PICTURE), added_by=focal_point,
            sha256="5ab4a8a1a6c21f1b" if name == "wrong" else _sha256(PICTURE),
        )  # fmt: skip
    checkpoint()
    OutgoingMail.objects.update(state=MailState.SENT)
    return draft


def _sha256(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def everything() -> dict[str, list]:
    """Every packed row of every table."""
    return {m._meta.label_lower: list(packed_rows(m).values_list(*columns(m))) for m in packed_models()}


def lose_everything(settings, tmp_path, *, keys_too: bool = False) -> None:
    """The disk is gone: an empty database and an empty data folder. The keys were kept somewhere else, or not."""
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    saved = keys.folder()
    settings.KEPT_DATA = tmp_path / "new"
    if not keys_too:
        bring_keys(saved)
    options = {"location": str(tmp_path / "new" / "media"), "base_url": None}
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": storage}
    from kept.base import installation

    installation.forget()


def test_what_comes_back_is_what_was_there_row_by_row(registry, tmp_path, settings, now):
    before, sums, signed = everything(), counter(now), checkpoint()
    packed = back_up(tmp_path / "backup.zip", at=now)
    assert packed.rows == sum(map(len, before.values()))
    lose_everything(settings, tmp_path)

    result = restore(tmp_path / "backup.zip", at=now)

    assert result.rows == packed.rows
    after = everything()
    assert after.keys() == before.keys()
    for table, rows in before.items():
        assert after[table] == rows, table
    assert counter(now) == sums
    assert checkpoint() == signed
    assert verify_database().size == Head.objects.get().size


def test_uploaded_files_come_back_under_their_names_packed_once(registry, tmp_path, settings, now):
    packed = back_up(tmp_path / "backup.zip", at=now)
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        contents = [name for name in archive.namelist() if name.startswith("media/")]
    assert (packed.files, len(contents), packed.missing) == (2, 1, [])
    lose_everything(settings, tmp_path)
    restore(tmp_path / "backup.zip", at=now)
    for attachment in Attachment.objects.all():
        with attachment.file.open() as file:
            assert file.read() == PICTURE


def test_a_file_that_is_gone_is_named_and_the_rest_is_packed(registry, tmp_path, now):
    gone = Attachment.objects.first().file.name
    default_storage.delete(gone)
    packed = back_up(tmp_path / "backup.zip", at=now)
    assert packed.missing == [gone]
    assert packed.files == 1


def test_work_goes_on_after_a_restore_with_the_next_numbers(
    registry, tmp_path, settings, now, focal_point, secretary, make_pledge
):
    last_person, last_number = Person.objects.latest("pk").pk, Head.objects.get().last_number
    back_up(tmp_path / "backup.zip", at=now)
    lose_everything(settings, tmp_path)
    restore(tmp_path / "backup.zip", at=now)
    assert Person.objects.create_user("new@example.org").pk > last_person
    pledge = actions.publish_now(
        actions.schedule(
            actions.submit(Pledge.objects.get(pk=registry.pk), by=focal_point, at=now, consent=True),
            by=secretary,
            at=now,
        ),
        by=secretary,
        at=now,
    )
    assert pledge.number == last_number + 1
    assert verify_database().size == Head.objects.get().size


def test_keys_sessions_codes_and_sign_in_links_are_not_packed(registry, tmp_path, settings, now, client, secretary):
    client.force_login(secretary)
    session = client.session.session_key
    link = Link.objects.create(purpose="sign_in", person=secretary, expires_at=now + timedelta(hours=1))
    OutgoingMail.objects.create(
        to="a@example.org", kind="people/sign_in_code", subject="Code", text="9182-7364", secret=True
    )
    back_up(tmp_path / "backup.zip", at=now)
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        packed = b"".join(archive.read(name) for name in archive.namelist())
    secrets = {
        "session": session, "link": link.token, "code": "9182-7364", "SECRET_KEY": settings.SECRET_KEY,
        "log key": (keys.folder() / "log.key").read_text().strip(),
    }  # fmt: skip
    assert {name for name, value in secrets.items() if value.encode() in packed} == set()


def test_second_factors_come_back_and_are_of_no_use_without_the_secret_key(
    registry, tmp_path, settings, now, secretary
):
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(secretary, secret)
    back_up(tmp_path / "backup.zip", at=now)
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        assert secret.encode() not in archive.read("tables/mfa.authenticator.jsonl")
    lose_everything(settings, tmp_path)
    restore(tmp_path / "backup.zip", at=now)
    kept = Authenticator.objects.get(user_id=secretary.pk).data["secret"]
    assert get_adapter().decrypt(kept) == secret
    settings.SECRET_KEY = "another one"
    assert get_adapter().decrypt(kept) not in (secret, "", get_adapter().decrypt(kept))


def test_the_backup_is_of_one_instant_and_nobody_waits_for_it(registry, tmp_path, settings, now):
    """While it is being written, somebody else saves; the save is not held up, and is not half in the backup."""
    before = everything()

    def write_elsewhere():
        try:
            Organisation.objects.create(name="Late Comer", slug="late-comer", normalised="late comer")
            HistoryEntry.objects.create(subject_kind="organisation", subject_id=1, verb="made")
        finally:
            connections.close_all()

    def watch(_rows: int, once: list = []) -> None:  # noqa: B006
        if not once:
            once.append(True)
            other = threading.Thread(target=write_elsewhere)
            other.start()
            other.join(timeout=10)
            assert not other.is_alive(), "the save waited for the backup"

    back_up(tmp_path / "backup.zip", at=now, watch=watch)
    assert Organisation.objects.filter(slug="late-comer").exists()
    lose_everything(settings, tmp_path)
    restore(tmp_path / "backup.zip", at=now)
    assert everything() == before


def test_without_the_keys_a_new_log_begins_and_says_so(registry, tmp_path, settings, now):
    old, size = Head.objects.get().origin, Head.objects.get().size
    back_up(tmp_path / "backup.zip", at=now)
    lose_everything(settings, tmp_path, keys_too=True)
    result = restore(tmp_path / "backup.zip", at=now)
    assert any("A new log begins" in sentence for sentence in result.done)
    assert Head.objects.get().origin != old
    assert Entry.objects.latest("index").type == "log.restarted"
    assert verify_database().size == size + 1


def test_a_backup_that_is_older_than_what_was_signed_never_goes_on_under_the_same_name(
    registry, tmp_path, settings, now, make_pledge
):
    back_up(tmp_path / "backup.zip", at=now)
    make_pledge("published", title="Published after the backup was made")
    checkpoint()
    old = Head.objects.get().origin
    lose_everything(settings, tmp_path)
    restore(tmp_path / "backup.zip", at=now)
    assert Head.objects.get().origin != old


def test_a_mail_that_waited_is_in_doubt_after_a_restore(registry, tmp_path, settings, now, focal_point):
    OutgoingMail.objects.all().delete()
    waiting = OutgoingMail.objects.create(to="a@example.org", kind="pledges/published", subject="Published", text="…")
    back_up(tmp_path / "backup.zip", at=now)
    lose_everything(settings, tmp_path)
    result = restore(tmp_path / "backup.zip", at=now)
    assert OutgoingMail.objects.get(pk=waiting.pk).state == MailState.UNKNOWN
    assert mail.send_due() == 0
    assert any("outbox" in sentence for sentence in result.done)


def test_a_database_in_which_somebody_works_is_left_alone(registry, tmp_path, now):
    back_up(tmp_path / "backup.zip", at=now)
    before = everything()
    with pytest.raises(NotRestored, match="not empty"):
        restore(tmp_path / "backup.zip", at=now)
    assert everything() == before


def changed(path, name: str, change) -> None:
    """The same backup with one member changed."""
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    members[name] = change(members[name])
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in members.items():
            archive.writestr(each, content)


@pytest.mark.parametrize(
    ("member", "change", "said"),
    [
        ("tables/pledges.revision.jsonl", lambda b: b.replace(b"1000000", b"9000000"), "not what was packed"),
        ("tables/pledges.revision.jsonl", lambda b: b[: b.rindex(b"\n", 0, -1) + 1], "damaged"),
        ("tables/people.person.jsonl", lambda b: b + b"not json\n", "damaged"),
        ("manifest.json", lambda _b: b"{}", "not a backup"),
        ("manifest.json", lambda b: b.replace(b'"format": 1', b'"format": 99'), "newer"),
        ("manifest.json", lambda b: b.replace(b"0001_initial", b"0099_unheard_of", 1), "another version"),
    ],
)
def test_a_damaged_or_foreign_backup_is_refused_and_nothing_stays(
    registry, tmp_path, settings, now, member, change, said
):
    back_up(tmp_path / "backup.zip", at=now)
    changed(tmp_path / "backup.zip", member, change)
    lose_everything(settings, tmp_path)
    with pytest.raises(NotRestored, match=said):
        restore(tmp_path / "backup.zip", at=now)
    assert not Pledge.objects.exists()
    assert not Revision.objects.exists()


def test_a_disk_that_fails_leaves_the_former_backup(registry, tmp_path, now):
    path = tmp_path / "backup.zip"
    path.write_bytes(b"the former one")

    def fail(_rows):
        raise OSError(28, "No space left on device", str(path))

    with pytest.raises(OSError, match="No space"):
        back_up(path, at=now, watch=fail)
    assert path.read_bytes() == b"the former one"
    assert not [each for each in tmp_path.iterdir() if each.name.endswith(".half")]


def test_the_commands_say_what_they_did(registry, tmp_path, settings, now):
    path, out = tmp_path / "backup.zip", io.StringIO()
    call_command("backup", path, stdout=out)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "2 uploaded files" in out.getvalue()
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("manifest.json"))["database"] == connection.vendor
    lose_everything(settings, tmp_path, keys_too=True)
    with pytest.raises(CommandError, match="no keys in"):
        call_command("restore", path, keys=tmp_path / "nowhere", stdout=out)
    call_command("restore", path, keys=tmp_path / "keys", stdout=out, stderr=io.StringIO())
    assert "all hold" in out.getvalue()
    assert "A new log begins" not in out.getvalue()
