"""French, with the number words of Belgium and Switzerland."""

from __future__ import annotations

from botflow.nodes.answers.lexicons.courtesy import courtesy_of
from botflow.nodes.answers.lexicons.feasts import FEASTS
from botflow.nodes.answers.lexicons.lexicon import (
    CalendarWords,
    ClockWords,
    Lexicon,
    NumberWords,
    elided,
    numbered,
    phrases,
    pieces,
    table,
    units,
    word_table,
    words,
)
from botflow.nodes.answers.lexicons.statements import STATEMENTS

FR = Lexicon(
    language="fr",
    elides=True,
    numbers=NumberWords(
        pieces=pieces(
            units="zero un|une deux trois quatre cinq six sept huit neuf",
            teens="dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf",
            tens="vingt|vingts trente quarante cinquante soixante septante huitante|octante nonante",
            hundred="cent cents",
            scales={
                "mille mil": 10**3,
                "million millions": 10**6,
                "milliard milliards": 10**9,
                "billion billions": 10**12,
            },
            joins="et",
        ),
        wholes=table(
            {
                "une douzaine,douzaine,une douzaine de": 12,
                "une demi douzaine,une demi - douzaine,demi douzaine": 6,
                "une dizaine,une dizaine de": 10,
                "une quinzaine": 15,
                "aucun,aucune": 0,
                "un demi,une demie,une demi,demi,demie,la moitie": 0.5,
                "un quart": 0.25,
            }
        ),
        negative=words("moins negatif"),
        point=words("virgule"),
        halves=phrases("et demi,et demie,et un demi,et une demie"),
        quarters=table({"et quart,et un quart": 0.25, "et trois quarts": 0.75}),
        half_of=table({"un demi,une demi,demi,un demi -,une demi -": 0.5}),
        fractions=word_table(
            {"demi demis": 2, "tiers": 3, "quart quarts quatrieme quatriemes": 4, "cinquieme cinquiemes": 5}
            | {"sixieme sixiemes": 6, "septieme septiemes": 7, "huitieme huitiemes": 8, "neuvieme neuviemes": 9}
            | {"dixieme dixiemes": 10}
        ),
        before_one=words("juste seulement pour environ oui"),
        many=word_table({"douzaine douzaines": 12}),
        suffixes={"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9},
        weak=words("un une"),
        hundred_is_coin=True,
    ),
    calendar=CalendarWords(
        months=numbered(
            "janvier|janv|jan fevrier|fevr|fev mars avril|avr mai juin juillet|juil aout septembre|sept|sep "
            "octobre|oct novembre|nov decembre|dec",
            1,
        ),
        weekdays=numbered("lundi|lun mardi|mar mercredi|mer jeudi|jeu vendredi|ven samedi|sam dimanche|dim", 0),
        days=table(
            {
                "apres demain,apres - demain": 2,
                "demain": 1,
                "aujourd'hui,aujourdhui,aujourd hui,ce soir,ce matin,cet apres midi,cet apres - midi": 0,
                "hier,hier soir": -1,
                "avant hier,avant - hier": -2,
            }
        ),
        units=units(
            {
                "second": "seconde secondes",
                "minute": "minute minutes min mn",
                "hour": "heure heures h",
                "day": "jour jours",
                "week": "semaine semaines",
                "fortnight": "quinzaine",
                "month": "mois",
                "year": "an ans annee annees",
            }
        ),
        loose_spans=phrases("huit jours,quinze jours"),
        one=words("un une"),
        ages=words("age"),
        ahead=phrases("dans,d'ici"),
        ahead_after=phrases("a partir d'aujourd'hui,apres aujourd'hui"),
        ago_before=phrases("il y a,il ya,y a,ya"),
        neighbours=table(
            {
                "le lendemain de,le lendemain du,le jour apres": 1,
                "la veille de,la veille du,le jour avant": -1,
            }
        ),
        since=phrases("apres,apres le,a partir de,a partir du"),
        until=phrases("avant,avant le"),
        later=phrases("plus tard,apres"),
        earlier=phrases("plus tot,avant"),
        orders=table({"ce": "this", "prochain,le prochain": "next", "dernier,le dernier": "last"}),
        orders_after=table({"prochain,suivant": "next", "qui vient": "coming", "dernier,passe,precedent": "last"}),
        weeks=table(
            {
                "de la semaine prochaine,la semaine prochaine": 1,
                "semaine prochaine,de la prochaine semaine,la prochaine semaine,semaine pro,la semaine pro": 1,
                "de cette semaine,cette semaine": 0,
                "de la semaine derniere,la semaine derniere": -1,
                "semaine derniere,la semaine passee,de la semaine passee": -1,
            }
        ),
        this_month=table({"de ce mois,ce mois,ce mois - ci,du mois": 0, "du mois prochain,le mois prochain": 1}),
        years=table(
            {
                "cette annee": 0,
                "l' annee prochaine,l' an prochain,annee prochaine,an prochain": 1,
                "l' annee derniere,l' an dernier,l' annee passee,l' an passe": -1,
            }
        ),
        weeks_on=table({"en huit": 1, "en quinze": 2}),
        nth=table({"premier": 1, "deuxieme,second": 2, "troisieme": 3, "quatrieme": 4, "cinquieme": 5, "dernier": -1}),
        of_month=phrases("du"),
        ordinals=table({"premier": 1}),
        ordinal_ends=words("er e eme"),
        of=words("de du d'"),
        about=phrases("environ,a peu pres"),
        homographs=words("mer sam jeu"),
        leads=words("la le un une je tu il elle on est suis avec ma mon notre"),
        look_alikes=words("domain"),
        before_day=words("le"),
        feast_days=FEASTS["fr"],
    ),
    clock=ClockWords(
        named=table({"midi": 720, "minuit": 0}),
        hour_marks=words("h heure heures"),
        shares=word_table({"quart": 15, "demie demi": 30}),
        past=phrases("et,et le"),
        to=phrases("moins,moins le"),
        minutes_first=False,
        minute_words=words("minute minutes min"),
        before=words("a vers environ"),
        weak_before=words("à"),
        spans_before=words("pour depuis pendant y"),
        cues=phrases("a"),
        parts=table(
            {
                "am,a m": "am",
                "pm,p m": "pm",
                "du matin,le matin,ce matin,matin,a la premiere heure": "morning",
                "de l' apres midi,de l' apres - midi,l' apres midi": "afternoon",
                "aprem,l' aprem,cet aprem,dans l' aprem": "afternoon",
                "l' apres - midi,cet apres midi,cet apres - midi": "afternoon",
                "du soir,le soir,ce soir,soir": "evening",
                "de la nuit,la nuit,cette nuit": "night",
            }
        ),
        bounds=phrases("apres,avant,des,jusqu' a,a partir de,entre,de"),
        joining=phrases("et,a,jusqu' a,-"),
    ),
    harmless=phrases(
        f"{elided(str(courtesy_of('fr')))},"
        "ben,mille mercis,"
        "genial,nickel,top,ideal,pile,pile poil,a peu pres,ou a peu pres,si possible,si c' est bon,"
        "si c' est bon pour vous,si vous avez de la place,si y' a de la place,elle a,il a,elle,il,on sera,"
        "on est,nous sommes,normalement,normalment,biensur,exact,certain,cette fois,tous,en tout cas,"
        "ca serait bien,ca serait super,ca irait,sa me va,ca me va,tkt,y' aura,serait ideal,j',nos,notre,sont,"
        "c',ca,ca fait,ca fera,il y a,il y aura,y aura,serons,seront,sommes,voudrais,voudrait,"
        "voudrions,veux,voulons,prends,prenons,aimerais,aimerions,avons,ai,nous serons,besoin,d',"
        "avoir,besoin de,donnez moi,donnez - moi,environ,peut etre,peut - etre,probablement,disons,"
        "plutot,juste,seulement,exactement,au total,en tout,total,l',reponse,la reponse,du coup,"
        "possible,si c' est possible,prefere,desole,pardon,serai,serait possible,qu'"
    ),
    corrections=phrases(
        "non,non attends,non attendez,non pardon,pardon,euh non,ah non,oh non,non plutot,plutot,je veux dire,"
        "je voulais dire,enfin,enfin non,attends,attendez,oups,desole,non desole,non allez,finalement,"
        "non finalement,ou plutot,enfin mettez,mettez,non en fait,en fait,rectification"
    ),
    counting=words("pour on est sera serons sommes nous avec être serait"),
    counted=phrases(
        "personne,personnes,gens,adulte,adultes,invites,invite,couverts,pieces,piece,unites,unite,fois,nombre,"
        "le nombre,"
        "resultat,valeur,quantite,pers"
    ),
    changing=words(
        "ne n' pas non ni jamais sans sauf hormis excepte ou mais avant apres jusqu jusqu' sous sur plus "
        "moins minimum "
        "maximum entre que qu' demi demie quart double dernier derniere prochain prochaine autre aucun aucune rien si"
    ),
    feasts=words("paques noel toussaint ascension pentecote saint sainte fete assomption armistice victoire epiphanie"),
    holders=words("table reservation chambre groupe"),
    holding=words("pour de"),
    with_words=words("avec et monsieur madame m mme chez"),
    requests=words("peux pouvez réserve planifie"),
    spans=phrases("dure,pendant,ca dure,reste,restons,prend,ca prend,temps"),
    elapsed=phrases("depuis,attends,attend,attendez,attendu"),
    to_wait=phrases("donnez moi,donnez - moi,donne moi,donne - moi"),
    moving=phrases(
        "a,au,en,vers,du,le,pour le,arriver,arrive,arriverai,viendrai,viens,venir,rendez - vous,rendez vous,rdv,"
        "un rdv,commence,vais,je vais,suis,date,la date,jour,le jour,libre,disponible,serai,serai la,la,etre,"
        "heure,l' heure,reserver,reserve,livraison,livrer,passer,me convient,nous convient,convient,me va,"
        "ca me va,dans la matinee,le matin,l' apres midi,l' apres - midi,matin,soir,le soir,on se voit,rencontre,"
        "ville,ma ville,fete,anniversaire,dejeuner,diner,le dejeuner,le diner,petit dejeuner,cafe,prendre,repas,"
        "evenement,pret,prete,etre pret,planifier,prevu,prevue,note,noter,dans mon,avec,chez,chez vous,chez nous,"
        "pays"
    ),
    statements=STATEMENTS["fr"],
    and_words=words("et"),
    currencies=word_table(
        {"euro euros eur": "EUR", "balles": "balles", "dollar dollars": "dollar", "usd": "USD"}
        | {"franc francs": "franc", "chf": "CHF", "livre livres": "pound"}
    ),
    cents=word_table({"centime centimes": "centime", "cent cents": "cent"}),
    money=words(
        "coute coutent cout prix budget payer paye payez montant argent salaire revenu loyer acompte caution valeur "
        "facture don pourboire depenser"
    ),
    past=words("etait etaient avait avaient"),
    judging=phrases("est mieux,c' est mieux,serait mieux"),
    how_many=phrases("combien de,combien d'"),
    stars=words("etoile etoiles point points"),
    out_of=phrases("sur"),
)
