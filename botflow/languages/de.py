"""What botflow says in German."""

from __future__ import annotations

from types import MappingProxyType

from botflow.languages.sentences import Bounded, Sentences

SENTENCES = Sentences(
    apology="Entschuldigung, bei uns ist etwas schiefgegangen. Bitte schreib gleich noch einmal.",
    cannot_change="Das lässt sich leider nicht mehr ändern.",
    changed="Geändert: {new} statt {old}.",
    changed_to="Geändert: {new}.",
    which_answer="Ich weiß nicht, welche Antwort du ändern möchtest. Schreib „zurück“, um zur vorigen Frage zu kommen.",
    unsure="Ich bin nicht sicher, dass ich alles verstanden habe. Gehen wir es einzeln durch.",
    understood="Verstanden: {values}.",
    what_to_change="Was soll anders sein?",
    opted_out="Du bekommst keine Nachrichten mehr von uns. Schreib START, wenn du sie wieder möchtest.",
    expected=MappingProxyType(
        {
            "text": "Bitte antworte mit Worten.",
            "integer": "Bitte antworte mit einer ganzen Zahl{bounds}.",
            "number": "Bitte antworte mit einer Zahl{bounds}.",
            "yes_no": "Bitte antworte mit Ja oder Nein.",
            "choice": "Bitte wähle eins davon.",
            "choices": "Bitte wähle eins oder mehrere davon, zum Beispiel „1 und 2“.",
            "date": "Bitte antworte mit einem Datum{bounds}, zum Beispiel „morgen“ oder „12. März“.",
            "time": "Bitte antworte mit einer Uhrzeit{bounds}, zum Beispiel 14:30.",
            "datetime": "Bitte antworte mit einem Tag und einer Uhrzeit{bounds}, zum Beispiel „morgen um 14:30“.",
            "duration": "Bitte antworte mit einer Dauer, zum Beispiel „2 Wochen“.",
            "money": "Bitte antworte mit einem Betrag{bounds}, zum Beispiel „20 Euro“.",
            "rating": "Bitte antworte mit einer Zahl{bounds}.",
            "email": "Bitte antworte mit einer E-Mail-Adresse, zum Beispiel anna@example.com.",
            "phone": "Bitte antworte mit einer Telefonnummer mit Landesvorwahl, zum Beispiel +49 30 901820.",
            "url": "Bitte antworte mit einer Webadresse, zum Beispiel example.com.",
            "regex": "Das sieht nicht richtig aus. Bitte prüfe es und schreib es noch einmal.",
            "location": "Bitte teile deinen Standort.",
            "media": "Bitte schick ein Foto oder eine Datei{bounds}.",
            "file": "Bitte schick eine einzelne Datei{bounds}.",
        }
    ),
    bounds=Bounded(both=" von {least} bis {most}", least=" ab {least}", most=" bis {most}"),
    dates=Bounded(both=" vom {least} bis zum {most}", least=" ab dem {least}", most=" bis zum {most}"),
    choose="Auswählen",
    example=", zum Beispiel 3",
    yes="ja",
    no="nein",
    files="Bitte schick {kinds}.",
    file_kinds=MappingProxyType(
        {
            "image": "ein Bild",
            "audio": "eine Tonaufnahme",
            "video": "ein Video",
            "pdf": "eine PDF-Datei",
        }
    ),
    file_of_type="eine {type}-Datei",
    file_size=", höchstens {size} groß",
    file_units=MappingProxyType({"megabyte": "MB", "kilobyte": "KB"}),
    either=" oder ",
    several=Bounded(
        both="Bitte wähle {least} bis {most} davon.",
        least="Bitte wähle mindestens {least} davon.",
        most="Bitte wähle höchstens {most} davon.",
    ),
    exactly="Bitte wähle {least} davon.",
    length=Bounded(
        both="Bitte antworte mit {least} bis {most} Zeichen.",
        least="Bitte antworte mit mindestens {least} Zeichen.",
        most="Bitte antworte mit höchstens {most} Zeichen.",
    ),
    unreadable="Bilder und Dateien kann ich hier nicht lesen.",
)
