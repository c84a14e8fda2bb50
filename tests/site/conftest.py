"""The site's tests look at whole pages: some in a browser, on a served demonstration."""

from tests.browser import chrome, demonstration, empty_house, templates_folder  # noqa: F401
