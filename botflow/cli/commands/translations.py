"""`botflow translations`: PO files for translators, beside the flow files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from botflow.cli.launch import AsJson, FlowPaths
from botflow.cli.output.printing import print_json, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from botflow.flow.translating.entries import Entry

translations = typer.Typer(
    no_args_is_help=True, help="Translate flows, by PO files beside them: shop.de.po for shop.yaml."
)
Languages = Annotated[
    list[str] | None,
    typer.Option(
        "--language", "-l", help="A language to begin, such as de or pt-BR. May be repeated.", show_default=False
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 1 if a text is missing or waits for a review.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(translations, name="translations")


@translations.command(epilog="Example: botflow translations extract shop.yaml --language de --language it")
def extract(flows: FlowPaths, language: Languages = None) -> None:
    """Write the texts of flows into a template, shop.pot, and begin a PO file for each new language.

    A PO file that is there already is left as it is: `merge` brings it up to date.
    """
    from botflow.flow.locale_codes import checked_language

    for tag in language or ():
        try:
            checked_language(tag)
        except ValueError as wrong:
            raise typer.BadParameter(str(wrong), param_hint="--language") from None
    for file, found, languages in _flows(flows):
        _write(file.with_suffix(".pot"), None, found, "")
        for tag in dict.fromkeys((*languages, *(language or ()))):
            path = file.with_suffix(f".{tag}.po")
            if not path.exists():
                _write(path, None, found, tag)


@translations.command(epilog="Example: botflow translations merge shop.yaml")
def merge(flows: FlowPaths) -> None:
    """Bring the PO files of flows up to date with their texts.

    Comments and translations stay. The translation of a text that has changed becomes fuzzy: it is not used until a
    person has reviewed it and removed that flag. What is gone from the flow stays at the end of the file.
    """
    from botflow.flow.translating.po_file import read_po
    from botflow.runtime.translation_files import read_translation, translations_of

    for file, found, _ in _flows(flows):
        for tag, path in translations_of(file):
            _write(path, read_po(read_translation(path), str(path)), found, tag)


@translations.command(epilog="Example: botflow translations status shop.yaml --strict")
def status(flows: FlowPaths, strict: Strict = False, as_json: AsJson = False) -> None:
    """Show how many texts of flows are translated, missing, or wait for a review, by language."""
    from botflow.runtime.translation_status import status_of

    rows = [row for path in flows for row in status_of(path)]
    if as_json:
        print_json([row.to_json() for row in rows])
    elif not rows:
        typer.echo("No flow has translations yet. Begin with: botflow translations extract FLOW --language de")
    else:
        heading = ("FLOW", "LANGUAGE", "TRANSLATED", "MISSING", "TO REVIEW", "FILE")
        typer.echo(table([heading, *(row.cells() for row in rows)]))
    raise typer.Exit(1 if strict and any(row.missing or row.to_review for row in rows) else 0)


def _flows(paths: Sequence[Path]) -> Iterator[tuple[Path, list[Entry], tuple[str, ...]]]:
    """Yield each flow file with its texts and the languages that it names; FlowProblems for one with errors."""
    from botflow.runtime.translation_status import texts_of_files

    yield from texts_of_files(paths)


def _write(path: Path, former: Any, found: Sequence[Entry], tag: str) -> None:
    """Write a PO file, unless it holds that already, and say what it holds."""
    from botflow.flow.translating.merge import merged
    from botflow.flow.translating.po_file import write_po

    file = merged(former, found, tag)
    text = write_po(file)
    is_new = not path.exists() or path.read_text(encoding="utf-8") != text
    if is_new:
        path.write_text(text, encoding="utf-8")
    count = f"{len(found)} text{'' if len(found) == 1 else 's'}"
    done = f", {len(file.translated_entries())} translated, {len(file.fuzzy_entries())} fuzzy" if tag else ""
    typer.echo(f"{path}: {count}{done}{'' if is_new else ', unchanged'}")
