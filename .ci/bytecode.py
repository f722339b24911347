"""Load what servers and commands load, so that Python writes the bytecode of it beside each module.

A command takes three times as long without bytecode. uv leaves it to the first start, and not every process may write
it: PYTHONDONTWRITEBYTECODE is set for many. tests/cli/test_imports.py tells when a command loads what is not here.
"""

from importlib import import_module

for name in (
    "botflow.cli.app",
    "botflow.flow.building.flow",
    "botflow.runtime.flow_files",
    "botflow.storage.one_off",
    "botflow.storage.read_only",
    "botflow.web.application",
    "botflow.web.serving.server",
    "typer.rich_utils",
):
    import_module(name)
import_module("botflow.plugins").installed_plugins()
import_module("botflow.nodes").built_in()
