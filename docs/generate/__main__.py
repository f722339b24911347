"""Fill the generated parts of every page of the reference: `python -m docs.generate`."""

from docs.generate.pages import filled_pages

for path, text in filled_pages():
    if path.read_text() != text:
        path.write_text(text)
        print(path)  # noqa: T201 -- a script says what it has done
