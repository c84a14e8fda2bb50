"""`kept import-pledges FILE…`: spreadsheets and JSON into the registry (docs/importing.md)."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from kept.pledges.actions.import_chunks import Outcome, problems_of
from kept.pledges.actions.import_running import run_import
from kept.pledges.import_queries import mapping_of_report
from kept.pledges.importing.guessing import guess_mapping
from kept.pledges.importing.mapping import Mapping, MappingError
from kept.pledges.importing.mapping_files import load_mapping, read
from kept.pledges.importing.readers import Source, UnusableFile, find_files, open_source
from kept.pledges.importing.reports import Report
from kept.pledges.models import BatchState, ImportBatch, ImportMapping

GOOD, UNUSABLE, REFUSED = 0, 2, 3


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
            said = self._mapping(mapping) if mapping else None
            paths, skipped = find_files(files)
        except (MappingError, UnusableFile) as error:
            self._leave(str(error))
        for path in skipped:
            self.stdout.write(f"{path.name}: not a table, skipped.")
        if not paths:
            self._leave("There is nothing to import.")
        kept = Report() if report else None
        refused = unusable = 0
        for path in paths:
            try:
                batch = self._one(path, said, dry_run, publish, update, kept, len(paths) > 1)
                refused += batch.rows_refused
            except (UnusableFile, MappingError) as error:
                unusable += 1
                self.stderr.write(str(error))
        if kept and report:
            kept.write(report, files=len(paths) > 1)
        sys.exit(UNUSABLE if unusable else REFUSED if refused else GOOD)

    def _mapping(self, name: str) -> Mapping:
        """A mapping that was saved on the desk, one that comes with Kept, or a file."""
        saved = ImportMapping.objects.filter(name=name).first()
        return read(saved.data, name=saved.name) if saved else load_mapping(name)

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
                        record, file = source.record(outcome.result.row), source.name if many else ""
                        kept.add(outcome.result.number, problems_of(outcome.result), record, file)

            run_import(batch, source, mapping, by=None, tell=tell, dry_run=dry_run)
        self.stdout.write(self._summary(path, batch, dry_run, update))
        return batch

    def _summary(self, path: Path, batch: ImportBatch, dry_run: bool, update: bool) -> str:
        verb = "would be imported" if dry_run else "imported"
        parts = [f"{batch.rows_new} {verb}", f"{batch.rows_same} known already", f"{batch.rows_changed} changed"]
        if batch.rows_changed and not update:
            parts[-1] += " (left as they are; --update takes them over)"
        if batch.rows_left_out:
            parts.append(f"{batch.rows_left_out} left out by the mapping")
        return f"{path.name}: {', '.join(parts)}, {batch.rows_refused} refused."

    def _recognised(self, source: Source) -> Mapping:
        if source.is_report and (mapping := mapping_of_report(source)):
            self.stdout.write(
                f"{source.name}: rows that were refused before, read as they were then ({mapping.source})."
            )
            return mapping
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
