"""Files beside a pledge: known by their content, pictures drawn anew, handed out to those who may have them."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from kept.base.lifecycle import NotAllowed
from kept.pledges import actions, attachments
from kept.pledges.attachments import FileRefused, examine, media_type_of, shown_name
from kept.pledges.models import Pledge

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(kind="JPEG", size=(40, 30), **more) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind, **more)
    return out.getvalue()


def packed(*names: str, **files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def upload(data: bytes, name: str = "file.bin") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


WORD = packed("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("data", "name", "ending"),
    [
        (PDF, "plan.exe", ".pdf"),
        (picture("PNG"), "x", ".png"),
        (picture("JPEG"), "x.png", ".jpg"),
        (picture("WEBP"), "x", ".webp"),
        (WORD, "x.pdf", ".docx"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), "x", ".xlsx"),
        (packed("content.xml", mimetype="application/vnd.oasis.opendocument.text"), "x", ".odt"),
        (b"name;amount\nA;1\n", "list.csv", ".csv"),
        ("Économie et société\n".encode(), "note", ".txt"),
        ("Économie\n".encode("cp1252"), "note", ".txt"),
        ("学校\n".encode("utf-16"), "note", ".txt"),
    ],
)
def test_a_file_is_what_its_content_says(data, name, ending):
    assert attachments.ENDINGS[media_type_of(data, name)] == ending


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00" + b"\x00" * 60,
        b"\x7fELF" + b"\x00" * 60,
        b"GIF89a" + b"\x00" * 60,
        packed("evil.exe"),
        packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        packed("content.xml", mimetype="application/vnd.oasis.opendocument.graphics"),
        b"PK\x03\x04 broken",
        b"text with \x00 in it",
        b"\x1f\x8b" + b"\x00" * 60,
    ],
)
def test_other_files_are_refused_whatever_they_are_called(data):
    with pytest.raises(FileRefused):
        examine(upload(data, "plan.pdf"))


def test_an_empty_file_and_one_that_is_too_large_are_refused(monkeypatch):
    with pytest.raises(FileRefused, match="empty"):
        examine(upload(b"", "a.txt"))
    monkeypatch.setattr(attachments, "LARGEST", 100)
    with pytest.raises(FileRefused, match="10 MB"):
        examine(upload(b"x" * 101, "a.txt"))


def test_a_picture_loses_what_its_camera_wrote_into_it():
    exif = Image.Exif()
    exif[0x010E] = "Bujumbura, at home"
    exif[0x0112] = 6  # turned by a quarter
    found = examine(upload(picture("JPEG", (40, 30), exif=exif) + b"<?php hidden behind it ?>", "me.jpg"))
    kept = Image.open(io.BytesIO(found.data))
    assert kept.size == (30, 40)
    assert dict(kept.getexif()) == {}
    assert b"Bujumbura" not in found.data
    assert b"php" not in found.data


def test_a_picture_that_would_fill_the_memory_is_not_opened(monkeypatch):
    monkeypatch.setattr(attachments, "MOST_PIXELS", 1000)
    with pytest.raises(FileRefused, match="too many points"):
        examine(upload(picture("PNG", (100, 100)), "bomb.png"))


def test_a_bomb_is_told_by_its_head(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(FileRefused, match="too many points"):
        examine(upload(picture("PNG", (100, 100)), "bomb.png"))


@pytest.mark.parametrize("cut", [10, 40, 60])
def test_half_a_picture_is_refused(cut):
    with pytest.raises(FileRefused):
        examine(upload(picture("PNG")[:cut], "half.png"))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ana\\Plan 2027.PDF", "Plan 2027.pdf"),
        ("plan.pdf.exe", "plan.pdf.pdf"),
        ("\x00\n", "file.pdf"),
        ("", "file.pdf"),
        ("خطة.pdf", "خطة.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("...", "file.pdf"),
        ('a"b<c>.pdf', "a b c.pdf"),
    ],
)
def test_a_file_is_shown_under_a_harmless_name(given, shown):
    assert shown_name(given, "application/pdf") == shown


def test_a_letter_is_a_pdf_or_a_picture():
    assert examine(upload(PDF, "letter"), letter=True).media_type == "application/pdf"
    with pytest.raises(FileRefused, match="signed letter"):
        examine(upload(WORD, "letter.docx"), letter=True)


# --- with a pledge -----------------------------------------------------------------------------------


@pytest.fixture
def with_file(make_pledge, focal_point, now):
    def make(state: str = "draft") -> Pledge:
        pledge = make_pledge("draft")
        actions.add_attachment(pledge, upload(PDF, "Plan.pdf"), by=focal_point, at=now)
        return published(pledge) if state == "published" else Pledge.objects.get(pk=pledge.pk)

    def published(pledge):
        from kept.people.models import Person

        secretary = Person.objects.get(email="secretary@example.org")
        actions.submit(pledge, by=focal_point, at=now, consent=True)
        actions.schedule(pledge, by=secretary, at=now)
        return actions.publish_now(pledge, by=secretary, at=now)

    return make


def address(pledge: Pledge) -> str:
    return f"/pledges/{pledge.address}/files/{pledge.attachments.get(is_letter=False).pk}/"


def test_a_file_is_kept_under_a_random_name(with_file):
    first, second = with_file().attachments.get(), with_file().attachments.get()
    assert "Plan" not in first.file.name
    assert first.file.name != second.file.name
    assert first.sha256 == second.sha256


def test_a_drafts_file_is_for_its_people_alone(with_file, client, focal_point, make_person):
    pledge = with_file()
    assert client.get(address(pledge)).status_code == 404
    client.force_login(make_person("stranger@example.org"))
    assert client.get(address(pledge)).status_code == 404
    client.force_login(focal_point)
    assert b"".join(client.get(address(pledge)).streaming_content) == PDF


def test_a_published_file_is_handed_out_to_everybody_as_a_download_in_a_sandbox(with_file):
    pledge = with_file("published")
    answer = Client().get(address(pledge))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="Plan.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers


def test_a_file_of_another_pledge_is_not_there_under_this_ones_address(with_file, client, focal_point):
    one, other = with_file(), with_file("published")
    client.force_login(focal_point)
    pk = one.attachments.get().pk
    assert client.get(f"/pledges/{other.address}/files/{pk}/").status_code == 404
    assert client.get(f"/pledges/{one.key}/files/999999/").status_code == 404


def test_a_file_that_was_taken_away_is_gone_unless_a_public_text_lists_it(with_file, client, focal_point, now):
    draft = with_file()
    where = address(draft)
    actions.remove_attachment(draft, draft.attachments.get(), by=focal_point, at=now)
    client.force_login(focal_point)
    assert client.get(where).status_code == 404
    published = with_file("published")
    actions.begin_revision(published, by=focal_point, at=now)
    actions.remove_attachment(published, published.attachments.get(), by=focal_point, at=now)
    assert Client().get(address(published)).status_code == 200


def test_a_letter_is_for_the_secretariat_alone(make_pledge, secretary, desk, focal_point, now):
    pledge = make_pledge("draft")
    Pledge.objects.update(on_behalf=True)
    pledge.refresh_from_db()
    letter = actions.attach_letter(pledge, upload(PDF, "letter.pdf"), by=secretary, at=now)
    where = f"/pledges/{pledge.key}/files/{letter.pk}/"
    assert desk.get(where).status_code == 200
    client = Client()
    client.force_login(focal_point)
    assert client.get(where).status_code == 404


def test_who_may_not_write_adds_nothing(with_file, make_person, now):
    pledge = with_file()
    stranger = make_person("stranger@example.org")
    with pytest.raises(NotAllowed):
        actions.add_attachment(pledge, upload(PDF), by=stranger, at=now)
    with pytest.raises(NotAllowed):
        actions.remove_attachment(pledge, pledge.attachments.get(), by=stranger, at=now)
    assert pledge.attachments.filter(removed_at=None).count() == 1


def test_a_file_of_another_pledge_is_not_shown_where_an_id_was_smuggled_in(with_file, make_pledge, focal_point, now):
    from kept.pledges.presenting import present

    smuggled = with_file().attachments.get().pk
    pledge = make_pledge("draft", attachments=(smuggled,))
    assert present(pledge, pledge.working, "en").files == ()
