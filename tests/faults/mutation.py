"""Cutting a fence out of the product for the length of one test: a function's code is compiled anew without it.

The code object is exchanged in place, so whoever imported the function by name gets the mutated one as well.
"""

from __future__ import annotations
import __future__

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeGuard

import pytest

TELL = "__tell_of_a_crash"
CRASHES = "(ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError)"
CACHED = type(cache(lambda: None))
Promise = Callable[..., Any]  # a test function, perhaps with some of its arguments


@dataclass(frozen=True, slots=True)
class Statement:
    """A text in a module: an SQL statement, by its constant's name."""

    module: ModuleType
    name: str

    def replace(self, change: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(self.module, self.name, change(getattr(self.module, self.name)))


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression in a module, such as one of SQLAlchemy, by its constant's name: it is built anew."""

    module: ModuleType
    name: str

    def replace(self, change: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
        source = inspect.getsource(self.module)
        [built] = [item.value for item in ast.parse(source).body if _is_of(item, self.name)]
        assert built is not None
        text = ast.get_source_segment(source, built)
        assert text is not None
        whole = eval(f"({change(text)})", vars(self.module))
        monkeypatch.setattr(self.module, self.name, whole)


def _is_of(item: ast.stmt, name: str) -> TypeGuard[ast.Assign | ast.AnnAssign]:
    match item:
        case ast.Assign(targets=[ast.Name(id=known)]) | ast.AnnAssign(target=ast.Name(id=known)):
            return known == name
        case _:
            return False


@dataclass(frozen=True, slots=True)
class Fence:
    """What is `cut` out of `place` and replaced by `instead`, and the promise that is then broken on database `on`."""

    place: Callable[..., Any] | Statement | Expression
    cut: str
    instead: str
    promise: Promise
    on: str = "sqlite"

    @property
    def name(self) -> str:
        place = self.place.name if isinstance(self.place, (Statement, Expression)) else self.place.__qualname__
        promise = getattr(self.promise, "func", self.promise).__name__.removeprefix("test_")
        return f"{place}[{' '.join(self.cut.split())[:40]}]-{promise}-{self.on}"

    def remove(self, monkeypatch: pytest.MonkeyPatch) -> Sequence[BaseException]:
        """Take the fence away until the test ends; AssertionError when it is not there any more.

        Return a list that is filled while the test runs: the crashes of the cut function's own lines, also those that
        the product survives, such as an error in a worker's turn.
        """
        crashes: list[BaseException] = []
        if isinstance(self.place, (Statement, Expression)):
            self.place.replace(lambda whole: self._without(_flat(whole)), monkeypatch)
            return crashes
        function = inspect.unwrap(self.place)
        assert isinstance(function, FunctionType)
        tree = ast.parse(self._without(textwrap.dedent(inspect.getsource(function))))
        _tell_of_crashes(tree)
        whole = compile(tree, f"<{self.name}>", "exec", __future__.annotations.compiler_flag, dont_inherit=True)
        monkeypatch.setitem(function.__globals__, TELL, partial(_tell, crashes))
        monkeypatch.setattr(function, "__code__", _code_of(whole, function.__name__))
        _build_anew(sys.modules[function.__module__], monkeypatch)
        return crashes

    def _without(self, whole: str) -> str:
        assert whole.count(self.cut) == 1, f"{self.name}: the fence is not there, or not just once: change the list"
        return whole.replace(self.cut, self.instead)


def _flat(statement: str) -> str:
    return re.sub(r"[ \n]+", " ", statement)


def _tell_of_crashes(module: ast.Module) -> None:
    """Wrap the body of the module's function, so that a crash in it is told before it is raised."""
    [function] = module.body
    assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
    wrapped = ast.parse(f"try:\n    pass\nexcept {CRASHES} as {TELL}_crash:\n    {TELL}({TELL}_crash)\n    raise")
    [attempt] = wrapped.body
    assert isinstance(attempt, ast.Try)
    attempt.body = function.body
    function.body = [ast.copy_location(attempt, function.body[0])]
    ast.fix_missing_locations(module)


def _tell(crashes: list[BaseException], crash: BaseException) -> None:
    """Take note of a crash that began in the cut function itself, not in what it calls."""
    trace = crash.__traceback__
    if trace is not None and trace.tb_next is None:
        crashes.append(crash)


def _build_anew(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what the module's functions return once and for all be made again, and as it was when the test ends."""
    for name, function in list(vars(module).items()):
        if isinstance(function, CACHED):
            monkeypatch.setattr(module, name, cache(function.__wrapped__))


def _code_of(module: CodeType, name: str) -> CodeType:
    return next(code for code in module.co_consts if isinstance(code, CodeType) and code.co_name == name)
