"""What the soak talks about: answers at once, by a model, in many parts, to another number, or with little time.

Each word takes another way through the product. tests/faults/soak/conversation_model.py says, independently of the
engine, what each message must be answered with.
"""

from botflow_twilio import send_message

from botflow import Flow

PARTS = 12  # two more than a webhook's answer may hold; pictures are never put together
PICTURE = "https://example.com/picture.png"
SECONDS = (1, 2, 5)
OTHER_NUMBER = "+15550009000"
SENDER = "22233"  # a short code: it may send a hundred in a second

# One number hears from everybody, for as long as the soak lasts, so these bounds are raised.
MANY = {"messages": 1_000_000}
flow = Flow("soak", name="Soak", budgets={"recipient": MANY, "visitor": MANY, "visitors": MANY})
listen = flow.ask("Go on.", variable="said", id="listen")
words = ("think", "many", "tell", *(f"hurry{seconds}" for seconds in SECONDS))
kind = flow.branch({word: f"'{word} ' in said" for word in words}, id="kind")
flow.message_received() >> listen >> kind
kind["else"] >> flow.say("Heard {{ said }}.") >> listen
kind["think"] >> flow.reply("Repeat.", fallback="I cannot say.", timeout="60s") >> listen
kind["tell"] >> send_message(flow, OTHER_NUMBER, "For you: {{ said }}.", sender=SENDER) >> flow.say("Told.") >> listen

parts = [flow.say(f"Part {number} of {{{{ said }}}}.", media=[PICTURE]) for number in range(1, PARTS + 1)]
kind["many"] >> parts[0]
for part, following in zip(parts, [*parts[1:], listen], strict=True):
    part >> following

in_time = flow.say("In time: {{ answer }}.")
answered = flow.branch({"think": "'think ' in answer"}, id="answered")
answered["else"] >> in_time
answered["think"] >> flow.reply("Repeat.", fallback="I cannot say.", timeout="60s", id="late_thought") >> listen
late = flow.say("Too late for {{ said }}.")
for seconds in SECONDS:
    quick = flow.ask("Quick!", variable="answer", timeout=f"{seconds}s", id=f"quick{seconds}")
    kind[f"hurry{seconds}"] >> quick
    quick["answered"] >> answered
    quick["timeout"] >> late
(in_time, late) >> listen
