"""What botflow says in French."""

from __future__ import annotations

from types import MappingProxyType

from botflow.languages.sentences import Bounded, Sentences

SENTENCES = Sentences(
    apology="Désolé, une erreur s'est produite de notre côté. Merci de réécrire dans un instant.",
    cannot_change="Désolé, cela ne peut plus être modifié.",
    changed="C'est modifié : {new} au lieu de {old}.",
    changed_to="C'est modifié : {new}.",
    which_answer="Je ne sais pas quelle réponse modifier. Écrivez « retour » pour revenir à la question précédente.",
    unsure="Je ne suis pas sûr d'avoir tout compris. Prenons les choses une par une.",
    understood="Compris : {values}.",
    what_to_change="Que faut-il modifier ?",
    opted_out="Vous ne recevrez plus de messages de notre part. Écrivez START si vous en voulez de nouveau.",
    expected=MappingProxyType(
        {
            "text": "Merci de répondre avec des mots.",
            "integer": "Merci de répondre par un nombre entier{bounds}.",
            "number": "Merci de répondre par un nombre{bounds}.",
            "yes_no": "Merci de répondre par oui ou non.",
            "choice": "Merci de choisir l'une de ces options.",
            "choices": "Merci de choisir une ou plusieurs de ces options, par exemple « 1 et 2 ».",
            "date": "Merci de répondre par une date{bounds}, par exemple « demain » ou « 12 mars ».",
            "time": "Merci de répondre par une heure{bounds}, par exemple 14:30.",
            "datetime": "Merci de répondre avec un jour et une heure{bounds}, par exemple « demain à 14:30 ».",
            "duration": "Merci de répondre avec une durée, par exemple « 2 semaines ».",
            "money": "Merci de répondre avec un montant{bounds}, par exemple « 20 euros ».",
            "rating": "Merci de répondre par un nombre{bounds}.",
            "email": "Merci de répondre par une adresse e-mail, par exemple anne@example.com.",
            "phone": "Merci de répondre par un numéro de téléphone avec son indicatif, par exemple +33 1 99 00 12 34.",
            "url": "Merci de répondre par une adresse web, par exemple example.com.",
            "regex": "Cela ne semble pas correct. Merci de vérifier et de l'écrire à nouveau.",
            "location": "Merci de partager votre position.",
            "media": "Merci d'envoyer une photo ou un fichier{bounds}.",
            "file": "Merci d'envoyer un seul fichier{bounds}.",
        }
    ),
    bounds=Bounded(both=" de {least} à {most}", least=" à partir de {least}", most=" jusqu'à {most}"),
    dates=Bounded(both=" du {least} au {most}", least=" à partir du {least}", most=" jusqu'au {most}"),
    choose="Choisir",
    example=", par exemple 3",
    yes="oui",
    no="non",
    files="Merci d'envoyer {kinds}.",
    file_kinds=MappingProxyType(
        {
            "image": "une image",
            "audio": "un enregistrement audio",
            "video": "une vidéo",
            "pdf": "un fichier PDF",
        }
    ),
    file_of_type="un fichier {type}",
    file_size=" de {size} au maximum",
    file_units=MappingProxyType({"megabyte": "Mo", "kilobyte": "Ko"}),
    either=" ou ",
    several=Bounded(
        both="Merci de choisir de {least} à {most} de ces options.",
        least="Merci de choisir au moins {least} de ces options.",
        most="Merci de choisir au plus {most} de ces options.",
    ),
    exactly="Merci de choisir {least} de ces options.",
    length=Bounded(
        both="Merci de répondre en {least} à {most} caractères.",
        least="Merci de répondre en {least} caractères au moins.",
        most="Merci de répondre en {most} caractères au plus.",
    ),
    unreadable="Je ne peux pas lire d'images ni de fichiers ici.",
)
