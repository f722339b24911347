"""What botflow says in Italian. Made by a machine, and not reviewed yet."""

from __future__ import annotations

from types import MappingProxyType

from botflow.languages.sentences import Bounded, Sentences

SENTENCES = Sentences(
    apology="Ci scusi, si è verificato un errore da parte nostra. La preghiamo di riscrivere tra un momento.",
    cannot_change="Ci dispiace, non è più possibile modificarlo.",
    changed="Modificato: {new} al posto di {old}.",
    changed_to="Modificato: {new}.",
    which_answer="Non so quale risposta desidera modificare. Scriva «indietro» per tornare alla domanda precedente.",
    unsure="Non sono sicuro di aver capito tutto. Procediamo una domanda alla volta.",
    understood="Capito: {values}.",
    what_to_change="Che cosa desidera modificare?",
    opted_out="Non riceverà più messaggi da parte nostra. Scriva START se desidera riceverli di nuovo.",
    expected=MappingProxyType(
        {
            "text": "Risponda a parole, per favore.",
            "integer": "Risponda con un numero intero{bounds}, per favore.",
            "number": "Risponda con un numero{bounds}, per favore.",
            "yes_no": "Risponda sì o no, per favore.",
            "choice": "Scelga una di queste opzioni, per favore.",
            "choices": "Scelga una o più di queste opzioni, per favore, ad esempio «1, 2».",
            "date": "Risponda con una data{bounds}, per favore, ad esempio «domani» o «12 marzo».",
            "time": "Risponda con un orario{bounds}, per favore, ad esempio 14:30.",
            "datetime": "Risponda con un giorno e un orario{bounds}, per favore, ad esempio «12/3 14:30».",
            "duration": "Risponda con una durata, per favore, ad esempio «2 h» o «45 min».",
            "money": "Risponda con un importo{bounds}, per favore, ad esempio «20 EUR».",
            "rating": "Risponda con un numero{bounds}, per favore.",
            "email": "Risponda con un indirizzo e-mail, per favore, ad esempio anna@example.com.",
            "phone": "Risponda con un numero di telefono con prefisso internazionale, ad esempio +39 06 1234 5678.",
            "url": "Risponda con un indirizzo web, per favore, ad esempio example.com.",
            "regex": "Non sembra corretto. Controlli e scriva di nuovo, per favore.",
            "location": "Condivida la Sua posizione, per favore.",
            "media": "Invii una foto o un file{bounds}, per favore.",
            "file": "Invii un solo file{bounds}, per favore.",
        }
    ),
    bounds=Bounded(both=" da {least} a {most}", least=" da {least} in su", most=" fino a {most}"),
    dates=Bounded(both=" dal {least} al {most}", least=" a partire dal {least}", most=" fino al {most}"),
    choose="Scegli",
    example=", ad esempio 3",
    yes="sì",
    no="no",
    files="Invii {kinds}, per favore.",
    file_kinds=MappingProxyType(
        {
            "image": "un'immagine",
            "audio": "una registrazione audio",
            "video": "un video",
            "pdf": "un file PDF",
        }
    ),
    file_of_type="un file {type}",
    file_size=", al massimo {size}",
    file_units=MappingProxyType({"megabyte": "MB", "kilobyte": "KB"}),
    either=" o ",
    several=Bounded(
        both="Scelga da {least} a {most} di queste opzioni, per favore.",
        least="Scelga almeno {least} di queste opzioni, per favore.",
        most="Scelga al massimo {most} di queste opzioni, per favore.",
    ),
    exactly="Scelga {least} di queste opzioni, per favore.",
    length=Bounded(
        both="Numero di caratteri della risposta: da {least} a {most}.",
        least="Numero di caratteri della risposta: almeno {least}.",
        most="Numero di caratteri della risposta: al massimo {most}.",
    ),
    unreadable="Qui non posso leggere immagini o file.",
)
