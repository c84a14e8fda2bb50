"""One index for words, facets, order and sums of the public record (docs/decisions/0040-one-index.md).

It is disposable: built from the database (`building`), kept current by the change sequence (`following`), and where
it is missing, old or broken the registry answers in SQL until it is there again. Only public records enter it.

`words` how texts and questions become the same words · `columns`, `schema`, `documents` what is indexed ·
`folder`, `reading` where it lies and how it is opened · `asking`, `ordering`, `answering` how it answers.
"""
