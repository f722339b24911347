"""What botflow says in Spanish."""

from __future__ import annotations

from types import MappingProxyType

from botflow.languages.sentences import Bounded, Sentences

SENTENCES = Sentences(
    apology="Lo sentimos, algo ha fallado por nuestra parte. Escríbenos de nuevo en un momento.",
    cannot_change="Lo siento, eso ya no se puede cambiar.",
    changed="Cambiado: {new} en lugar de {old}.",
    changed_to="Cambiado: {new}.",
    which_answer="No sé qué respuesta quieres cambiar. Escribe «atrás» para volver a la pregunta anterior.",
    unsure="No estoy seguro de haberlo entendido todo. Vamos por partes.",
    understood="Entendido: {values}.",
    what_to_change="¿Qué hay que cambiar?",
    opted_out="No recibirás más mensajes nuestros. Escribe START si los quieres otra vez.",
    expected=MappingProxyType(
        {
            "text": "Responde con palabras, por favor.",
            "integer": "Responde con un número entero{bounds}.",
            "number": "Responde con un número{bounds}.",
            "yes_no": "Responde sí o no, por favor.",
            "choice": "Elige una de estas opciones, por favor.",
            "choices": "Elige una o varias de estas opciones, por favor, por ejemplo «1 y 2».",
            "date": "Responde con una fecha{bounds}, por ejemplo «mañana» o «12 de marzo».",
            "time": "Responde con una hora{bounds}, por ejemplo 14:30.",
            "datetime": "Responde con un día y una hora{bounds}, por favor; por ejemplo, «mañana a las 14:30».",
            "duration": "Responde con una duración, por favor; por ejemplo, «2 semanas».",
            "money": "Responde con un importe{bounds}, por favor; por ejemplo, «20 euros».",
            "rating": "Responde con un número{bounds}.",
            "email": "Responde con una dirección de correo, por ejemplo ana@example.com.",
            "phone": "Responde con un número de teléfono con su prefijo de país, por ejemplo +34 912 345 678.",
            "url": "Responde con una dirección web, por ejemplo example.com.",
            "regex": "Eso no parece correcto. Compruébalo y escríbelo otra vez, por favor.",
            "location": "Comparte tu ubicación, por favor.",
            "media": "Envía una foto o un archivo{bounds}, por favor.",
            "file": "Envía un solo archivo{bounds}, por favor.",
        }
    ),
    bounds=Bounded(both=" de {least} a {most}", least=" a partir de {least}", most=" hasta {most}"),
    dates=Bounded(both=" del {least} al {most}", least=" a partir del {least}", most=" hasta el {most}"),
    choose="Elegir",
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
    file_of_type="un archivo {type}",
    file_size=" de {size} como máximo",
    file_units=MappingProxyType({"megabyte": "MB", "kilobyte": "KB"}),
    either=" o ",
    several=Bounded(
        both="Elige de {least} a {most} de estas opciones, por favor.",
        least="Elige al menos {least} de estas opciones, por favor.",
        most="Elige {most} de estas opciones como máximo, por favor.",
    ),
    exactly="Elige {least} de estas opciones, por favor.",
    length=Bounded(
        both="Responde con entre {least} y {most} caracteres.",
        least="Responde con al menos {least} caracteres.",
        most="Responde con {most} caracteres como máximo.",
    ),
    unreadable="Aquí no puedo leer imágenes ni archivos.",
)
