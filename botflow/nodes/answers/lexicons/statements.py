"""What people tell of days that they were not asked for, in each language: that they leave, were born, have a date."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from botflow.nodes.answers.lexicons.lexicon import StatementWords, Topic, phrases, words

_ENGLISH = StatementWords(
    leaving=Topic(
        phrases("leave,back,go back,go back to,come back to,be back,come back,return,back to,home"),
        words(
            "leave leaving left return returning back home travel trip flight depart departure deliver delivery call"
        ),
    ),
    paying=Topic(
        phrases("pay,loan,lend,borrow"), words("pay paying payment paid loan lend borrow owe transfer bill rent")
    ),
    birth=Topic(phrases("born,was born"), words("birth born birthdate birthday dob age old")),
    past=phrases("happened,it happened,started,arrived,bought"),
    owning=phrases("i have,we have,i've,we've,i got,we got,i've got,we've got,i have got,we have got"),
    owning_first=words("have got"),
    engagements=phrases(
        "appointment,arrangement,arrangements,plan,plans,event,task,lunch,dinner,breakfast,coffee,party,birthday,"
        "conference,something,everything"
    ),
    possessive=words("my our"),
    for_words=words("for"),
    wishing=words("would could can may like want need prefer please pls plz i'd we'd"),
    or_so=phrases("or so,or thereabouts"),
)
_GERMAN = StatementWords(
    leaving=Topic(
        phrases("zuruck,zurueck,wieder,hause,nach hause"),
        words("zurück wieder heim hause abreise abreisen reise reisen vorbeikommen liefern zustellen anrufen besuchen"),
    ),
    birth=Topic(phrases("geboren"), words("geboren geburtsdatum geburtstag geburt alt alter")),
    past=phrases("passiert,passierte,angekommen,war,wurde"),
    owning=phrases("ich habe,habe ich,ich hab,hab ich,wir haben,haben wir"),
    owning_first=words("habe hab"),
    engagements=phrases(
        "termin,treffen,feier,party,fest,geburtstag,kaffee,essen,mittagessen,abendessen,fruhstuck,besuch"
    ),
    possessive=words("mein meine meinen meinem meiner unser unsere unseren unserem unserer"),
    for_words=words("für fuer zu zum zur"),
    wishing=words(
        "möchte moechte möchten hätte haette hätten könnte könnten würde will wollen brauche brauchen brauch gern "
        "gerne bitte kann können"
    ),
    or_so=phrases("oder so"),
)
_SPANISH = StatementWords(
    leaving=Topic(
        phrases("volver,volvere,volvio,voy a volver,regresar,regreso,regresare,regresa,casa"),
        words("volver vuelve vuelves vuelta volverá regresa regresar regreso salida salir viaje irse casa entregar"),
    ),
    paying=Topic(phrases("prestar"), words("prestar préstamo pagar pago")),
    birth=Topic(phrases("nacio,naci"), words("nacimiento nació naciste nacido nacer cumpleaños edad")),
    past=phrases(
        "ocurrio,sucedio,nos conocimos,conocimos,conocieron,se conocieron,compre,recibio,llego,un premio,premio"
    ),
    owning=phrases("tengo,tenemos"),
    engagements=phrases(
        "cita,una cita,la cita,evento,el evento,fiesta,cumpleanos,cena,almuerzo,desayuno,comida,cafe,plan,planes,algo,"
        "tengo que,tenemos que"
    ),
    possessive=words("mi mis nuestro nuestra"),
    for_words=words("para por"),
    wishing=words(
        "quiero queremos quisiera quisiéramos quería puedo podemos podría podríamos necesito necesitamos gustaría "
        "favor porfa"
    ),
    or_so=phrases("o asi,o algo asi"),
)
_FRENCH = StatementWords(
    leaving=Topic(
        phrases(
            "revenir,reviendrai,reviendrais,retournerai,retourne,retournerais,partir,revenu,retour,rentrer,rentre,"
            "maison,a la maison"
        ),
        words("revenir revenez retour repartir partir partez pars rentrer rentrez départ voyage livrer livraison"),
    ),
    birth=Topic(
        phrases("ne,nee,ne le,nee le,ne en,suis ne le,suis nee le,suis ne,suis nee,je suis ne,je suis nee"),
        words("naissance né née anniversaire âge"),
    ),
    past=phrases("etait"),
    owning=phrases("j' ai,on a,nous avons"),
    engagements=phrases(
        "rendez - vous,rendez vous,rdv,un rdv,fete,anniversaire,dejeuner,diner,le dejeuner,le diner,petit dejeuner,"
        "cafe,repas,evenement"
    ),
    possessive=words("mon ma mes notre nos"),
    for_words=words("pour"),
    wishing=words(
        "voudrais voudrions veux voulons aimerais aimerions souhaite souhaitons peux peut pouvez puis pourrais "
        "pourrait besoin svp"
    ),
    or_so=phrases("ou a peu pres,ou presque"),
)
STATEMENTS: Mapping[str, StatementWords] = MappingProxyType(
    {"en": _ENGLISH, "de": _GERMAN, "es": _SPANISH, "fr": _FRENCH}
)
