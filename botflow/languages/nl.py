"""What botflow says in Dutch. Made by a machine, and not reviewed yet."""

from __future__ import annotations

from types import MappingProxyType

from botflow.languages.sentences import Bounded, Sentences

SENTENCES = Sentences(
    apology="Sorry, er is bij ons iets misgegaan. Schrijf het over een ogenblik nog eens, alstublieft.",
    cannot_change="Sorry, dat kan niet meer worden gewijzigd.",
    changed="Gewijzigd: {new} in plaats van {old}.",
    changed_to="Gewijzigd: {new}.",
    which_answer="Ik weet niet welk antwoord u wilt wijzigen. Schrijf ‘terug’ om naar de vorige vraag te gaan.",
    unsure="Ik weet niet zeker of ik alles heb begrepen. Laten we het stap voor stap doen.",
    understood="Begrepen: {values}.",
    what_to_change="Wat wilt u wijzigen?",
    opted_out="U ontvangt geen berichten meer van ons. Schrijf START als u ze weer wilt ontvangen.",
    expected=MappingProxyType(
        {
            "text": "Antwoord in woorden, alstublieft.",
            "integer": "Antwoord met een geheel getal{bounds}, alstublieft.",
            "number": "Antwoord met een getal{bounds}, alstublieft.",
            "yes_no": "Antwoord ja of nee, alstublieft.",
            "choice": "Kies een van deze opties, alstublieft.",
            "choices": "Kies een of meer van deze opties, alstublieft, bijvoorbeeld ‘1, 2’.",
            "date": "Antwoord met een datum{bounds}, alstublieft, bijvoorbeeld ‘morgen’ of ‘12 maart’.",
            "time": "Antwoord met een tijdstip{bounds}, alstublieft, bijvoorbeeld 14:30.",
            "datetime": "Antwoord met een dag en een tijdstip{bounds}, alstublieft, bijvoorbeeld ‘12/3 14:30’.",
            "duration": "Antwoord met een tijdsduur, alstublieft, bijvoorbeeld ‘2 h’ of ‘45 min’.",
            "money": "Antwoord met een bedrag{bounds}, alstublieft, bijvoorbeeld ‘20 EUR’.",
            "rating": "Antwoord met een getal{bounds}, alstublieft.",
            "email": "Antwoord met een e-mailadres, alstublieft, bijvoorbeeld anna@example.com.",
            "phone": "Antwoord met een telefoonnummer met landnummer, alstublieft, bijvoorbeeld +31 20 123 4567.",
            "url": "Antwoord met een webadres, alstublieft, bijvoorbeeld example.com.",
            "regex": "Dat lijkt niet te kloppen. Controleer het en schrijf het nog eens, alstublieft.",
            "location": "Deel uw locatie, alstublieft.",
            "media": "Stuur een foto of een bestand{bounds}, alstublieft.",
            "file": "Stuur één bestand{bounds}, alstublieft.",
        }
    ),
    bounds=Bounded(both=" van {least} tot en met {most}", least=" vanaf {least}", most=" tot en met {most}"),
    dates=Bounded(both=" van {least} tot en met {most}", least=" vanaf {least}", most=" tot en met {most}"),
    choose="Kiezen",
    example=", bijvoorbeeld 3",
    yes="ja",
    no="nee",
    files="Stuur {kinds}, alstublieft.",
    file_kinds=MappingProxyType(
        {
            "image": "een afbeelding",
            "audio": "een geluidsopname",
            "video": "een video",
            "pdf": "een pdf-bestand",
        }
    ),
    file_of_type="een bestand van het type {type}",
    file_size=" van maximaal {size}",
    file_units=MappingProxyType({"megabyte": "MB", "kilobyte": "KB"}),
    either=" of ",
    several=Bounded(
        both="Kies {least} tot en met {most} van deze opties, alstublieft.",
        least="Kies ten minste {least} van deze opties, alstublieft.",
        most="Kies ten hoogste {most} van deze opties, alstublieft.",
    ),
    exactly="Kies {least} van deze opties, alstublieft.",
    length=Bounded(
        both="Aantal tekens van het antwoord: {least} tot en met {most}.",
        least="Aantal tekens van het antwoord: ten minste {least}.",
        most="Aantal tekens van het antwoord: ten hoogste {most}.",
    ),
    unreadable="Afbeeldingen en bestanden kan ik hier niet lezen.",
)
