"""Reads a file of pledges for `ahead.py` and writes its rows to standard output, chunk after chunk (pickle).

Run as a file, with the environment of whoever imports. A list is rows, None is the end, text says why the file is
unusable.
"""

import gc
import os
import pickle
import sys


def main() -> None:
    job = pickle.load(sys.stdin.buffer)  # noqa: S301  (written by the process that started this one)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kept.site.settings")
    import django

    django.setup()
    from django.utils import translation

    from kept.pledges.importing import UnusableFile, open_source, read_mapping
    from kept.pledges.importing.ahead import read_here
    from kept.pledges.importing.by_hand import ByHand

    gc.freeze()
    gc.disable()  # rows come and go by the thousand and hold no circles; what does is swept between chunks
    with translation.override(job["language"]):
        try:
            mapping = read_mapping(job["mapping"], name=job["called"])
            expected = mapping if job["by_mapping"] else ByHand(mapping.layout)
            source = open_source(job["path"], expected, name=job["name"])
            for results in read_here(source, mapping, job["corrections"]):
                say(results)
                gc.collect(0)
            say(None)
        except UnusableFile as error:
            say(error.message)


def say(thing: object) -> None:
    pickle.dump(thing, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)  # whoever asked has gone
