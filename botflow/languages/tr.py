"""What botflow says in Turkish. Made by a machine, and not reviewed yet."""

from __future__ import annotations

from types import MappingProxyType

from botflow.languages.sentences import Bounded, Sentences

SENTENCES = Sentences(
    apology="Üzgünüz, bizim tarafımızda bir hata oluştu. Lütfen biraz sonra yeniden yazın.",
    cannot_change="Üzgünüz, bu artık değiştirilemez.",
    changed="Değiştirildi: {old} yerine {new}.",
    changed_to="Değiştirildi: {new}.",
    which_answer="Hangi yanıtı değiştirmek istediğinizi anlayamadım. Önceki soruya dönmek için “geri” yazın.",
    unsure="Her şeyi anladığımdan emin değilim. Tek tek ilerleyelim.",
    understood="Anlaşıldı: {values}.",
    what_to_change="Neyi değiştirmek istersiniz?",
    opted_out="Artık bizden mesaj almayacaksınız. Yeniden almak isterseniz START yazın.",
    expected=MappingProxyType(
        {
            "text": "Lütfen sözcüklerle yanıtlayın.",
            "integer": "Lütfen bir tam sayı yazın{bounds}.",
            "number": "Lütfen bir sayı yazın{bounds}.",
            "yes_no": "Lütfen evet veya hayır yazın.",
            "choice": "Lütfen bunlardan birini seçin.",
            "choices": "Lütfen bunlardan birini veya birkaçını seçin, örneğin “1, 2”.",
            "date": "Lütfen bir tarih yazın{bounds}, örneğin “yarın” veya “12 Mart”.",
            "time": "Lütfen bir saat yazın{bounds}, örneğin 14:30.",
            "datetime": "Lütfen bir gün ve saat yazın{bounds}, örneğin “12/3 14:30”.",
            "duration": "Lütfen bir süre yazın, örneğin “2 h” veya “45 min”.",
            "money": "Lütfen bir tutar yazın{bounds}, örneğin “20 EUR”.",
            "rating": "Lütfen bir sayı yazın{bounds}.",
            "email": "Lütfen bir e-posta adresi yazın, örneğin anna@example.com.",
            "phone": "Lütfen ülke koduyla birlikte bir telefon numarası yazın, örneğin +90 212 123 45 67.",
            "url": "Lütfen bir web adresi yazın, örneğin example.com.",
            "regex": "Bu doğru görünmüyor. Lütfen kontrol edip yeniden yazın.",
            "location": "Lütfen konumunuzu paylaşın.",
            "media": "Lütfen bir fotoğraf veya dosya gönderin{bounds}.",
            "file": "Lütfen tek bir dosya gönderin{bounds}.",
        }
    ),
    bounds=Bounded(both=" (en az {least}, en çok {most})", least=" (en az {least})", most=" (en çok {most})"),
    dates=Bounded(both=" (en erken {least}, en geç {most})", least=" (en erken {least})", most=" (en geç {most})"),
    choose="Seç",
    example=", örneğin 3",
    yes="evet",
    no="hayır",
    files="Lütfen şunlardan birini gönderin: {kinds}.",
    file_kinds=MappingProxyType(
        {
            "image": "resim",
            "audio": "ses kaydı",
            "video": "video",
            "pdf": "PDF dosyası",
        }
    ),
    file_of_type="{type} dosyası",
    file_size=" (en çok {size})",
    file_units=MappingProxyType({"megabyte": "MB", "kilobyte": "KB"}),
    either=" veya ",
    several=Bounded(
        both="Lütfen bunlardan seçin: en az {least}, en çok {most}.",
        least="Lütfen bunlardan en az {least} tane seçin.",
        most="Lütfen bunlardan en çok {most} tane seçin.",
    ),
    exactly="Lütfen bunlardan {least} tane seçin.",
    length=Bounded(
        both="Yanıtın karakter sayısı: en az {least}, en çok {most}.",
        least="Yanıtın karakter sayısı: en az {least}.",
        most="Yanıtın karakter sayısı: en çok {most}.",
    ),
    unreadable="Burada resim veya dosya okuyamıyorum.",
)
