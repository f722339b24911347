"""What botflow says in German."""

from __future__ import annotations

from types import MappingProxyType

from botflow.languages.sentences import Bounded, Sentences

SENTENCES = Sentences(
    apology="Entschuldigung, bei uns ist etwas schiefgegangen. Bitte schreib gleich noch einmal.",
    cannot_change="Das lässt sich leider nicht mehr ändern.",
    opted_out="Du bekommst keine Nachrichten mehr von uns. Schreib START, wenn du sie wieder möchtest.",
    expected=MappingProxyType(
        {
            "text": "Bitte antworte mit Worten.",
            "integer": "Bitte antworte mit einer ganzen Zahl{bounds}.",
            "number": "Bitte antworte mit einer Zahl{bounds}.",
            "yes_no": "Bitte antworte mit Ja oder Nein.",
            "choice": "Bitte wähle eins davon.",
            "date": "Bitte antworte mit einem Datum{bounds}, zum Beispiel „morgen“ oder „12. März“.",
            "time": "Bitte antworte mit einer Uhrzeit{bounds}, zum Beispiel 14:30.",
            "email": "Bitte antworte mit einer E-Mail-Adresse, zum Beispiel anna@example.com.",
            "phone": "Bitte antworte mit einer Telefonnummer mit Landesvorwahl, zum Beispiel +49 30 901820.",
            "regex": "Das sieht nicht richtig aus. Bitte prüfe es und schreib es noch einmal.",
            "location": "Bitte teile deinen Standort.",
            "media": "Bitte schick ein Foto oder eine Datei.",
        }
    ),
    bounds=Bounded(both=" von {least} bis {most}", least=" ab {least}", most=" bis {most}"),
    dates=Bounded(both=" vom {least} bis zum {most}", least=" ab dem {least}", most=" bis zum {most}"),
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
    either=" oder ",
    length=Bounded(
        both="Bitte antworte mit {least} bis {most} Zeichen.",
        least="Bitte antworte mit mindestens {least} Zeichen.",
        most="Bitte antworte mit höchstens {most} Zeichen.",
    ),
    unreadable="Bilder und Dateien kann ich hier nicht lesen.",
)
