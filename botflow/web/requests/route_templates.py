"""The template of a request's route, such as /hooks/{workflow}: all that metrics, logs and traces say of a path."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute
from starlette.types import Scope

UNMATCHED = "unmatched"  # paths that no route has, and preflight requests


class RouteTemplates:
    """The templates of these routes, by what the router names as the endpoint of a request."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._templates = {id(_endpoint(route)): getattr(route, "path", UNMATCHED) for route in routes}

    def of(self, scope: Scope) -> str:
        """Return the template of the route that a request was given to."""
        return self._templates.get(id(scope.get("endpoint")), UNMATCHED)


def _endpoint(route: BaseRoute) -> object:
    """Return what the router names as the endpoint of a request that it gives to `route`."""
    return getattr(route, "endpoint", None) or getattr(route, "app", None)
