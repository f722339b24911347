"""English."""

from __future__ import annotations

from botflow.nodes.answers.lexicons.courtesy import courtesy_of
from botflow.nodes.answers.lexicons.feasts import FEASTS
from botflow.nodes.answers.lexicons.lexicon import (
    CalendarWords,
    ClockWords,
    Lexicon,
    NumberWords,
    Phrases,
    numbered,
    phrase,
    phrases,
    pieces,
    table,
    units,
    word_table,
    words,
)
from botflow.nodes.answers.lexicons.statements import STATEMENTS

_SCALES = {"thousand thousands": 10**3, "million millions mio": 10**6, "billion billions": 10**9}
_SCALES |= {"trillion trillions": 10**12, "lakh lakhs": 10**5, "crore crores": 10**7}
_ORDINALS = (
    "first|1st second|2nd third|3rd fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_TENS = {"twenty": 20, "thirty": 30}
_BELOW_TEN = _ORDINALS.split()[:9]

EN = Lexicon(
    language="en",
    numbers=NumberWords(
        pieces=pieces(
            units="zero|nought|naught|nil one two three four five six seven eight nine",
            teens="ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
            tens="twenty thirty forty|fourty fifty sixty seventy eighty ninety",
            hundred="hundred hundreds",
            scales=_SCALES,
            joins="and",
        ),
        wholes=table(
            {
                "a dozen,one dozen,dozen": 12,
                "half a dozen,half dozen,a half dozen": 6,
                "a couple,a couple of,couple of,a pair,a pair of": 2,
                "none": 0,
                "a half,half": 0.5,
                "a quarter": 0.25,
                "a hundred": 100,
                "a thousand": 1000,
                "a million": 10**6,
                "a billion": 10**9,
            }
        ),
        negative=words("minus negative"),
        point=words("point"),
        halves=phrases("and a half,and one half"),
        quarters=table({"and a quarter": 0.25, "and three quarters": 0.75}),
        half_of=table({"half a": 0.5, "half": 0.5, "a half": 0.5, "a quarter": 0.25, "quarter": 0.25}),
        fractions=word_table(
            {"half halves": 2, "third thirds": 3, "quarter quarters": 4, "fourth fourths": 4, "fifth fifths": 5}
            | {"sixth sixths": 6, "seventh sevenths": 7, "eighth eighths": 8, "ninth ninths": 9, "tenth tenths": 10}
        ),
        before_one=words(
            "just only for about need needs want take have book us me get exactly like prefer it's its is be yes yeah "
            "ok okay i'll"
        ),
        many=word_table({"dozen dozens": 12, "lakh lakhs lac lkh": 10**5, "crore crores koti": 10**7, "grand": 1000}),
        suffixes={"k": 10**3, "K": 10**3, "M": 10**6, "mil": 10**6, "mio": 10**6, "mn": 10**6, "bn": 10**9, "G": 10**9},
    ),
    calendar=CalendarWords(
        months=numbered(
            "january|jan february|feb|febuary march|mar april|apr may june|jun july|jul august|aug "
            "september|sept|sep october|oct november|nov december|dec",
            1,
        ),
        weekdays=numbered(
            "monday|mon tuesday|tue|tues wednesday|wed|weds|wednsday thursday|thu|thur|thurs friday|fri "
            "saturday|sat sunday|sun",
            0,
        ),
        days=table(
            {
                "the day after tomorrow,day after tomorrow,overmorrow": 2,
                "tomorrow,tmrw,tmr,tmw,tomoz,tomorow,tommorow,tommorrow,2 moro,2 mrw,2 morrow": 1,
                "today,tonight,this morning,this afternoon,this evening": 0,
                "yesterday,last night": -1,
                "the day before yesterday,day before yesterday": -2,
            }
        ),
        units=units(
            {
                "second": "second seconds sec secs",
                "minute": "minute minutes min mins",
                "hour": "hour hours hr hrs h",
                "day": "day days",
                "week": "week weeks wk wks",
                "fortnight": "fortnight fortnights",
                "month": "month months",
                "year": "year years yr yrs",
            }
        ),
        one=words("a an one"),
        ages=words("old age"),
        ahead=phrases("in"),
        ahead_after=phrases("from now,from today,hence,ahead,after today"),
        ago=phrases("ago,before now,before today"),
        neighbours=table({"the day after,day after": 1, "the day before,day before": -1}),
        since=phrases("from,after"),
        until=phrases("before"),
        later=phrases("later,after that,afterwards"),
        earlier=phrases("earlier,sooner,before that"),
        orders=table(
            {
                "next,the next": "next",
                "coming,the coming,this coming,upcoming,the upcoming": "coming",
                "this": "this",
                "last": "last",
                "this past,the past": "past",
            }
        ),
        orders_after=table({"coming": "coming", "after next": "after_next"}),
        weeks=table(
            {
                "next week,of next week,the following week,next wk,nxt week": 1,
                "this week,of this week": 0,
                "last week,of last week": -1,
                "in two weeks,the week after next,of the week after next": 2,
            }
        ),
        this_month=table({"this month,of this month,of the month,in this month": 0, "next month,of next month": 1}),
        years=table({"this year": 0, "next year": 1, "last year": -1}),
        weeks_on=table({"week": 1, "fortnight": 2}),
        nth=Phrases({phrase(name): n for name, n in numbered(_ORDINALS, 1).items() if n <= 5} | {("last",): -1}),
        of_month=phrases("of the"),
        ordinals=Phrases(
            {phrase(name): day for name, day in numbered(_ORDINALS, 1).items()}
            | {
                words_: value + unit
                for tens, value in _TENS.items()
                for unit, group in enumerate(_BELOW_TEN, 1)
                for name in group.split("|")
                for words_ in ((tens, name), (tens, "-", name))
                if value + unit <= 31
            }
            | {("thirtieth",): 30}
        ),
        ordinal_ends=words("st nd rd th"),
        of=words("of the in on day"),
        vague=phrases("a couple,couple,a couple of,couple of"),
        about=phrases("about,around,roughly,approximately"),
        verbs=words("may march"),
        homographs=words("sat sun wed"),
        leads=words("the a an i we he she it they you my our"),
        look_alikes=words("sundae sundry mourning moaning midway knight augusta"),
        before_day=words("the"),
        feast_days=FEASTS["en"],
    ),
    clock=ClockWords(
        named=table({"noon,midday": 720, "midnight,mid night": 0}),
        hour_marks=words("o'clock oclock h"),
        shares=word_table({"quarter": 15, "half": 30}),
        past=phrases("past,after"),
        to=phrases("to,till,before"),
        minutes_first=True,
        minute_words=words("min mins minute minutes"),
        half_to=table({"half": 30}),  # a Briton's "half seven" is half past seven
        before=words("at around about circa @"),
        spans_before=words("for since"),
        cues=phrases("at"),
        parts=table(
            {
                "am,a m": "am",
                "pm,p m": "pm",
                "in the morning,this morning,morning,first thing,first thing in the morning": "morning",
                "in the afternoon,this afternoon,afternoon": "afternoon",
                "in the evening,this evening,evening": "evening",
                "at night,tonight,in the night,nite": "night",
                "at noon,noon,midday": "noon",
                "at midnight,midnight": "midnight",
            }
        ),
        bounds=phrases("after,before,from,until,till,by,between,not before,any time after,anytime after"),
        joining=phrases("and,to,-,until,till"),
        about_ends=words("ish"),
    ),
    harmless=phrases(
        f"{courtesy_of('en')},"
        "er,mate,ta,lets,do,lovely,lovley,brilliant,awesome,nice,ideal,sounds good,would be great,if poss,"
        "if possible,if available,if free,if you can,if that's ok,if thats ok,if there's space,"
        "if theres space,if you have space,if you can fit us in,"
        "if you can fit me in,obv,obviously,sharp,on the dot,ugh,or so,he,she,she's,he's,"
        "they,they're,there,here,it's got,works,4 me,this time,and thank you,all,gonna be,"
        "going to be,aye,right,actually,basically,definitely,likely,most likely,hopefully,old,"
        "must have been,must be,must,may be,might be,i'm pretty sure,pretty sure,in fact,by the way,btw,"
        "tho,though,really,cheers,thats,are,was,'ll,it'll,like,need,needs,want,has,got,had,"
        "prefer,choose,give me,make that,book,let's say,let's,say,maybe,perhaps,probably,about,"
        "around,approximately,approx,roughly,exactly,only,in total,total,altogether,all together,"
        "all in all,the answer,answer,should,works for me,that works,if that works,sorry,there's,"
        "there are,there will be,to be exact,i mean"
    ),
    corrections=phrases(
        "no,no wait,no sorry,no make it,wait no,wait,sorry,sorry no,sorry i mean,i mean,i meant,i mean no,"
        "actually,no actually,actually no,actually make it,make it,no make that,make that,rather,or rather,"
        "correction,oops,oh no,ah no,no i meant,lets make it,let's make it,scratch that,but make it,"
        "no let's make it,nope"
    ),
    counting=words("for we we're we'll us they they're are be were there there's of just the"),
    counted=phrases(
        "people,persons,person,ppl,pax,guests,guest,adults,adult,of us,of them,pieces,piece,items,item,times,number,"
        "amount,result,value,count,quantity,the number,units"
    ),
    changing=words(
        "no not none nor neither never without except but or before after until till under over above below "
        "less fewer "
        "more than least most minimum maximum between from to half quarter double twice last next other another n't "
        "don't dont doesn't isn't aren't wasn't won't can't cannot couldn't wouldn't shouldn't nothing any "
        "minus plus if"
    ),
    feasts=words(
        "easter christmas xmas thanksgiving ramadan eid diwali hanukkah passover lent pentecost good black "
        "ash palm shrove whit independence labor labour memorial presidents mother mothers father fathers "
        "boxing st saint holy super cyber"
    ),
    holders=words("table booking reservation room group party"),
    holding=words("for of"),
    with_words=words("with and mr mrs ms dr meet"),
    toward=phrases("back to"),
    requests=words("can could please book schedule set plan move put"),
    spans=phrases("takes,it takes,took,it took,lasts,lasted,long,worth,of,staying,stay,stayed,for the next,time"),
    elapsed=phrases("i've been,been,had,i've been waiting,waiting,waited,already"),
    to_wait=phrases("give me,wait,hold on,hang on"),
    moving=phrases(
        "on,at,come,coming,go,going,arrive,meet,see you,start,starts,begin,happen,it will happen,let's meet,"
        "let's go,book it,schedule,set up,set it up,move it,move it to,put it,pick it up,pick up,deliver,"
        "delivery,appointment,available,free,are you available,you,be there,by then,date,day,the date,works best,"
        "would be best,best,suits me,suits us,ideally,how about,what about,set,up,can you,"
        "could you,will you,your,something,everything,with,arrangement,arrangements,plan,plans,event,task,"
        "this task,lunch,dinner,breakfast,coffee,party,calendar,my calendar,birthday,conference,done,sign me up,"
        "put me down,join,attend,plan to,planning,hoping,hope,special,great,nice,free on,moved,scheduled,planned,"
        "happens,happening,going to,supposed,of,time,the time,together,early,sometime,expected,set something up,"
        "i will see you,set up a call,set up a skype call,set up a video call,schedule a call,book a call,again,"
        "it's me,its me,want to,like to,love to,prefer to"
    ),
    statements=STATEMENTS["en"],
    and_words=words("and plus"),
    currencies=word_table(
        {
            "dollar dollars buck bucks": "dollar",
            "usd": "USD",
            "euro euros eur": "EUR",
            "pound pounds": "pound",
            "quid gbp": "GBP",
        }
        | {"yen jpy": "JPY", "chf": "CHF", "franc francs": "franc", "peso pesos": "peso", "cad": "CAD", "aud": "AUD"}
        | {"rupee rupees rs": "rupee", "inr": "INR", "yuan rmb cny": "CNY", "sek": "SEK"}
    ),
    cents=word_table({"cent cents": "cent", "penny pennies": "penny", "pence p": "pence"}),
    money=words(
        "cost costs price prices budget pay paid spend spent amount money fee salary income rent deposit charge "
        "charged worth value currency bill total donate donation tip fare earn owe refund"
    ),
    past=words("was were had did"),
    judging=phrases("is better,would be better"),
    how_many=phrases("how many"),
    stars=words("star stars point points"),
    out_of=phrases("out of,of,from"),
)
