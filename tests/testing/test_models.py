"""The offline model and a test's own scripted one fulfil the contract of all models."""

from __future__ import annotations

import pytest

from botflow.runtime.offline_model import LexicalModel
from botflow.testing import ScriptedModel
from botflow.testing.contracts import ModelContract, ModelExample


class TestLexicalModel(ModelContract):
    @pytest.fixture
    def model_example(self) -> ModelExample:
        return ModelExample(open=LexicalModel)


class TestScriptedModel(ModelContract):
    @pytest.fixture
    def model_example(self) -> ModelExample:
        model = ScriptedModel()
        return ModelExample(open=lambda: model, prepare=lambda purpose, value: model.add(value))
