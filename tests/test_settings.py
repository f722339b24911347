"""Settings: what is wrong is refused at start-up, in a sentence that names the variable and what to write."""

from __future__ import annotations

import pytest

from botflow.errors import UsageError
from botflow.settings import Settings


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("BOTFLOW_DATABSE_URL", "x", "is not a setting of botflow (did you mean BOTFLOW_DATABASE_URL?)"),
        ("BOTFLOW_SECRET_KEY", "short", "BOTFLOW_SECRET_KEY: it has 5 characters; at least 32 are required"),
        ("BOTFLOW_PUBLIC_URL", "bots.example.com", "BOTFLOW_PUBLIC_URL: it must begin with https:// or http://"),
        ("OPENAI_BASE_URL", "localhost:11434", "OPENAI_BASE_URL: it must begin with https:// or http://"),
        ("BOTFLOW_REDIS_URL", "http://127.0.0.1", "BOTFLOW_REDIS_URL: it must begin with redis:// or"),
        ("BOTFLOW_ALLOWED_ORIGINS", "https://a.example, b.example", "'b.example' is no origin"),
        ("BOTFLOW_ALLOWED_ORIGINS", "https://a.example/", "'https://a.example/' is no origin"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_and_what_to_write(name: str, value: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        Settings.from_environment({name: value})

    assert sentence in str(refused.value)


def test_origins_are_separated_by_commas_and_an_empty_setting_is_unset() -> None:
    settings = Settings.from_environment(
        {"BOTFLOW_ALLOWED_ORIGINS": "https://a.example, http://127.0.0.1:3000, *", "BOTFLOW_REDIS_URL": ""}
    )

    assert settings.botflow_allowed_origins == ("https://a.example", "http://127.0.0.1:3000", "*")
    assert settings.botflow_redis_url is None
