"""Settings: what is wrong is refused at start-up, in a sentence that names the variable and what to write."""

from __future__ import annotations

import pytest
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from botflow.errors import UsageError
from botflow.settings import EnvironmentSettings, Settings, WebUrl


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("BOTFLOW_DATABSE_URL", "x", "is not a setting of botflow (did you mean BOTFLOW_DATABASE_URL?)"),
        ("BOTFLOW_SECRET_KEY", "short", "BOTFLOW_SECRET_KEY: it has 5 characters; at least 32 are required"),
        ("BOTFLOW_PUBLIC_URL", "bots.example.com", "BOTFLOW_PUBLIC_URL: it must begin with https:// or http://"),
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


@pytest.mark.parametrize("blank", [" " * 32, "\t" * 32, "\u00a0" * 32, " ,  , " + " " * 32])
def test_a_secret_of_blanks_is_unset(blank: str) -> None:
    assert Settings.from_environment({"BOTFLOW_SECRET_KEY": blank}) == Settings()
    if not blank.strip():
        assert Settings.from_environment(dict.fromkeys(Settings.variables(), blank)) == Settings()
        assert TelephonySettings.from_environment({"TELEPHONY_TOKEN": blank}) == TelephonySettings()


def test_settings_of_which_none_is_set_are_made_once_and_an_organizations_are_its_own() -> None:
    """A start reads those of each plugin several times, and few plugins are configured."""
    unset = TelephonySettings.from_environment({"A": "b", "TOKEN": "x"})
    organizations = unset.of_organization(())

    assert TelephonySettings.from_environment({}) is unset
    assert (unset.networks, organizations.networks) == (None, ())


def test_only_from_environment_reads_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTFLOW_REDIS_URL", "redis://127.0.0.1")

    assert Settings().botflow_redis_url is None
    assert Settings.from_environment().botflow_redis_url == "redis://127.0.0.1"
    assert Settings.from_environment({}).botflow_redis_url is None


def test_names_for_tests_are_free() -> None:
    assert Settings.from_environment({"BOTFLOW_TEST_DATABASE_URL": "x"}) == Settings()


class TelephonySettings(EnvironmentSettings):
    """As an integration declares its own."""

    model_config = SettingsConfigDict(env_prefix="TELEPHONY_")

    token: SecretStr | None = Field(default=None, min_length=4)
    url: WebUrl | None = None
    lines: tuple[int, ...] = ()


def test_an_integration_reads_its_own_names_and_no_others() -> None:
    read = TelephonySettings.from_environment({"TELEPHONY_TOKEN": "1234", "TELEPHONY_URL": "", "TOKEN": "x", "A": "b"})

    assert read == TelephonySettings(token=SecretStr("1234"))
    assert TelephonySettings.variables() == ("TELEPHONY_TOKEN", "TELEPHONY_URL", "TELEPHONY_LINES")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TELEPHONY_URL", "localhost:11434", "TELEPHONY_URL: it must begin with https:// or http://"),
        ("TELEPHONY_TOKEN", "123", "TELEPHONY_TOKEN: it has 3 characters; at least 4 are required"),
        ("TELEPHONY_LINES", "one", "error parsing value for field"),
    ],
)
def test_an_integrations_wrong_setting_is_refused_in_the_same_words(name: str, value: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        TelephonySettings.from_environment({name: value})

    assert refused.value.code == "settings.invalid"
    assert sentence in str(refused.value)


def test_secrets_are_the_secret_fields_and_the_passwords_in_addresses() -> None:
    settings = Settings.from_environment(
        {
            "BOTFLOW_DATABASE_URL": "postgresql://me:p%40ss%2Fword@db/flows?sslpassword=of-the-key",
            "BOTFLOW_REDIS_URL": "redis://:of-redis@cache/0",
            "BOTFLOW_SECRET_KEY": f"{'n' * 32},{'f' * 32}",
            "BOTFLOW_API_KEY": "api-key-0123456789",
        }
    )

    assert sorted(settings.secrets()) == sorted(
        ["p%40ss%2Fword", "p@ss/word", "of-the-key", "of-redis", "n" * 32, "f" * 32, "api-key-0123456789"]
    )


def test_a_password_that_is_the_users_name_is_no_secret() -> None:
    assert list(Settings(botflow_database_url="postgresql://postgres:postgres@db/flows").secrets()) == []
    assert list(Settings(botflow_database_url="postgresql://[not-an-address").secrets()) == []
