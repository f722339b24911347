# What the soak starts as runs: a model is asked, then again for each item at once.
"""Every question to the model is a checkpoint, every item a run of its own, on whichever worker takes it."""

from botflow import Flow

FIELDS = {"colour": {"type": "text", "description": "the colour that is named"}}

flow = Flow("soak_run", name="Soak run", mode="single")
first = flow.extract(FIELDS, input="{{ $input.text }}", id="first")
fan = flow.parallel(each="{{ $input.items }}", variable="results", id="fan")
work = flow.extract(FIELDS, input="{{ item }}", id="work")
named = flow.set({"colour": "{{ item }}"}, id="named")
end = flow.end(output={"items": "{{ results | length }}"}, id="end")
flow.manual(id="start") >> first
(first["done"], first["missing"]) >> fan
fan["each"] >> work
(work["done"], work["missing"]) >> named
fan["done"] >> end
