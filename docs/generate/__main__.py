"""Fill the generated parts of the reference's pages, and write the clients' calls: `python -m docs.generate`."""

from docs.generate.clients.files import generated_files, orphans
from docs.generate.pages import filled_pages

wanted = {**dict(filled_pages()), **generated_files()}
for path, text in wanted.items():
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(path)  # noqa: T201 -- a script says what it has done
for path in orphans(wanted):
    path.unlink()
    print(f"{path} is gone")  # noqa: T201 -- likewise
