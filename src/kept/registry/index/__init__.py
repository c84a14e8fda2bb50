"""One index for words, facets, order and sums of the public record (docs/decisions/0040-one-index.md,
0090-the-index-is-ours.md).

It is disposable: built from the database (`building`), kept current by the change sequence (`following`), and where
it is missing, old or broken the registry answers in SQL until it is there again. Only public records enter it.

`words` how texts and questions become the same words · `columns`, `schema`, `documents` what is indexed ·
`filling`, `merging` how that becomes arrays · `arrays`, `vocabulary`, `segment` how they lie in a file and are read ·
`folder`, `reading` where it lies and how it is opened · `asking`, `ordering`, `answering` how it answers.
"""
