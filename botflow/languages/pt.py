"""What botflow says in Portuguese. Made by a machine, and not reviewed yet."""

from __future__ import annotations

from types import MappingProxyType

from botflow.languages.sentences import Bounded, Sentences

SENTENCES = Sentences(
    apology="Desculpe, ocorreu um erro da nossa parte. Por favor, escreva novamente daqui a pouco.",
    cannot_change="Desculpe, isso já não pode ser alterado.",
    changed="Alterado: {new} em vez de {old}.",
    changed_to="Alterado: {new}.",
    which_answer="Não sei qual resposta deseja alterar. Escreva “voltar” para regressar à pergunta anterior.",
    unsure="Não tenho a certeza de ter entendido tudo. Vamos por partes.",
    understood="Entendido: {values}.",
    what_to_change="O que deseja alterar?",
    opted_out="Não receberá mais mensagens nossas. Escreva START se quiser recebê-las de novo.",
    expected=MappingProxyType(
        {
            "text": "Por favor, responda com palavras.",
            "integer": "Por favor, responda com um número inteiro{bounds}.",
            "number": "Por favor, responda com um número{bounds}.",
            "yes_no": "Por favor, responda sim ou não.",
            "choice": "Por favor, escolha uma destas opções.",
            "choices": "Por favor, escolha uma ou mais destas opções, por exemplo “1, 2”.",
            "date": "Por favor, responda com uma data{bounds}, por exemplo “amanhã” ou “12 de março”.",
            "time": "Por favor, responda com uma hora{bounds}, por exemplo 14:30.",
            "datetime": "Por favor, responda com um dia e uma hora{bounds}, por exemplo “12/3 14:30”.",
            "duration": "Por favor, responda com uma duração, por exemplo “2 h” ou “45 min”.",
            "money": "Por favor, responda com um valor{bounds}, por exemplo “20 EUR”.",
            "rating": "Por favor, responda com um número{bounds}.",
            "email": "Por favor, responda com um endereço de e-mail, por exemplo ana@example.com.",
            "phone": "Responda com um número de telefone com o indicativo do país, por exemplo +351 21 000 0000.",
            "url": "Por favor, responda com um endereço web, por exemplo example.com.",
            "regex": "Isso não parece correto. Por favor, verifique e escreva novamente.",
            "location": "Por favor, partilhe a sua localização.",
            "media": "Por favor, envie uma foto ou um ficheiro{bounds}.",
            "file": "Por favor, envie um único ficheiro{bounds}.",
        }
    ),
    bounds=Bounded(both=" de {least} a {most}", least=" a partir de {least}", most=" até {most}"),
    dates=Bounded(both=" de {least} a {most}", least=" a partir de {least}", most=" até {most}"),
    choose="Escolher",
    example=", por exemplo 3",
    yes="sim",
    no="não",
    files="Por favor, envie {kinds}.",
    file_kinds=MappingProxyType(
        {
            "image": "uma imagem",
            "audio": "uma gravação de áudio",
            "video": "um vídeo",
            "pdf": "um ficheiro PDF",
        }
    ),
    file_of_type="um ficheiro {type}",
    file_size=" de no máximo {size}",
    file_units=MappingProxyType({"megabyte": "MB", "kilobyte": "KB"}),
    either=" ou ",
    several=Bounded(
        both="Por favor, escolha de {least} a {most} destas opções.",
        least="Por favor, escolha no mínimo {least} destas opções.",
        most="Por favor, escolha no máximo {most} destas opções.",
    ),
    exactly="Por favor, escolha {least} destas opções.",
    length=Bounded(
        both="Número de caracteres da resposta: de {least} a {most}.",
        least="Número de caracteres da resposta: no mínimo {least}.",
        most="Número de caracteres da resposta: no máximo {most}.",
    ),
    unreadable="Aqui não consigo ler imagens nem ficheiros.",
)
