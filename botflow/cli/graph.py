"""`botflow graph`: a flow as a Mermaid diagram, for a README or a pull request."""

from __future__ import annotations

from typing import Annotated

import typer

from botflow.cli.flow_files import FLOW, read_flow_files
from botflow.cli.printing import AS_JSON, print_json
from botflow.flow.mermaid import mermaid


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: botflow graph examples/03_support_router.yaml > router.mmd")(graph)


def graph(flow: FLOW, as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Print the flow as a Mermaid diagram."""
    files = read_flow_files([flow])
    compiled = files.compiled(next(iter(files.sources)))
    if as_json:
        print_json({"id": compiled.id, "digest": compiled.digest, "mermaid": mermaid(compiled)})
    else:
        typer.echo(mermaid(compiled))
