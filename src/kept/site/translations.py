"""The interface's texts in six languages: collect them, compile them, find what is missing.

`python -m kept.site.translations`          compile (Babel; no gettext program needed)
`python -m kept.site.translations collect`  collect texts from code and templates into the .po files (needs gettext)
`python -m kept.site.translations check`    what is missing, fuzzy or broken; leaves with 1 if anything is
`python -m kept.site.translations missing LANGUAGE`  untranslated texts as JSON, for a translator
`python -m kept.site.translations fill LANGUAGE FILE…`  what the translator sends back: the same JSON with a "string" in
each item (a list of the language's plural forms where "id" is a list)
"""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parent.parent
LANGUAGES = {"fr": "fr", "es": "es", "ar": "ar", "ru": "ru", "zh-hans": "zh_Hans"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")


def rooms() -> list[Path]:
    """Folders of the rooms that have texts."""
    return sorted(p for p in SOURCE.iterdir() if (p / "apps.py").exists())


def catalogue(room: Path, language: str) -> Path:
    return room / "locale" / LANGUAGES[language] / "LC_MESSAGES" / "django.po"


def compile_all() -> int:
    """Write the .mo file of every .po file that changed; returns how many."""
    written = 0
    for po in SOURCE.glob("*/locale/*/LC_MESSAGES/*.po"):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with po.open("rb") as source:
            texts = read_po(source, locale=po.parts[-3])
        whole = mo.with_suffix(".mo.new")
        with whole.open("wb") as target:
            write_mo(target, texts)
        whole.replace(mo)
        written += 1
    return written


def collect() -> None:
    """Bring the .po files of every room up to date with its code and templates."""
    import os

    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kept.site.settings")
    django.setup()
    here = Path.cwd()
    for room in rooms():
        (room / "locale").mkdir(exist_ok=True)
        os.chdir(room)
        call_command(
            "makemessages",
            locale=list(LANGUAGES.values()),
            extensions=["html", "txt", "py"],
            no_wrap=True,
            no_obsolete=True,
            add_location="file",
            ignore_patterns=["migrations/*", "static/*"],
            verbosity=0,
        )
        for language, locale in LANGUAGES.items():
            _say_language(catalogue(room, language), locale)
        with suppress(OSError):
            (room / "locale").rmdir()  # a room without texts
    os.chdir(here)


def _say_language(po: Path, locale: str) -> None:
    """A catalogue without its language loses its plural rule when it is written again."""
    if po.exists():
        text = po.read_text(encoding="utf-8")
        po.write_text(text.replace('"Language: \\n"', f'"Language: {locale}\\n"', 1), encoding="utf-8")


def faults(language: str) -> list[str]:
    """What is wrong with one language: missing, fuzzy, a placeholder lost, a plural form too few."""
    found = []
    for room in rooms():
        po = catalogue(room, language)
        if not po.exists():
            continue
        with po.open("rb") as source:
            texts = read_po(source, locale=LANGUAGES[language])
        for message in texts:
            if not message.id:
                continue
            where = f"{po.relative_to(SOURCE)}: {message.id!r:.80}"
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            if message.fuzzy:
                found.append(f"{where} is fuzzy")
            elif not all(strings):
                found.append(f"{where} is not translated")
            elif isinstance(message.id, tuple) and len(strings) < texts.num_plurals:
                found.append(f"{where} has {len(strings)} of {texts.num_plurals} plural forms")
            elif lost := _lost_placeholders(message.id, strings):
                found.append(f"{where} loses {lost}")
    return found


def _lost_placeholders(source: str | tuple, strings: tuple) -> set[str]:
    """Placeholders of the source that a translation lacks or invents; a singular may leave the number out."""
    many = source[-1] if isinstance(source, tuple) else source
    wanted = set(PLACEHOLDER.findall(many))
    wrong: set[str] = set()
    for text in strings:
        has = set(PLACEHOLDER.findall(text))
        wrong |= has - wanted
        if not isinstance(source, tuple):
            wrong |= wanted - has
    if isinstance(source, tuple):
        wrong |= wanted - set(PLACEHOLDER.findall(strings[-1]))
    return wrong - {"%%"}


def missing(language: str) -> list[dict]:
    """Untranslated texts of one language, with where they stand."""
    found = []
    for room in rooms():
        po = catalogue(room, language)
        if po.exists():
            with po.open("rb") as source:
                texts = read_po(source, locale=LANGUAGES[language])
            for message in texts:
                strings = message.string if isinstance(message.string, tuple) else (message.string,)
                if message.id and (message.fuzzy or not all(strings)):
                    found.append(
                        {
                            "room": room.name,
                            "id": message.id,
                            "context": message.context,
                            "where": sorted({name for name, _line in message.locations})[:3],
                        }
                    )
    return found


def fill(language: str, files: list[str]) -> int:
    """Write a translator's texts into the .po files; a text that is gone is passed over. Returns how many."""
    sent: dict[tuple, str | list[str]] = {}
    for name in files:
        for item in json.loads(Path(name).read_text(encoding="utf-8")):
            key = tuple(item["id"]) if isinstance(item["id"], list) else item["id"]
            sent[key, item.get("context")] = item["string"]
    written = 0
    for room in rooms():
        po = catalogue(room, language)
        if not po.exists():
            continue
        with po.open("rb") as source:
            texts = read_po(source, locale=LANGUAGES[language])
        for message in texts:
            string = sent.get((message.id, message.context)) if message.id else None
            if string:
                message.string = tuple(string) if isinstance(string, list) else string
                message.flags.discard("fuzzy")
                written += 1
        with po.open("wb") as target:
            write_po(target, texts, width=0, include_lineno=False)
    return written


def main(words: list[str]) -> int:
    match words:
        case []:
            compile_all()
        case ["collect"]:
            collect()
        case ["missing", language]:
            sys.stdout.write(json.dumps(missing(language), ensure_ascii=False, indent=1) + "\n")
        case ["fill", language, *files] if files:
            sys.stdout.write(f"{fill(language, files)} texts.\n")
        case ["check"]:
            wrong = [line for language in LANGUAGES for line in faults(language)]
            sys.stdout.write("".join(f"{line}\n" for line in wrong[:60]))
            sys.stdout.write(f"{len(wrong)} texts need a translator.\n" if wrong else "Every text is translated.\n")
            return int(bool(wrong))
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
