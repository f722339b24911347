# Run it: botflow chat examples/04_support_router.py (03_support_router.yaml, written in Python: the same flow)
from botflow import Flow

ORDER = {"order": {"type": "integer", "description": "the order number"}}

flow = Flow("support", name="Support desk")

start = flow.message_received()
route = flow.route(
    {
        "order": {
            "description": "where an order or parcel is",
            "examples": ["where is my parcel", "has it shipped yet"],
        },
        "refund": {
            "description": "wants money back",
            "examples": ["I want a refund", "this arrived broken"],
        },
        "question": {"description": "opening hours and other questions", "examples": ["when are you open"]},
    }
)
menu = flow.menu("How can we help?", {"order": "Track an order", "refund": "Get a refund", "question": "Ask us"})
ask = flow.ask("Ask away!", variable="question", id="ask")
answer = flow.reply(
    "Answer for a small bike shop, open 9 to 6 on weekdays. One or two friendly sentences.",
    fallback="We are open from 9 to 6 on weekdays. For anything else, call 555 0100.",
    id="answer",
)

start >> route
(route["fallback"], route["error"]) >> menu
(route["question"], ask) >> answer
menu["question"] >> ask
menu["other"] >> route

find = flow.extract(ORDER, id="find")
number = flow.ask("What is the order number?", variable="order", expect="integer", id="number")
track = flow.say("Order {{ order }} is on its way.", id="track")
(route["order"], menu["order"]) >> find
(find["missing"], find["error"]) >> number
(find["done"], number) >> track

find_refund = flow.extract(ORDER, id="find_refund")
refund_number = flow.ask("Which order should we refund?", variable="order", expect="integer", id="refund_number")
refund = flow.say("Order {{ order }} will be refunded today.", id="refund")
(route["refund"], menu["refund"]) >> find_refund
(find_refund["missing"], find_refund["error"]) >> refund_number
(find_refund["done"], refund_number) >> refund
