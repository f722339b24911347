"""What botflow says in Polish. Made by a machine, and not reviewed yet."""

from __future__ import annotations

from types import MappingProxyType

from botflow.languages.sentences import Bounded, Sentences

SENTENCES = Sentences(
    apology="Przepraszamy, po naszej stronie wystąpił błąd. Proszę napisać ponownie za chwilę.",
    cannot_change="Przepraszamy, tego nie można już zmienić.",
    changed="Zmieniono: {new} zamiast {old}.",
    changed_to="Zmieniono: {new}.",
    which_answer="Nie wiem, którą odpowiedź zmienić. Proszę napisać „wstecz”, aby wrócić do poprzedniego pytania.",
    unsure="Nie mam pewności, czy wszystko jest jasne. Przejdźmy przez to po kolei.",
    understood="Zrozumiano: {values}.",
    what_to_change="Co należy zmienić?",
    opted_out="Nie będziemy już wysyłać wiadomości. Aby znów je otrzymywać, proszę napisać START.",
    expected=MappingProxyType(
        {
            "text": "Proszę odpowiedzieć słowami.",
            "integer": "Proszę odpowiedzieć liczbą całkowitą{bounds}.",
            "number": "Proszę odpowiedzieć liczbą{bounds}.",
            "yes_no": "Proszę odpowiedzieć tak lub nie.",
            "choice": "Proszę wybrać jedną z tych opcji.",
            "choices": "Proszę wybrać co najmniej jedną z tych opcji, na przykład „1, 2”.",
            "date": "Proszę podać datę{bounds}, na przykład „jutro” lub „12 marca”.",
            "time": "Proszę podać godzinę{bounds}, na przykład 14:30.",
            "datetime": "Proszę podać dzień i godzinę{bounds}, na przykład „12/3 14:30”.",
            "duration": "Proszę podać czas trwania, na przykład „2 h” lub „45 min”.",
            "money": "Proszę podać kwotę{bounds}, na przykład „20 EUR”.",
            "rating": "Proszę odpowiedzieć liczbą{bounds}.",
            "email": "Proszę podać adres e-mail, na przykład anna@example.com.",
            "phone": "Proszę podać numer telefonu z numerem kierunkowym kraju, na przykład +48 22 123 45 67.",
            "url": "Proszę podać adres strony internetowej, na przykład example.com.",
            "regex": "To nie wygląda poprawnie. Proszę sprawdzić i napisać ponownie.",
            "location": "Proszę udostępnić swoją lokalizację.",
            "media": "Proszę wysłać zdjęcie lub plik{bounds}.",
            "file": "Proszę wysłać jeden plik{bounds}.",
        }
    ),
    bounds=Bounded(both=" od {least} do {most}", least=" od {least} wzwyż", most=" do {most}"),
    dates=Bounded(both=" od {least} do {most}", least=" od {least}", most=" do {most}"),
    choose="Wybierz",
    example=", na przykład 3",
    yes="tak",
    no="nie",
    files="Proszę wysłać {kinds}.",
    file_kinds=MappingProxyType(
        {
            "image": "obraz",
            "audio": "nagranie dźwiękowe",
            "video": "film",
            "pdf": "plik PDF",
        }
    ),
    file_of_type="plik {type}",
    file_size=", maksymalny rozmiar: {size}",
    file_units=MappingProxyType({"megabyte": "MB", "kilobyte": "KB"}),
    either=" lub ",
    several=Bounded(
        both="Proszę wybrać spośród tych opcji; liczba: od {least} do {most}.",
        least="Proszę wybrać spośród tych opcji; liczba: co najmniej {least}.",
        most="Proszę wybrać spośród tych opcji; liczba: co najwyżej {most}.",
    ),
    exactly="Proszę wybrać spośród tych opcji; liczba: {least}.",
    length=Bounded(
        both="Liczba znaków odpowiedzi: od {least} do {most}.",
        least="Liczba znaków odpowiedzi: co najmniej {least}.",
        most="Liczba znaków odpowiedzi: co najwyżej {most}.",
    ),
    unreadable="Nie mogę tu odczytać obrazów ani plików.",
)
