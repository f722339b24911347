"""OpenAI's model fulfils the contract of all models, by both its APIs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botflow_openai.model import OpenAIModel

from botflow.interfaces import Model
from botflow.testing.contracts import ModelContract, ModelExample
from tests.stand_ins.openai import OpenAIStandIn

ABSTAIN = "abstain"
NOBODY = "http://127.0.0.1:9/v1"  # the discard port: nothing listens there


class TestOpenAIModel(ModelContract):
    @pytest.fixture(params=["gpt-5-mini", "responses:gpt-5-mini"])
    def model_example(self, request: pytest.FixtureRequest) -> Iterator[ModelExample]:
        with OpenAIStandIn() as openai:

            def opened(url: str = openai.url) -> Model:
                return OpenAIModel(api_key=openai.api_key, base_url=url, default_model=request.param)

            def prepare(purpose: str, value: object) -> None:
                match purpose:
                    case "route":
                        openai.say({"edge": value or ABSTAIN})
                    case "extract":
                        assert isinstance(value, dict)
                        openai.say(value)
                    case _:
                        openai.say(str(value))

            yield ModelExample(open=opened, prepare=prepare, unreachable=lambda: opened(NOBODY))
        assert openai.violations == []
