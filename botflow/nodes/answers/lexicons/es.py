"""Spanish, of Spain and of Latin America."""

from __future__ import annotations

from botflow.nodes.answers.lexicons.courtesy import courtesy_of
from botflow.nodes.answers.lexicons.feasts import FEASTS
from botflow.nodes.answers.lexicons.lexicon import (
    CalendarWords,
    ClockWords,
    Lexicon,
    NumberWords,
    Phrases,
    Piece,
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

_PIECES = pieces(
    units="cero|zero un|uno|una dos tres cuatro cinco seis siete ocho nueve",
    teens="diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve",
    tens="veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    hundreds="cien|ciento doscientos|doscientas trescientos|trescientas cuatrocientos|cuatrocientas "
    "quinientos|quinientas seiscientos|seiscientas setecientos|setecientas ochocientos|ochocientas "
    "novecientos|novecientas",
    scales={
        "mil": 10**3,
        "millon millones": 10**6,
        "millardo millardos": 10**9,
        "billon billones": 10**12,
    },
    joins="y",
)
_PIECES |= {"veinti": Piece("tens", 20), "i": Piece("and")}  # in one word: veintitrés, treintaicinco
_ORDINALS = "primero segundo tercero cuarto quinto sexto septimo octavo noveno"

ES = Lexicon(
    language="es",
    numbers=NumberWords(
        pieces=_PIECES,
        compound=compound_of(_PIECES),
        wholes=table(
            {
                "una docena,docena": 12,
                "media docena": 6,
                "un par,un par de,par": 2,
                "ninguno,ninguna,ningun": 0,
                "medio,media,la mitad": 0.5,
                "un cuarto": 0.25,
            }
        ),
        negative=words("menos negativo"),
        point=words("coma punto"),
        halves=phrases("y medio,y media,con un medio,y un medio,con medio"),
        quarters=table({"y un cuarto,con un cuarto,y cuarto": 0.25, "y tres cuartos,con tres cuartos": 0.75}),
        half_of=table({"medio,media": 0.5}),
        fractions=word_table(
            {"medio medios": 2, "tercio tercios": 3, "cuarto cuartos": 4, "quinto quintos": 5, "sexto sextos": 6}
            | {"octavo octavos": 8, "noveno novenos": 9, "decimo decimos": 10}
        ),
        before_one=words("solo solamente para si"),
        many=word_table({"docena docenas dz": 12}),
        suffixes={"k": 10**3, "K": 10**3, "mil": 10**3, "M": 10**6, "G": 10**9},
        weak=words("un una"),
    ),
    calendar=CalendarWords(
        months=numbered(
            "enero|ene febrero|feb marzo|mar abril|abr mayo|may junio|jun julio|jul agosto|ago "
            "septiembre|setiembre|sept|sep|set octubre|oct noviembre|nov diciembre|dic",
            1,
        ),
        weekdays=numbered("lunes|lun martes|mar miercoles|mie jueves|jue viernes|vie sabado|sab domingo|dom", 0),
        days=table(
            {
                "pasado manana": 2,
                "manana": 1,
                "hoy,hoy mismo,esta noche,esta tarde,esta manana": 0,
                "ayer,anoche": -1,
                "anteayer,antes de ayer,antier": -2,
            }
        ),
        units=units(
            {
                "second": "segundo segundos seg",
                "minute": "minuto minutos min mins",
                "hour": "hora horas h hs hrs",
                "day": "dia dias",
                "week": "semana semanas",
                "fortnight": "quincena quincenas",
                "month": "mes meses",
                "year": "ano anos",
            }
        ),
        loose_spans=phrases("ocho dias,quince dias"),
        one=words("un una"),
        ages=words("edad anos"),
        ahead=phrases("en,dentro de,de aqui a"),
        ahead_after=phrases("a partir de hoy,desde hoy,despues de hoy"),
        ago=phrases("atras"),
        ago_before=phrases("hace"),
        neighbours=table(
            {"el dia despues de,el dia despues del,el dia siguiente a": 1, "el dia antes de,el dia antes del": -1}
        ),
        since=phrases("despues de,despues del,desde,desde el,a partir de,a partir del"),
        until=phrases("antes de,antes del"),
        later=phrases("mas tarde,despues"),
        earlier=phrases("mas temprano,mas pronto,antes"),
        orders=table(
            {
                "proximo,el proximo,del proximo,este proximo": "next",
                "este,de este": "this",
                "el pasado": "last",
            }
        ),
        orders_after=table(
            {
                "proximo,siguiente": "next",
                "que viene,q viene,que entra": "coming",
                "pasado,anterior": "last",
            }
        ),
        weeks=table(
            {
                "de la semana que viene,la semana que viene,de la proxima semana,la proxima semana,"
                "de proxima semana,proxima semana,"
                "de la semana proxima,la semana proxima": 1,
                "de la semana siguiente,la semana siguiente,semana que viene,la semana q viene,de la semana q viene": 1,
                "de esta semana,esta semana": 0,
                "de la semana pasada,la semana pasada,de semana pasada,semana pasada,la semana anterior,"
                "de la semana anterior": -1,
            }
        ),
        this_month=table(
            {
                "este mes,de este mes,del mes,del presente mes": 0,
                "del mes que viene,del proximo mes,el mes que viene,el proximo mes": 1,
            }
        ),
        years=table(
            {
                "este ano": 0,
                "el ano que viene,ano que viene,el proximo ano,proximo ano,ano proximo": 1,
                "el ano pasado,ano pasado": -1,
            }
        ),
        weeks_on=table({"en ocho,en ocho dias": 1, "en quince,en quince dias": 2}),
        nth=table({"primer": 1, "segundo": 2, "tercer": 3, "cuarto": 4, "quinto": 5, "ultimo": -1}),
        of_month=phrases("del"),
        ordinals=Phrases(
            {("primer",): 1, ("decimo",): 10, ("vigesimo",): 20, ("trigesimo",): 30, ("trigesimo", "primero"): 31}
            | {
                (*before, name): tens + unit
                for before, tens in (((), 0), (("decimo",), 10), (("vigesimo",), 20))
                for name, unit in numbered(_ORDINALS, 1).items()
            }
        ),
        ordinal_ends=words("ro er do to mo o vo no a"),
        of=words("de del"),
        vague=phrases("un par,un par de"),
        about=phrases("unos,unas,aproximadamente,mas o menos,como"),
        homographs=words("mar"),
        leads=words("el la un una mi"),
        look_alikes=words("manzana salado pesado pagado domino angosto jueces"),
        before_day=words("el dia"),
        feast_days=FEASTS["es"],
    ),
    clock=ClockWords(
        named=table({"mediodia,el mediodia,medio dia": 720, "medianoche,media noche": 0}),
        hour_marks=words("h hs hrs horas hora"),
        shares=word_table({"cuarto": 15, "media": 30}),
        past=phrases("y"),
        to=phrases("menos"),
        minutes_first=False,
        minute_words=words("minutos minuto min"),
        before=words("las la a sobre"),
        spans_before=words("para por durante desde hace"),
        cues=phrases("a las,a la"),
        parts=table(
            {
                "am,a m": "am",
                "pm,p m": "pm",
                "de la manana,por la manana,en la manana,a primera hora": "morning",
                "de la tarde,por la tarde,en la tarde,a la tarde,esta tarde": "afternoon",
                "de la noche,por la noche,en la noche,a la noche,esta noche": "night",
                "de la madrugada,de madrugada": "small_hours",
                "del mediodia,del medio dia,al mediodia,de mediodia": "noon",
                "de medianoche,a medianoche": "midnight",
            }
        ),
        bounds=phrases("despues de,antes de,desde,hasta,a partir de,entre,de"),
        joining=phrases("y,a,hasta,-"),
    ),
    harmless=phrases(
        f"{courtesy_of('es')},"
        "em,mil gracias,x favor,"
        "este,estupendo,fenomenal,ideal,en punto,o asi,si puede ser,si es posible,si se puede,"
        "si hay sitio,estaria bien,a poder ser,ella,el tiene,tiene,seremos,vamos,vamos a ser,somos,iremos,serian,"
        "estoy seguro,seguro,exacto,esta vez,todos,en realidad,definitivamente,cumplidos,porque,ya que,"
        "va,sale,orale,okey,a ver,nosotros,nos,son,era,fue,seran,estamos,somos en total,en total,"
        "total,necesito,necesitamos,quiero,queremos,quisiera,queria,tengo,tenemos,dame,ponme,pon,"
        "digamos,supongo,probablemente,quiza,quizas,tal vez,aproximadamente,mas o menos,unos,unas,"
        "como,cerca de,alrededor de,alrededor del,solo,solamente,nada mas,exactamente,justo,la respuesta,respuesta,"
        "ya,me gustaria,nos gustaria,prefiero,hay,puede ser,se puede,perdon,disculpa,reservar,reserva,"
        "reservame,voy a,vamos a,comprar,seriamos"
    ),
    corrections=phrases(
        "no,no espera,no perdon,perdon,perdona,digo,quiero decir,quise decir,no mejor,mejor,mejor dicho,"
        "espera,espera no,ay no,no no,uy no,ah no,bueno no,me equivoque,corrijo,o mejor"
    ),
    negating=words("no"),
    counting=words("para somos seremos con ser serán eramos nosotros nosotras"),
    counted=phrases(
        "persona,personas,gente,adultos,adulto,invitados,invitado,comensales,piezas,pieza,unidades,unidad,veces,"
        "vez,numero,"
        "el numero,cantidad,resultado,valor,pax"
    ),
    changing=words(
        "no ni nunca tampoco sin excepto salvo menos mas mayor menor pero o u antes despues hasta desde bajo "
        "sobre minimo "
        "maximo entre que medio media cuarto doble pasado pasada proximo proxima otro otra nada ningun "
        "ninguno ninguna si"
    ),
    feasts=words(
        "pascua navidad semana santa reyes san santo santos dia independencia trabajador trabajadores madre "
        "padre corpus"
    ),
    holders=words("mesa reserva reservacion habitacion grupo"),
    holding=words("para de"),
    with_words=words("con y señor señora sr sra"),
    requests=words("puedes puede planea programa reserva por"),
    spans=phrases("tarda,dura,duro,tardo,durante,quedarnos,quedarme,tiempo"),
    elapsed=phrases("llevo,llevamos,lleva,llevas,llevan,esperando,desde hace,hace"),
    to_wait=phrases("dame,deme,espera,espere"),
    moving=phrases(
        "a,al,el,en,dia,el dia,a las,a la,sobre las,voy,vengo,ir,ire,llegar,llegare,cita,una cita,la cita,hacer,"
        "fecha,la fecha,debe ser,quedamos,nos vemos,empieza,comienza,empezar,ocurrira,que tal,te va bien,"
        "te parece,disponible,estas disponible,libre,por la manana,por la tarde,por la noche,de la tarde,"
        "de la manana,de la noche,hora,la hora,tiempo,mejor,esta bien,seria genial,me viene bien,me va bien,"
        "estare,estara,evento,el evento,fiesta,calendario,cumpleanos,cena,almuerzo,desayuno,comida,cafe,tomar,"
        "tomar un cafe,debe,deberia,hacerse,realizarse,encontrar,encontremonos,encontrarnos,plan,planes,"
        "algun plan,algun,alguna,puedes,persona,su,se,le,les,ella,ocurre,programar,por,celebrar,"
        "celebremos,pais,su pais,programa,planea,recuerdame,avisame,agendar,agenda,apunta,quedar,momento,"
        "algun momento,en algun momento,preparar,entregar,entrega,recoger,recogida,del,planea una llamada,"
        "programa una llamada,planear una llamada,skype,algo,tienes,teneis,tienen"
    ),
    statements=STATEMENTS["es"],
    and_words=words("y con mas"),
    currencies=word_table(
        {
            "euro euros eur": "EUR",
            "dolar dolares": "dollar",
            "usd": "USD",
            "peso pesos": "peso",
            "mxn": "MXN",
            "sol soles": "PEN",
        }
        | {"libra libras": "pound"}
    ),
    cents=word_table({"centimo centimos": "centimo", "centavo centavos": "centavo"}),
    money=words(
        "cuesta cuestan costo coste precio presupuesto pagar paga pago pagado monto importe dinero sueldo salario "
        "ingresos alquiler renta deposito valor cuenta donar propina gastar"
    ),
    past=words("era eran fue fueron"),
    judging=phrases("es mejor,seria mejor"),
    how_many=phrases("cuantos,cuantas"),
    stars=words("estrella estrellas punto puntos"),
    out_of=phrases("de,sobre"),
)
