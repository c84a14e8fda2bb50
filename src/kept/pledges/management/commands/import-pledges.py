"""`kept import-pledges FILE…`: spreadsheets and JSON into the registry (docs/importing.md)."""

from __future__ import annotations

import csv
import hashlib
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from kept.pledges.actions.importing import Outcome, run_import
from kept.pledges.importing.guessing import guess_mapping
from kept.pledges.importing.mapping import Mapping, MappingError
from kept.pledges.importing.mapping_files import load_mapping
from kept.pledges.importing.readers import Source, UnusableFile, find_files, open_source
from kept.pledges.models import BatchState, ImportBatch

GOOD, UNUSABLE, REFUSED = 0, 2, 3


class Report:
    """The file of refused rows: row, column, value, reason, then the row itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, str]] = []
        self.columns: list[str] = []

    def add(self, source: Source, outcome: Outcome, many: bool) -> None:
        problems = outcome.result.problems
        first = problems[0]
        line = {
            "row": str(outcome.result.number),
            "column": first.column,
            "value": first.value,
            "reason": " ".join(str(p.reason) for p in problems),
            **({"file": source.name} if many else {}),
        }
        record = source.record(outcome.result.row)
        self.columns += [c for c in record if c not in self.columns]
        self.rows.append({**record, **line} if "row" not in record else {**line, **record, **line})

    def write(self, many: bool) -> None:
        head = ["row", "column", "value", "reason", *(["file"] if many else [])]
        with self.path.open("w", newline="", encoding="utf-8-sig") as file:
            out = csv.DictWriter(file, [*head, *(c for c in self.columns if c not in head)], restval="")
            out.writeheader()
            out.writerows(self.rows)


class Command(BaseCommand):
    help = "Import pledges from CSV, XLSX or JSON. Leaves with 0 all good, 3 some rows refused, 2 unusable file."

    def add_arguments(self, parser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="files, or folders with files in them")
        parser.add_argument(
            "--mapping", help="a mapping that comes with Kept, or a TOML file; else columns are recognised"
        )
        parser.add_argument("--dry-run", action="store_true", help="look at everything, write nothing")
        parser.add_argument("--publish", action="store_true", help="publish at once (no mail is sent)")
        parser.add_argument("--update", action="store_true", help="rows that changed become revisions")
        parser.add_argument("--report", type=Path, help="write refused rows to this CSV file")

    def handle(self, *, files, mapping, dry_run, publish, update, report, **options) -> None:
        try:
            said = load_mapping(mapping) if mapping else None
            paths, skipped = find_files(files)
        except (MappingError, UnusableFile) as error:
            self._leave(str(error))
        for path in skipped:
            self.stdout.write(f"{path.name}: not a table, skipped.")
        if not paths:
            self._leave("There is nothing to import.")
        kept = Report(report) if report else None
        refused = unusable = 0
        for path in paths:
            try:
                batch = self._one(path, said, dry_run, publish, update, kept, len(paths) > 1)
                refused += batch.rows_refused
            except (UnusableFile, MappingError) as error:
                unusable += 1
                self.stderr.write(str(error))
        if kept:
            kept.write(len(paths) > 1)
        sys.exit(UNUSABLE if unusable else REFUSED if refused else GOOD)

    def _leave(self, message: str) -> None:
        self.stderr.write(message)
        sys.exit(UNUSABLE)

    def _one(
        self, path: Path, said: Mapping | None, dry_run, publish, update, kept: Report | None, many
    ) -> ImportBatch:
        source = open_source(path, said)
        for remark in source.remarks:
            self.stdout.write(f"{path.name}: {remark}")
        mapping = said or self._recognised(source)
        batch = self._batch(path, mapping, publish, update, dry_run)
        with ExitStack() as stack:
            bar = stack.enter_context(progress(source.total, path.name))

            def tell(outcomes: list[Outcome]) -> None:
                bar.update(len(outcomes))
                for outcome in outcomes:
                    self._say(path, outcome, bar)
                    if outcome.what == "refused" and kept:
                        kept.add(source, outcome, many)

            run_import(batch, source, mapping, by=None, tell=tell, dry_run=dry_run)
        verb = "would be imported" if dry_run else "imported"
        self.stdout.write(
            f"{path.name}: {batch.rows_new} {verb}, {batch.rows_same} known already, "
            f"{batch.rows_changed} changed{'' if update else ' (left as they are; --update takes them over)'}, "
            f"{batch.rows_refused} refused."
        )
        return batch

    def _recognised(self, source: Source) -> Mapping:
        guess = guess_mapping(source)
        if guess.unrecognised:
            self.stdout.write(f"{source.name}: columns that were not recognised: {', '.join(guess.unrecognised)}")
        return guess.needed()

    def _batch(self, path: Path, mapping: Mapping, publish: bool, update: bool, dry_run: bool) -> ImportBatch:
        """A new batch, or the unfinished one of the same file, which goes on."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if not dry_run:
            unfinished = ImportBatch.objects.filter(
                sha256=digest, mapping_name=mapping.name[:100], state=BatchState.RUNNING, publish=publish
            ).first()
            if unfinished is not None:
                self.stdout.write(f"{path.name}: an import that stopped goes on.")
                unfinished.update = update
                return unfinished
        return ImportBatch(
            file_name=path.name[:300],
            sha256=digest,
            mapping_name=mapping.name[:100],
            mapping=mapping.data,
            publish=publish,
            update=update,
            made_at=timezone.now(),
        )

    def _say(self, path: Path, outcome: Outcome, bar) -> None:
        if outcome.what == "refused":
            for problem in outcome.result.problems:
                where = f" {problem.column}: {problem.value!r:.60}" if problem.column else ""
                bar.write(f"{path.name} row {outcome.result.number}{where} {problem.reason}", file=sys.stderr)
        elif outcome.what == "changed":
            bar.write(f"{path.name} row {outcome.result.number} changed since it was imported.", file=sys.stderr)


@contextmanager
def progress(total: int, name: str) -> Iterator[tqdm]:
    """A bar on a terminal; nothing where nobody looks."""
    with tqdm(total=total or None, unit="row", desc=name[:30], disable=None, file=sys.stderr, mininterval=0.5) as bar:
        yield bar
