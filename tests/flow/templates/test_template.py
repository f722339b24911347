"""Templates and conditions: what they say, and that nothing they say can hurt."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

import minijinja
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botflow.errors import FlowError
from botflow.flow.templates.language_filters import SETTINGS, RenderSettings
from botflow.flow.templates.template import LARGEST_TEXT, Templates, node_references

CONTEXT: dict[str, Any] = {
    "name": "Ada",
    "qty": 3,
    "price": 2.5,
    "nothing": None,
    "cart": [{"title": "pie", "n": 2}, {"title": "tea", "n": 1}],
    "long": "a" * 60_000,
    "__var": {"name": "variable"},
    "__node": {"ask": {"value": "output"}, "1": {"value": "one"}},
    "__input": {"text": "hello"},
}


def in_language(language: str) -> dict[str, Any]:
    settings = RenderSettings(datetime(2026, 11, 26, tzinfo=UTC), lambda: ZoneInfo("UTC"), (language,))
    return {"sure": True, "never": False, SETTINGS: settings}


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "yes/no"), ("de-AT", "ja/nein"), ("es", "sí/no"), ("fr", "oui/non"), ("ja", "yes/no")],
)
def test_a_truth_in_a_text_is_said_in_the_language_and_a_value_stays_one(language: str, text: str) -> None:
    templates, context = Templates(), in_language(language)

    assert templates.render("{{ sure }}/{{ never }}", context) == text
    assert templates.render("{% if sure %}{{ sure }}/{{ never }}{% endif %}", context) == text
    assert templates.render_value("{{ sure }}", context) is True
    assert templates.render_value({"a": ["{{ never }}", "ok={{ sure }}"]}, context) == {"a": [False, "ok=true"]}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 0.1 + 0.2 }}", "0.3"),
        ("{{ 1000.1 + 0.2 }} {{ 2.5 * 3 }}", "1000.3 7.5"),
        ("{{ 1 / 3 }} {{ -2 / 3 }}", "0.333333333333333 -0.666666666666667"),
        ("{{ 12345678901234567890 }}", "12345678901234567890"),
        ("{{ 123456789.25 }} {{ 0.1 + 0.2 }}", "123456789.25 0.3"),
    ],
)
def test_a_number_in_a_text_has_at_most_fifteen_digits(source: str, text: str) -> None:
    assert Templates().render(source, {}) == text
    assert Templates().render_value("x " + source, {}) == "x " + text
    assert Templates().render_value("{{ 0.1 + 0.2 }}", {}) == 0.1 + 0.2


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("no tags at all: $5 { }", "no tags at all: $5 { }"),
        ("Hi {{ name }}!", "Hi Ada!"),
        ("{{ $var.name }} {{ $ask.value }} {{ $1.value }} {{ $input.text }}", "variable output one hello"),
        ("$name {{ '$name' }} {{ name }}", "$name $name Ada"),
        ("{{ unknown }}{{ unknown.deep.down }}{{ name.x.y }}.", "."),
        ("{{ nothing }}, {{ nothing or 'x' }} None", ", x None"),
        ("{{ name|upper }} {{ name|lower|trim|title }}", "ADA Ada"),
        ("{{ price * qty }} {{ qty * 2 }} {{ 2 * (1 + 2) * 3 }}", "7.5 6 18"),
        ("{{ '%.2f'|format(price * qty) }} EUR", "7.50 EUR"),
        ("{{ cart|length * price }}", "5.0"),
        (
            "{% for item in cart %}{{ item.n * 2 }} {{ item.title }}{% if not loop.last %}, {% endif %}{% endfor %}",
            "4 pie, 2 tea",
        ),
        ("{% if qty > 2 and name == 'Ada' %}many{% elif qty %}some{% else %}none{% endif %}", "many"),
        ("{{ cart|map(attribute='title')|join(' and ') }}", "pie and tea"),
        ("{{ cart|tojson }}", '[{"title": "pie", "n": 2}, {"title": "tea", "n": 1}]'),
        ("{{ name|replace('A', 'E') }} {{ name|default('x') }} {{ nobody|default('x') }}", "Eda Ada x"),
        ("{{ '}}' }}{{ \"{{\" }}{# {{ hidden }} #}{{ {'a': {'b': 1}}.a.b }}", "}}{{1"),
        ("a {{- name -}} b", "aAdab"),
        ("{{ range(3)|join('-') }} {{ 'it''s' if false else 'ok' }}", "0-1-2 ok"),
        ("{{ qty is divisibleby(3) }} {{ x is not defined }}", "yes yes"),
        ("{{ '<b>' }} in a.html", "<b> in a.html"),
        ("{{ '<b>' }} & {{ 'ä🍕'|upper }}", "<b> & Ä🍕"),
    ],
)
def test_a_template_says(source: str, text: str) -> None:
    assert Templates().render(source, CONTEXT) == text


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("qty >= 3", True),
        ("qty * 2 > 10 or price * 2 == 5", True),
        ("name", "Ada"),
        ("unknown", None),
        ("unknown.deep", None),
        ("$ask.value == 'output'", True),
        ("cart|length", 2),
        ("[qty, name]", [3, "Ada"]),
        ("{'a': (1, 2)}", {"a": [1, 2]}),
        ("qty / 2", 1.5),
        ("name in ['Ada', 'Bob']", True),
    ],
)
def test_a_condition_is_plain_json(source: str, value: object) -> None:
    assert Templates().evaluate(source, CONTEXT) == value


def test_a_bare_expression_keeps_its_type_and_a_text_does_not() -> None:
    value = {"a": ["{{ qty }}", "{{ qty }} pies", 1, None], "b": {"c": " {{ cart }} "}}

    assert Templates().render_value(value, CONTEXT) == {
        "a": [3, "3 pies", 1, None],
        "b": {"c": CONTEXT["cart"]},
    }


BOMBS = [
    "{{ 'x' * 10 ** 9 }}",
    "{{ 10 ** 9 * 'x' }}",
    "{{ name * qty }}",
    "{{ name|default('x') * 10 ** 10 }}",
    "{{ (name) * (10 ** 10) }}",
    "{{ cart[0]['title'] * 10 ** 10 }}",
    "{{ 1 if 'x' * 10 ** 10 else 2 }}",
    "{% if 'x' * 10 ** 10 %}{% endif %}",
    "{% for c in 'x' * 10 ** 10 %}{% endfor %}",
    "{{ ['x'*10**10] }}",
    "{{ {'a': 'x' * 10 ** 10} }}",
    "{{ cart|join('x' * 10 ** 10) }}",
    "{{ [1] * 10 ** 9 }}",
    "{{ long|replace('a', long) }}",
    "{{ long|replace('', long) }}",
    "{{ long|list|join(long) }}",
    "{{ [long, long]|map('replace', 'a', long)|list }}",
    "{{ '%999999999d'|format(1) }}",
    "{{ '%*d'|format(999999999, 1) }}",
    "{{ '%.999999999f'|format(1) }}",
    "{{ '\"'|tojson" + "|tojson" * 20 + "|length }}",
    "{{ range(10 ** 9)|list }}",
    "{{ range(0, 10 ** 30) }}",
    "{{ 1|indent(10 ** 9) }}",
    "{{ 'a'|center(10 ** 9) }}",
    "{{ cart|tojson(indent=10 ** 9) }}",
    "{{ ['a']|map('indent', 10 ** 9)|list }}",
    "{{ cart|batch(10 ** 9, 'x') }}",
    "{{ cart|slice(10 ** 9) }}",
    "{% for i in range(1000) %}{% for j in range(1000) %}{{ i }}{% endfor %}{% endfor %}",
    "{% for i in range(900) %}{{ long }}{% endfor %}",
    "{% for i in range(1000) %}" + "a" * 4_000 + "{% endfor %}",
    "{{ " + " ~ ".join(["long"] * 190) + " }}",
    "{{ " + " ~ ".join(["long"] * 40) + " }}",
    ("{{ " + " ~ ".join(["long"] * 40) + " }}") * 60,
    "{{ long }}" * 999,
    "{{ " + "-" * 15_000 + "1 }}",
    "{{ " + "(" * 9_000 + "1" + ")" * 9_000 + " }}",
    "{{ " + "not " * 4_000 + "1 }}",
    "{{ " + "[" * 9_000 + " }}",
    "{{ x" + ".a" * 9_000 + " }}",
    "{{ x" + "|string" * 2_500 + " }}",
    "{% if 1 %}" * 900 + "{% endif %}" * 900,
    "{{ 9" + "**9" * 190 + " }}",
    "{{ 'a'.join(cart) }}",
    "{{ debug() }}",
    "{{ namespace(a=1) }}",
    "{{ cart.append(1) }}",
    "{{ name['upper']() }}",
    "{{ (range)(10 ** 9) }}",
    "{{ [range][0](10 ** 9) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% include 'a' %}",
    "{% import 'a' as b %}",
    "{% extends 'a' %}",
    "{% block a %}{{ self.a() }}{% endblock %}",
    "{% set a = 'x' %}{% set a = a ~ a %}",
    "{% filter upper %}a{% endfilter %}",
    "{% call x() %}{% endcall %}",
    "{% raw %}{{ x }}{% endraw %}",
    "{% for x in cart recursive %}{{ loop(cart) }}{% endfor %}",
    "{{ loop(cart) }}",
    "{{ 1 * }}",
    "{{ * 1 }}",
    "{{ 9223372036854775807 * 9223372036854775807 }}",
]


@pytest.mark.parametrize("source", BOMBS, ids=lambda source: f"{len(source)}:{source[:50]}")
def test_a_bomb_is_refused(source: str) -> None:
    with pytest.raises(FlowError) as refused:
        Templates().render(source, CONTEXT)

    assert refused.value.code in ("template.failed", "template.too_large")
    assert len(str(refused.value)) < 1_000


def test_no_bomb_takes_memory_before_it_is_refused() -> None:
    """All of them, as templates and as conditions, in a process that may use 300 MB more than it starts with."""
    program = dedent("""
        import resource, sys
        sys.path.insert(0, sys.argv[1])
        from tests.flow.templates.test_template import BOMBS, CONTEXT
        from botflow.errors import FlowError
        from botflow.flow.templates.template import Templates
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000, used + 300_000_000))
        templates = Templates()
        for bomb in BOMBS:
            for expression in (bomb, bomb.strip("{}% ")):
                try:
                    templates.render(bomb, CONTEXT)
                except FlowError:
                    pass
                try:
                    templates.evaluate(expression, CONTEXT)
                except FlowError:
                    pass
        print("alive", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MB")
        """)
    root = str(Path(__file__).parents[3])

    finished = subprocess.run([sys.executable, "-c", program, root], capture_output=True, text=True, check=False)

    assert finished.stdout.startswith("alive"), finished.stderr[-2_000:]
    print(finished.stdout)


def test_texts_that_templates_make_are_bounded() -> None:
    with pytest.raises(FlowError, match="more than 20000"):
        Templates().render("{{ long }}", CONTEXT)
    assert len(Templates().render("{{ a }}", {"a": "a" * LARGEST_TEXT})) == LARGEST_TEXT


@pytest.mark.parametrize("source", ["10 ** 30", "1e300 * 1e300", "long", "2 ** 0.5 * 10 ** 400", "1 / 0"])
def test_values_that_json_cannot_hold_are_refused(source: str) -> None:
    with pytest.raises(FlowError) as refused:
        Templates().evaluate(source, CONTEXT)

    assert refused.value.code == "condition.failed"


def test_failures_say_which_template_and_why() -> None:
    with pytest.raises(FlowError, match=r"the template '{{ name \* qty }}' failed: \* multiplies numbers, not a str"):
        Templates().render("{{ name * qty }}", CONTEXT)


def test_many_made_up_sources_do_not_pile_up() -> None:
    templates = Templates()

    for number in range(4_500):
        assert templates.render(f"{number} {{{{ qty }}}}", CONTEXT) == f"{number} 3"
        assert templates.evaluate(f"qty + {number}", CONTEXT) == 3 + number

    assert len(templates._compiled) <= 2_000
    assert len(templates._expressions) <= 2_000


def test_references_to_nodes_are_found_only_where_they_are_read() -> None:
    assert node_references(
        "$a {{ $b.x ~ '$c.x' }} {% if $d.y %}{{ $input.text }}{{ $var.e }}{% endif %}", bare=False
    ) == {
        "b",
        "d",
    }
    assert node_references("$b.x > $c.y", bare=True) == {"b", "c"}


_NUMBERS = st.sampled_from(["1", "2", "3", "2.5", "qty", "price", "cart[0].n", "cart|length", "(1 + 2)", "-2", "7"])
_OPERATORS = st.sampled_from([" * ", "*", " + ", " - ", "-", " / ", " // ", " % ", " ** ", " * -", " ** -"])


@st.composite
def _arithmetic(draw: st.DrawFn, depth: int = 2) -> str:
    parts = [draw(_operand(depth))]
    for _ in range(draw(st.integers(0, 4))):
        parts += [draw(_OPERATORS), draw(_operand(depth))]
    return "".join(parts)


def _operand(depth: int) -> st.SearchStrategy[str]:
    if not depth:
        return _NUMBERS
    nested = _arithmetic(depth - 1)
    return st.one_of(
        _NUMBERS,
        nested.map(lambda inner: f"({inner})"),
        nested.map(lambda inner: f"[{inner}][0]"),
        nested.map(lambda inner: f"({inner} if qty > 1 else {inner})"),
    )


@settings(max_examples=150, deadline=None)
@given(_arithmetic())
def test_guarded_products_mean_what_minijinja_means(source: str) -> None:
    native = minijinja.Environment(undefined_behavior="chainable")
    try:
        expected = native.eval_expr(source, **CONTEXT)
    except minijinja.TemplateError:
        expected = None
    try:
        value = Templates().evaluate(source, CONTEXT)
    except FlowError:
        return  # a product of texts, or a number that JSON cannot hold

    if isinstance(value, int | float) and isinstance(expected, int | float):
        expected = pytest.approx(expected, rel=1e-14)  # minijinja makes floats of some whole numbers, we do not
    assert value == expected


_PIECES = st.sampled_from(
    [*"{}%#()[]|.,*+-~\"'$ \n", "{{", "}}", "{%", "%}", "{#", "#}", "if ", "for ", "in ", "endif", "endfor", "else",
     "x", "qty", "name", "long", "1", "2.5", "**", " is ", " not ", "defined", "|upper", "|join", "range(9)",
     "$ask.value"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=30).map("".join))
def test_any_text_is_rendered_or_refused(source: str) -> None:
    codes = set()
    for attempt in (lambda: Templates().render(source, CONTEXT), lambda: Templates().evaluate(source, CONTEXT)):
        try:
            attempt()
        except FlowError as refused:
            codes.add(refused.code)
    assert codes <= {"template.failed", "template.too_large", "condition.failed"}


def test_a_format_of_many_zeros_is_refused_in_one_pass() -> None:
    context = {**CONTEXT, "shape": "%" + "0" * 200_000 + "!"}

    with pytest.raises(FlowError, match="format knows"):
        Templates().render("{{ shape|format(1) }}", context)
