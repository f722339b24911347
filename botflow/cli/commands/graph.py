"""`botflow graph`: a flow as a Mermaid diagram, for a README or a pull request."""

from __future__ import annotations

import typer

from botflow.cli.launch import AsJson, FlowPaths
from botflow.cli.output.printing import print_json


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: botflow graph examples/03_support_router.yaml > router.mmd")(graph)


def graph(flows: FlowPaths, as_json: AsJson = False) -> None:
    """Print a flow as a Mermaid diagram; further files are the subflows it runs."""
    from botflow.flow.mermaid import mermaid
    from botflow.runtime.flow_files import read_flow_files

    files = read_flow_files(flows)
    compiled = files.compiled(next(iter(files.sources)))
    if as_json:
        print_json({"id": compiled.id, "digest": compiled.digest, "mermaid": mermaid(compiled)})
    else:
        typer.echo(mermaid(compiled), nl=False)
