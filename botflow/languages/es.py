"""What botflow says in Spanish."""

from __future__ import annotations

from types import MappingProxyType

from botflow.languages.sentences import Bounded, Sentences

SENTENCES = Sentences(
    apology="Lo sentimos, algo ha fallado por nuestra parte. Escríbenos de nuevo en un momento.",
    cannot_change="Lo siento, eso ya no se puede cambiar.",
    opted_out="No recibirás más mensajes nuestros. Escribe START si los quieres otra vez.",
    expected=MappingProxyType(
        {
            "text": "Responde con palabras, por favor.",
            "integer": "Responde con un número entero{bounds}.",
            "number": "Responde con un número{bounds}.",
            "yes_no": "Responde sí o no, por favor.",
            "choice": "Elige una de estas opciones, por favor.",
            "date": "Responde con una fecha{bounds}, por ejemplo «mañana» o «12 de marzo».",
            "time": "Responde con una hora{bounds}, por ejemplo 14:30.",
            "email": "Responde con una dirección de correo, por ejemplo ana@example.com.",
            "phone": "Responde con un número de teléfono con su prefijo de país, por ejemplo +34 912 345 678.",
            "regex": "Eso no parece correcto. Compruébalo y escríbelo otra vez, por favor.",
            "location": "Comparte tu ubicación, por favor.",
            "media": "Envía una foto o un archivo, por favor.",
        }
    ),
    bounds=Bounded(both=" de {least} a {most}", least=" a partir de {least}", most=" hasta {most}"),
    dates=Bounded(both=" del {least} al {most}", least=" a partir del {least}", most=" hasta el {most}"),
    example=", por ejemplo 3",
    yes="sí",
    no="no",
    files="Envía {kinds}, por favor.",
    file_kinds=MappingProxyType(
        {
            "image": "una imagen",
            "audio": "una grabación de audio",
            "video": "un vídeo",
            "pdf": "un archivo PDF",
        }
    ),
    either=" o ",
    length=Bounded(
        both="Responde con entre {least} y {most} caracteres.",
        least="Responde con al menos {least} caracteres.",
        most="Responde con {most} caracteres como máximo.",
    ),
    unreadable="Aquí no puedo leer imágenes ni archivos.",
)
