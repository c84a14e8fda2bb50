"""Import: an office's files in, row after row, by a mapping that it can write itself (docs/importing.md).

    source = open_source(path, mapping)
    binding = bind(mapping, source)
    for row in source.rows():
        result = binding.read_row(row)     # values, organisations, problems

Nothing in here touches the database.
"""

from kept.pledges.importing.cells import CellError, harmless, unharmed
from kept.pledges.importing.guessing import ASSIGNABLE, Guess, cells_of, guess_mapping, mapping_from_columns
from kept.pledges.importing.mapping import Mapping, MappingError
from kept.pledges.importing.mapping_files import load_mapping, shipped_mappings
from kept.pledges.importing.mapping_files import read as read_mapping
from kept.pledges.importing.organisations import OrganisationSpec, PartnerSpec
from kept.pledges.importing.readers import find_files, open_source
from kept.pledges.importing.rows import Binding, Problem, RowResult, bind, read_row
from kept.pledges.importing.sources import Layout, Row, Source, UnusableFile

__all__ = [
    "ASSIGNABLE", "Binding", "CellError", "Guess", "Layout", "Mapping", "MappingError", "OrganisationSpec",
    "PartnerSpec", "Problem", "Row", "RowResult", "Source", "UnusableFile", "bind", "cells_of", "find_files",
    "guess_mapping", "harmless", "load_mapping", "mapping_from_columns", "open_source", "read_mapping", "read_row",
    "shipped_mappings", "unharmed",
]  # fmt: skip
