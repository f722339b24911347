"""German. A word may be written without its umlaut ("fuenf") or with ss for ß."""

from __future__ import annotations

from botflow.nodes.answers.lexicons.courtesy import courtesy_of
from botflow.nodes.answers.lexicons.feasts import FEASTS
from botflow.nodes.answers.lexicons.lexicon import (
    CalendarWords,
    ClockWords,
    Lexicon,
    NumberWords,
    Phrases,
    compound_of,
    numbered,
    phrases,
    pieces,
    table,
    units,
    word_table,
    words,
)
from botflow.nodes.answers.lexicons.statements import STATEMENTS

_PARTS_BEHIND_A_DAY = {
    "morgen": "fruh",  # by itself it is tomorrow
    "fruh": "fruh",
    "vormittag": "vormittag",
    "mittag": "mittags",
    "nachmittag": "nachmittag",
    "abend": "abend",
    "nacht": "nacht",
}
_PIECES = pieces(
    units="null ein|eins|eine|einen|einem|einer|eines zwei|zwo drei vier funf|fuenf sechs sieben acht neun",
    teens="zehn elf zwolf|zwoelf dreizehn vierzehn funfzehn|fuenfzehn sechzehn siebzehn achtzehn neunzehn",
    tens="zwanzig dreissig|dreizig vierzig funfzig|fuenfzig sechzig siebzig achtzig neunzig",
    hundred="hundert",
    scales={
        "tausend tausende tsd": 10**3,
        "million millionen mio": 10**6,
        "milliarde milliarden mrd": 10**9,
        "billion billionen": 10**12,
    },
    joins="und",
)
_UNITS = "ein|eins zwei drei vier funf|fuenf sechs sieben acht neun"
_HALVES = {
    f"{name}einhalb": number + 0.5 for number, group in enumerate(_UNITS.split(), 1) for name in group.split("|")
}
_ORDINAL_STEMS = (
    "erst zweit dritt viert funft|fuenft sechst siebt|siebent acht neunt zehnt elft zwolft|zwoelft dreizehnt "
    "vierzehnt funfzehnt|fuenfzehnt sechzehnt siebzehnt achtzehnt neunzehnt zwanzigst einundzwanzigst "
    "zweiundzwanzigst dreiundzwanzigst vierundzwanzigst funfundzwanzigst|fuenfundzwanzigst sechsundzwanzigst "
    "siebenundzwanzigst achtundzwanzigst neunundzwanzigst dreissigst einunddreissigst"
)

DE = Lexicon(
    language="de",
    numbers=NumberWords(
        pieces=_PIECES,
        compound=compound_of(name for name in _PIECES if len(name) > 2 and name not in ("tsd", "mio", "mrd")),
        wholes=table(
            {
                "ein dutzend,dutzend": 12,
                "ein halbes dutzend,halbes dutzend": 6,
                "zu zweit": 2,
                "zu dritt": 3,
                "zu viert": 4,
                "zu funft,zu fuenft": 5,
                "zu sechst": 6,
                "zu siebt": 7,
                "zu acht": 8,
                "zu neunt": 9,
                "zu zehnt": 10,
                "kein,keine,keinen,keiner,keins,keines": 0,
                "ein halb,ein halber,ein halbes,eine halbe,halb": 0.5,
                "ein viertel": 0.25,
            }
        ),
        negative=words("minus negativ"),
        point=words("komma"),
        halves=phrases("und ein halb,und eine halbe,und einhalb"),
        quarters=table({"und ein viertel,einviertel": 0.25, "und drei viertel,und dreiviertel": 0.75}),
        half_of=table({"eine halbe,ein halbes,halbe,halbes,halben,einen halben": 0.5, "eine viertel": 0.25}),
        with_half=word_table({"anderthalb eineinhalb einundeinhalb": 1.5}) | _HALVES,
        fractions=word_table(
            {"halbe": 2, "drittel": 3, "viertel": 4, "funftel fuenftel": 5, "achtel": 8, "zehntel": 10}
        ),
        before_one=words("nur bloss fur fuer etwa genau also ja"),
        many=word_table({"dutzend": 12}),
        suffixes={"k": 10**3, "K": 10**3, "tsd": 10**3, "Tsd": 10**3, "tausend": 10**3, "M": 10**6, "Mio": 10**6}
        | {"mio": 10**6, "Mrd": 10**9, "G": 10**9},
        weak=words("ein eine einen einem einer"),
    ),
    calendar=CalendarWords(
        months=numbered(
            "januar|jan|janner|jaenner|janer februar|feb|febr|feber marz|maerz|mar|mrz april|apr mai juni|jun|juno "
            "juli|jul|julei august|aug september|sept|sep oktober|okt november|nov dezember|dez",
            1,
        ),
        weekdays=numbered(
            "montag|mo dienstag|di mittwoch|mi donnerstag|do freitag|fr samstag|sa|sonnabend sonntag|so",
            0,
        ),
        days=table(
            {
                "ubermorgen,uebermorgen": 2,
                "morgen": 1,
                "heute,heut": 0,
                "gestern": -1,
                "vorgestern": -2,
            }
        ),
        units=units(
            {
                "second": "sekunde sekunden sek",
                "minute": "minute minuten min",
                "hour": "stunde stunden std",
                "day": "tag tage tagen tg",
                "week": "woche wochen wo",
                "month": "monat monate monaten",
                "year": "jahr jahre jahren",
            }
        ),
        part_units=word_table({"viertelstunde viertelstunden": 0.25, "dreiviertelstunde": 0.75}),
        loose_spans=phrases("acht tage,acht tagen"),
        one=words("ein eine einer einem einen"),
        joined={
            f"{day}{part}": (day, word)
            for day in words("montag dienstag mittwoch donnerstag freitag samstag sonntag")
            for part, word in _PARTS_BEHIND_A_DAY.items()
        },
        ages=words("alt alter"),
        ahead=phrases("in"),
        ahead_after=phrases("ab heute,ab jetzt,von heute an"),
        ago=phrases("her"),
        ago_before=phrases("vor"),
        neighbours=table({"tag nach,der tag nach,am tag nach": 1, "tag vor,der tag vor,am tag vor": -1}),
        since=phrases("nach,ab,von"),
        until=phrases("vor"),
        later=phrases("spater,spaeter,danach"),
        earlier=phrases("fruher,frueher,eher,vorher,davor,zuvor"),
        orders=table(
            {
                "nachsten,nachster,nachstes,nachste,naechsten": "next",
                "naechster,naechste,der nachste,den nachsten,am nachsten": "next",
                "kommenden,kommender,kommende,am kommenden,den kommenden": "coming",
                "diesen,dieser,dieses,diesem,an diesem": "this",
                "letzten,letzter,letzte,vergangenen,am letzten,den letzten": "last",
                "ubernachsten,ubernachster,uebernachsten,uebernaechsten": "after_next",
                "am ubernachsten,den ubernachsten,am uebernaechsten,den uebernaechsten": "after_next",
            }
        ),
        orders_after=Phrases(),
        weeks=table(
            {
                "nachste woche,nachster woche,naechste woche,naechster woche,kommende woche,kommender woche,"
                "der nachsten woche,"
                "in der nachsten woche": 1,
                "diese woche,dieser woche,in dieser woche": 0,
                "letzte woche,letzter woche,vergangene woche,vorige woche": -1,
                "ubernachste woche,ubernachster woche,uebernaechste woche": 2,
            }
        ),
        this_month=table(
            {
                "diesen monat,diesen monats,dieses monats,des monats,diesem monat,im monat": 0,
                "des nachsten monats,des naechsten monats,des kommenden monats,kommenden monats": 1,
                "nachsten monat,nachsten monats,naechsten monat,naechsten monats,kommenden monat": 1,
            }
        ),
        years=table(
            {
                "dieses jahr,dieses jahres,diesen jahres,in diesem jahr": 0,
                "nachstes jahr,nachsten jahres,naechstes jahr,naechsten jahres,kommendes jahr,kommenden jahres": 1,
                "letztes jahr,letzten jahres,voriges jahr,vorigen jahres,vergangenen jahres": -1,
            }
        ),
        weeks_in=table({"in acht tagen,in 8 tagen": 1, "in vierzehn tagen,in 14 tagen": 2}),
        nth=Phrases[int](
            {
                (stem + ending,): n
                for stem, n in numbered(_ORDINAL_STEMS, 1).items()
                if n <= 5
                for ending in ("e", "er", "en")
            }
            | table({"letzte,letzter,letzten": -1})
        ),
        ordinals=Phrases(
            {
                (stem + ending,): day
                for stem, day in numbered(_ORDINAL_STEMS, 1).items()
                for ending in ("e", "er", "en", "es")
            }
        ),
        ordinal_ends=words("ter te ten"),
        of=words("im des vom jahr jahres"),
        about=phrases("etwa,ca,circa,ungefahr"),
        homographs=words("so"),
        look_alikes=words("morden gesten"),
        before_day=words("am der den dem"),
        feast_days=FEASTS["de"],
    ),
    clock=ClockWords(
        named=table({"mittag,zwolf uhr mittags": 720, "mitternacht": 0}),
        hour_marks=words("uhr h"),
        shares=word_table({"viertel": 15}),
        past=phrases("nach"),
        to=phrases("vor"),
        minutes_first=True,
        minute_words=words("minute minuten min"),
        half_to=table({"halb": -30, "viertel": -45, "dreiviertel,drei viertel": -15}),
        before=words("um gegen ca circa zirka etwa ungefahr"),
        spans_before=words("für fuer seit vor"),
        cues=phrases("um"),
        parts=table(
            {
                "pm": "pm",
                "morgens,fruh,frueh,in der fruh,am morgen,vormittags,vormittag,am vormittag,morgen fruh": "morning",
                "mittags,am mittag": "noon",
                "nachmittags,nachmittag,am nachmittag": "afternoon",
                "abends,abend,am abend,heute abend": "evening",
                "nachts,in der nacht,nacht,heute nacht": "night",
            }
        ),
        bounds=phrases("nach,vor,ab,bis,von,zwischen"),
        joining=phrases("und,bis,-"),
    ),
    harmless=phrases(
        f"{courtesy_of('de')},"
        "jo,klasse,toll,schon,am besten,bestens,wenns geht,wenn es passt,wenn moglich,falls moglich,"
        "falls noch was frei ist,wenn noch was frei ist,falls noch platz ist,wenn noch platz ist,"
        "bitte sehr,punkt,schlag,er,sie,ist jetzt,jetzt,schatze,schatz,schatzungsweise,wohl,"
        "ziemlich sicher,sicher,selbstverstandlich,nh,gell,ne,alt,diesmal,dabei,werden wir,waren wir,"
        "sind wir,kommen,wir kommen,komm,alle,eigentlich,definitiv,hoffentlich,bestimmt,perso,moin,"
        "unser,unsere,bin,sind,war,waren,da,wird,werden,es sind,es waren,ware,brauche,brauchen,"
        "brauch,mochte,moechte,mochten,will,wollen,hatte,hatten,hatte gern,haben,hab,nehme,nehm,"
        "fuer,insgesamt,zusammen,gesamt,genau,ungefahr,ungefaehr,etwa,ca,circa,zirka,rund,glaub,"
        "wahrscheinlich,vermutlich,vielleicht,sagen wir,sagen,wir sagen,nur,mal,doch,halt,passt,"
        "passt gut,gerade,eben,antwort,die antwort,lautet,sorry,tut mir leid,machen,mach,wenn es geht,"
        "ginge,geht,konnen,kann,konnten,konnte,am liebsten,lieber,leute"
    ),
    corrections=phrases(
        "nein,ne,nee,nein warte,nein doch,quatsch,ach nein,ah nein,moment,moment nein,sorry,sorry nein,"
        "ich meine,ich meinte,nein ich meine,doch lieber,lieber,nein lieber,besser,oder besser,korrektur,ups,"
        "halt nein,halt,warte,nein quatsch,ach quatsch,vielmehr,beziehungsweise nein,doch,nein sorry"
    ),
    counting=words("für fuer wir sind sein waren werden zu mit uns es"),
    counted=phrases(
        "person,personen,leute,leuten,menschen,mann,gaste,gaesten,gasten,gast,erwachsene,erwachsenen,stuck,"
        "stueck,stucke,mal,"
        "anzahl,zahl,die zahl,ergebnis,betragt,wert,von uns,einheiten"
    ),
    changing=words(
        "nicht nichts nie niemals kein keine keinen keiner weder noch ohne ausser ausgenommen oder aber "
        "sondern vor nach bis "
        "unter uber ueber mehr weniger mindestens hochstens maximal minimal als ab zwischen halb viertel "
        "doppelt letzte "
        "letzten nachste nachsten andere anderer sonst minus plus falls wenn statt anstatt"
    ),
    feasts=words("ostern weihnachten"),
    holders=words("tisch tische reservierung zimmer gruppe buchung platz"),
    holding=words("für fuer mit von"),
    spans=phrases("dauert,es dauert,dauerte,lang,lange,bleiben,bleibe,gedauert,zeit,stuck"),
    elapsed=phrases("seit,schon,warte,warten,wartest,gewartet"),
    to_wait=phrases("gib mir,geben sie mir,gebt mir,moment"),
    moving=phrases(
        "am,an,um,zum,gegen,kommen,komme,kommt,gehen,gehe,ankommen,ankunft,anreise,treffen,treffen wir uns,"
        "treffen ist,das treffen,termin,der termin,einen termin,ein termin,frei,verfugbar,zeit,datum,der tag,tag,"
        "tags,beginnt,beginn,fangt an,start,startet,erinnere mich,abholen,lieferung,liefern,reservieren,buchen,"
        "wie ware,wie ware es,wie ware es mit,wie waere es mit,wie waers mit,morgens,vormittags,nachmittags,"
        "abends,vormittag,nachmittag,abend,mittags,uhrzeit,bei euch,bei ihnen,dich,dir,euch,ihn,besuche,besuchen,"
        "werde,feier,party,fest,geburtstag,kaffee,essen,mittagessen,abendessen,fruhstuck,trinken,lass uns,"
        "lasst uns,nehmen,nehme,wecker,stelle,aufstehen,aufzustehen,plane,planen,geplant,eintragen,trage,einen,"
        "mit,zur,zu,bei,gehts,unser,sein,hin"
    ),
    statements=STATEMENTS["de"],
    and_words=words("und plus"),
    currencies=word_table(
        {"euro euros eur": "EUR", "dollar dollars": "dollar", "usd": "USD", "franken chf sfr": "CHF"}
        | {"pfund": "pound", "gbp": "GBP", "yen jpy": "JPY"}
    ),
    cents=word_table({"cent cents ct": "cent", "rappen": "rappen"}),
    money=words(
        "kosten kostet kostete preis budget zahlen bezahlen bezahlt zahlt betrag geld gehalt einkommen miete kaution "
        "wert rechnung spende trinkgeld verdienen ausgeben anzahlung"
    ),
    past=words("war waren"),
    judging=phrases("ist besser,ware besser,waere besser,ist lieber,ist mir lieber"),
    how_many=phrases("wie viele,wieviele"),
    stars=words("stern sterne sternen punkt punkte punkten"),
    out_of=phrases("von,aus"),
)
