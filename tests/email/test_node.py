"""email.send in a flow: what a turn fills in, and what no visitor can change about it."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from typing import Any

import botflow_email
import pytest
from botflow_email.direction import directed
from botflow_email.html_text import text_of
from botflow_email.mailboxes import Mailbox, mailbox, parts_of
from botflow_email.message import Email
from botflow_email.node import SendEmail

from botflow import Flow
from botflow.errors import BotflowError
from botflow.flow.problems import FlowProblems
from botflow.testing import Person, Simulator
from botflow.testing.contracts import NodeExample, NodeTypeContract

ATTACK = "Bob\r\nBcc: evil@example.org\r\n\r\n<script>alert(1)</script>"
SENT = {"messageId": "<1@example.org>", "accepted": ["ann@example.org"], "rejected": []}


class TestContract(NodeTypeContract):
    @pytest.fixture
    def node_example(self) -> NodeExample:
        properties = {"to": "{{ color }}@example.org", "subject": "Hello", "text": "Hello {{ color }}"}
        return NodeExample(node_type=SendEmail(), properties=properties, variables={"color": "red"})


def shop(properties: dict[str, Any], *, attempts: int | None = None, **variables: Any) -> Flow:
    flow = Flow("shop", variables={"name": "", "email": "", "more": [], **variables})
    mail = botflow_email.send(
        flow, id="mail", **{"to": "ann@example.org", "subject": "Hello", "text": "Hi", **properties}
    )
    flow.message_received() >> mail >> flow.say("sent {{ $mail.messageId }}")
    mail["error"] >> flow.say("{{ $mail.code }}")
    if attempts is not None:
        mail.rules(retry={"attempts": attempts})
    return flow


def filled_in(properties: dict[str, Any], **variables: Any) -> Any:
    """Return the properties that the action gets; the code, when the node fails before."""
    asked: list[Any] = []

    def keep(properties: Any, variables: Any, context: Any) -> dict[str, Any]:
        asked.append(properties)
        return SENT

    talk = Simulator(shop(properties, **variables))
    talk.action("email.send", keep)
    [said] = talk.says("go")
    return asked[0] if said == "sent <1@example.org>" else said


def refused(**properties: Any) -> str:
    with pytest.raises(FlowProblems) as problems:
        Simulator(shop(properties))
    return str(problems.value)


def test_receivers_are_lists_texts_with_commas_and_templates() -> None:
    asked = filled_in(
        {"to": "Ann <ann@example.org>, {{ email }}, ", "cc": ["{{ more }}", "{{ name }} <cy@example.org>"]},
        email="bo@example.org",
        name='Smith, "Cy"',
        more=["di@example.org", "ed@example.org"],
    )

    assert asked.to == ('"Ann" <ann@example.org>', "bo@example.org")
    assert asked.cc == ("di@example.org", "ed@example.org", "\"Smith, 'Cy'\" <cy@example.org>")
    assert mailbox(asked.cc[2], "cc") == Mailbox("Smith, 'Cy'", "cy", "example.org")


def test_the_value_of_a_variable_is_one_receiver() -> None:
    """Or a visitor could write to whom they like, in the name of the shop."""
    for written in ("a@example.org, b@example.org", "a@example.org;b@example.org", "a@example.org b@example.org"):
        [one] = Simulator(shop({"to": "{{ email }}"}, email=written)).says("go")
        assert one == "email.not_configured"  # the turn gives it on as one text ...
        with pytest.raises(BotflowError) as wrong:
            mailbox(written, "to")  # ... which is no address
        assert wrong.value.code == "email.address"
        assert "example.org" not in wrong.value.message


@pytest.mark.parametrize(
    "address",
    [
        *("", "ann", "ann@", "@example.org", "ann@example", "ann@localhost", "ann@[10.0.0.1]", "a b@example.org"),
        *("ann@example.org>", "<ann@example.org", "ann@example.org\r\nBcc: x@example.org", "x" * 600 + "@example.org"),
        *("ann@exa mple.org", '"a b"@example.org', "<a@example.org> <b@example.org>,"),
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BotflowError, match="is no e-mail address"):
        mailbox(address, "to")


def test_a_flow_with_an_address_that_is_none_is_not_accepted() -> None:
    assert "'ann' is no e-mail address" in refused(to=["bo@example.org", "ann"])
    assert "cc: 'nobody' is no e-mail address" in refused(cc="nobody")
    assert "no subject" in refused(subject=" ")
    assert "201 characters" in refused(subject="x" * 201)
    assert "nothing to send" in refused(text="")
    assert "more than 50 receivers" in refused(to=",".join(f"a{n}@example.org" for n in range(51)))
    assert "one of url, artifact and text" in refused(attachments=[{"url": "https://x.example/1", "text": "a"}])
    assert "no template 'welcome'" in refused(template="welcome")


def test_too_many_receivers_or_none_fail_before_anything_is_sent() -> None:
    many = [f"a{n}@example.org" for n in range(1_000)]

    assert filled_in({"to": "{{ more }}"}, more=many) == "email.too_many"
    assert filled_in({"to": "{{ more }}", "bcc": "{{ more }}"}, more=many[:30]) == "email.too_many"
    assert filled_in({"reply_to": "{{ more }}"}, more=many) == "email.too_many"
    assert filled_in({"to": "{{ more }}"}, more=[]) == "email.address"
    assert filled_in({"to": "{{ more }}"}, more=[["a@example.org"]]) == "email.address"
    assert filled_in({"to": "{{ more }}"}, more={"a": 1}) == "email.address"


def test_a_subject_is_one_line_of_two_hundred_characters() -> None:
    asked = filled_in({"subject": "Order of {{ name }}"}, name=ATTACK)
    long = filled_in({"subject": "Order of {{ name }}"}, name="x" * 300)

    assert asked.subject == "Order of Bob Bcc: evil@example.org <script>alert(1)</script>"
    assert (len(long.subject), long.subject[-1]) == (200, "…")


def test_values_in_html_are_escaped_and_those_in_a_text_are_not() -> None:
    asked = filled_in(
        {
            "text": "Hi {{ name }}",
            "html": '<p title="{{ name }}">Hi {{ name }}{% if name %}, {{ name ~ "<i>" }}{% endif %}</p>',
        },
        name='<script>"x"</script>',
    )

    assert asked.text == 'Hi <script>"x"</script>'
    assert "<script>" not in asked.html
    assert "<i>" not in asked.html
    assert asked.html.count("&lt;script&gt;") == 3


def test_an_html_text_may_be_long() -> None:
    """The styles of an e-mail take tens of kilobytes; other templates end at 20,000 characters."""
    asked = filled_in({"html": "<p>" + "x" * 90_000 + "{{ name }}</p>"}, name="<b>")

    assert asked.html.endswith("x&lt;b&gt;</p>")


def test_a_template_gives_subject_and_texts() -> None:
    templates = {"welcome": {"subject": "Hello {{ name }}", "text": "Hi {{ name }}", "html": "<p>{{ name }}</p>"}}
    flow = Flow("shop", variables={"name": "<Ann>"}, templates=templates)
    mail = botflow_email.send(flow, to="ann@example.org", template="welcome")
    flow.message_received() >> mail
    asked: list[Any] = []
    talk = Simulator(flow)

    def keep(properties: Any, variables: Any, context: Any) -> dict[str, Any]:
        asked.append(properties)
        return SENT

    talk.action("email.send", keep)
    talk.says("go")

    assert (asked[0].subject, asked[0].text, asked[0].html) == ("Hello <Ann>", "Hi <Ann>", "<p>&lt;Ann&gt;</p>")


def test_an_unknown_result_is_not_tried_again_and_a_passing_one_is() -> None:
    talk = Simulator(shop({}, attempts=3))
    calls: list[str] = []

    def answering(code: str) -> Any:
        def fail(properties: Any, variables: Any, context: Any) -> Any:
            calls.append(context.key)
            raise BotflowError("no", code=code)

        return fail

    talk.action("email.send", answering("email.unknown"))
    assert talk.says("go") == ["email.unknown"]
    assert len(calls) == 1
    talk.action("email.send", answering("email.temporary"), SENT)
    assert talk.says("go") == ["sent <1@example.org>"]
    assert len(calls) == 2


def test_no_header_can_be_added_and_every_name_survives() -> None:
    people = [
        Mailbox(name, f"a{number}", "example.org")
        for number, name in enumerate(
            ("Smith, Jörg " * 6, "Bob <evil@example.org>", '"', "名前, 長い", "a" * 100, "=?utf-8?q?x?=", "; : @", "")
        )
    ] * 4
    email = Email(
        sender=Mailbox("Luigi's, Küche", "orders", "example.org"),
        to=people,
        subject="Größe: " + "ä, " * 60,
        text="Hi",
        message_id="<1@example.org>",
    )

    message = message_from_bytes(email.content(), policy=policy.default)

    assert [each.addr_spec for each in message["To"].addresses] == [each.address for each in people]
    assert message["Subject"] == "Größe: " + "ä, " * 60
    assert message.keys() == [
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type"),
        *("Content-Transfer-Encoding", "MIME-Version"),
    ]
    with pytest.raises(ValueError, match="linefeed"):
        Email(sender=people[0], to=people, subject="a\r\nBcc: x@example.org", text="x").content()


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One &amp; two</p><p>three<br>four</p>", "One & two\n\nthree\nfour"),
        ("<style>p {}</style><script>x()</script>Hi", "Hi"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ('<a href="https://a.example/x">Look</a>', "Look (https://a.example/x)"),
        ('<a href="javascript:x()">Look</a>', "Look"),
        ("<h1>Hi</h1>\n\n  <div>you\n   there</div>", "Hi\n\nyou there"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("2 < 3 <b", "2 < 3 <b"),
        ("", ""),
    ],
)
def test_the_text_of_html(html: str, text: str) -> None:
    assert text_of(html) == text


def test_a_text_is_split_at_commas_outside_of_templates_and_quotes() -> None:
    assert parts_of('a@x.org,"B, C" <b@x.org>,{{ one if x else "a,b" }}') == [
        "a@x.org",
        '"B, C" <b@x.org>',
        '{{ one if x else "a,b" }}',
    ]
    assert parts_of("{% if a %}a@x.org{% endif %}, ") == ["{% if a %}a@x.org{% endif %}, "]


@pytest.mark.parametrize(
    ("language", "html", "sent"),
    [
        ("de", "<p>Hallo</p>", "<p>Hallo</p>"),
        ("ar", "<p>مرحبا</p>", '<div dir="rtl"><p>مرحبا</p></div>'),
        ("he-IL", "<HTML lang=he><body>x</body></HTML>", '<HTML dir="rtl" lang=he><body>x</body></HTML>'),
        ("ar", "<p dir=ltr>x</p>", "<p dir=ltr>x</p>"),
        ("ar", "", ""),
    ],
)
def test_a_text_from_right_to_left_says_so(language: str, html: str, sent: str) -> None:
    assert directed(html, language) == sent


def test_an_e_mail_is_in_the_language_of_the_contact() -> None:
    subjects = {"en": "Hello {{ $contact.name }}", "ar": "مرحبا {{ $contact.name }}"}
    texts = {"subject": subjects, "html": {"en": "<p>Hello</p>", "ar": "<p>مرحبا</p>"}}
    document = {
        "id": "shop",
        "language": "en",
        "languages": ["ar"],
        "templates": {"welcome": texts},
        "nodes": [
            {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "mail"},
            {
                "id": "mail",
                "type": "email",
                "actionType": "send",
                "properties": {"to": "ann@example.org", "template": "welcome"},
            },
        ],
    }
    sent: list[Any] = []

    def keep(email: Any, variables: Any, context: Any) -> dict[str, Any]:
        sent.append(email)
        return SENT

    for language in ("en", "ar-EG", "fr"):
        talk = Simulator(json.dumps(document), person=Person(fields={"language": language, "name": "Ann"}))
        talk.action("email.send", keep)
        talk.says("hi")

    assert [(each.subject, each.html) for each in sent] == [
        ("Hello Ann", "<p>Hello</p>"),
        ("مرحبا Ann", '<div dir="rtl"><p>مرحبا</p></div>'),
        ("Hello Ann", "<p>Hello</p>"),
    ]
