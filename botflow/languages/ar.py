"""What botflow says in Arabic. Made by a machine, and not reviewed yet."""

from __future__ import annotations

from types import MappingProxyType

from botflow.languages.sentences import Bounded, Sentences

SENTENCES = Sentences(
    apology="نعتذر، حدث خطأ من جانبنا. يُرجى الكتابة مرة أخرى بعد قليل.",
    cannot_change="نعتذر، لم يعد من الممكن تغيير ذلك.",
    changed="تم التغيير: {new} بدلاً من {old}.",
    changed_to="تم التغيير: {new}.",
    which_answer="لم يتضح لي أي إجابة يُراد تغييرها. يُرجى كتابة «رجوع» للعودة إلى السؤال السابق.",
    unsure="لست متأكدًا من فهم كل ما ورد. لنتناول الأمر خطوة بخطوة.",
    understood="تم الفهم: {values}.",
    what_to_change="ما الذي يجب تغييره؟",
    opted_out="لن تصل رسائل أخرى منا. لاستلامها من جديد يُرجى كتابة START.",
    expected=MappingProxyType(
        {
            "text": "يُرجى الرد بالكلمات.",
            "integer": "يُرجى الرد بعدد صحيح{bounds}.",
            "number": "يُرجى الرد بعدد{bounds}.",
            "yes_no": "يُرجى الرد بنعم أو لا.",
            "choice": "يُرجى اختيار واحد من هذه الخيارات.",
            "choices": "يُرجى اختيار واحد أو أكثر من هذه الخيارات، مثل «\u20661, 2\u2069».",
            "date": "يُرجى الرد بتاريخ{bounds}، مثل «غدا» أو «12 مارس».",
            "time": "يُرجى الرد بوقت{bounds}، مثل 14:30.",
            "datetime": "يُرجى الرد بيوم ووقت{bounds}، مثل «\u206612/3 14:30\u2069».",
            "duration": "يُرجى الرد بمدة زمنية، مثل «\u20662 h\u2069» أو «\u206645 min\u2069».",
            "money": "يُرجى الرد بمبلغ{bounds}، مثل «\u206620 EUR\u2069».",
            "rating": "يُرجى الرد بعدد{bounds}.",
            "email": "يُرجى الرد بعنوان بريد إلكتروني، مثل anna@example.com.",
            "phone": "يُرجى الرد برقم هاتف مع رمز البلد، مثل \u200e+20 2 1234 5678.",
            "url": "يُرجى الرد بعنوان موقع، مثل example.com.",
            "regex": "لا يبدو هذا صحيحًا. يُرجى التحقق والكتابة مرة أخرى.",
            "location": "يُرجى مشاركة الموقع الجغرافي.",
            "media": "يُرجى إرسال صورة أو ملف{bounds}.",
            "file": "يُرجى إرسال ملف واحد{bounds}.",
        }
    ),
    bounds=Bounded(both=" من {least} إلى {most}", least=" لا يقل عن {least}", most=" لا يزيد على {most}"),
    dates=Bounded(both=" من {least} إلى {most}", least=" ابتداءً من {least}", most=" حتى {most}"),
    choose="اختر",
    example="، مثل 3",
    yes="نعم",
    no="لا",
    files="يُرجى إرسال {kinds}.",
    file_kinds=MappingProxyType(
        {
            "image": "صورة",
            "audio": "تسجيل صوتي",
            "video": "مقطع فيديو",
            "pdf": "ملف PDF",
        }
    ),
    file_of_type="ملف {type}",
    file_size=" بحجم أقصاه {size}",
    file_units=MappingProxyType({"megabyte": "MB", "kilobyte": "KB"}),
    either=" أو ",
    several=Bounded(
        both="يُرجى الاختيار من هذه الخيارات؛ العدد: من {least} إلى {most}.",
        least="يُرجى الاختيار من هذه الخيارات؛ العدد الأدنى: {least}.",
        most="يُرجى الاختيار من هذه الخيارات؛ العدد الأقصى: {most}.",
    ),
    exactly="يُرجى الاختيار من هذه الخيارات؛ العدد: {least}.",
    length=Bounded(
        both="عدد أحرف الرد: من {least} إلى {most}.",
        least="الحد الأدنى لعدد أحرف الرد: {least}.",
        most="الحد الأقصى لعدد أحرف الرد: {most}.",
    ),
    unreadable="لا يمكنني قراءة الصور أو الملفات هنا.",
)
