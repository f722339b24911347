"""What botflow says in English."""

from __future__ import annotations

from types import MappingProxyType

from botflow.languages.sentences import Bounded, Sentences

SENTENCES = Sentences(
    apology="Sorry, something went wrong on our side. Please write again in a moment.",
    cannot_change="Sorry, that cannot be changed any more.",
    changed="Changed: {new} instead of {old}.",
    changed_to="Changed: {new}.",
    which_answer="I am not sure which answer you want to change. Write “back” to return to the question before.",
    unsure="I am not sure that I understood all of that. Let us take it one by one.",
    understood="Understood: {values}.",
    what_to_change="What should be different?",
    opted_out="You will get no more messages from us. Write START if you want them again.",
    expected=MappingProxyType(
        {
            "text": "Please answer in words.",
            "integer": "Please answer with a whole number{bounds}.",
            "number": "Please answer with a number{bounds}.",
            "yes_no": "Please answer yes or no.",
            "choice": "Please choose one of these.",
            "choices": "Please choose one or more of these, for example “1 and 2”.",
            "date": "Please answer with a date{bounds}, for example “tomorrow” or “12 March”.",
            "time": "Please answer with a time{bounds}, for example 14:30.",
            "datetime": "Please answer with a day and a time{bounds}, for example “tomorrow at 14:30”.",
            "duration": "Please answer with a length of time, for example “2 weeks”.",
            "money": "Please answer with an amount{bounds}, for example “20 euros”.",
            "rating": "Please answer with a number{bounds}.",
            "email": "Please answer with an e-mail address, for example ann@example.com.",
            "phone": "Please answer with a phone number with its country code, for example +44 20 7946 0958.",
            "url": "Please answer with a web address, for example example.com.",
            "regex": "That does not look right. Please check it and write it again.",
            "location": "Please share your location.",
            "media": "Please send a photo or a file{bounds}.",
            "file": "Please send one file{bounds}.",
        }
    ),
    bounds=Bounded(both=" from {least} to {most}", least=" from {least} up", most=" up to {most}"),
    dates=Bounded(both=" from {least} to {most}", least=" from {least} on", most=" up to {most}"),
    choose="Choose",
    example=", for example 3",
    yes="yes",
    no="no",
    files="Please send {kinds}.",
    file_kinds=MappingProxyType(
        {
            "image": "a picture",
            "audio": "a sound recording",
            "video": "a video",
            "pdf": "a PDF file",
        }
    ),
    file_of_type="a file of the type {type}",
    file_size=", up to {size}",
    file_units=MappingProxyType({"megabyte": "MB", "kilobyte": "KB"}),
    either=" or ",
    several=Bounded(
        both="Please choose {least} to {most} of these.",
        least="Please choose at least {least} of these.",
        most="Please choose at most {most} of these.",
    ),
    exactly="Please choose {least} of these.",
    length=Bounded(
        both="Please answer with {least} to {most} characters.",
        least="Please answer with at least {least} characters.",
        most="Please answer with at most {most} characters.",
    ),
    unreadable="I cannot read pictures or files here.",
)
