"""What `/_components/` shows: invented content in six languages, and a form in each of its states.

The texts are samples, not the interface: they are written here and not translated with it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator

from kept.base.promise import STATES
from kept.base.widgets import MultiSelect, PickOne

SAMPLES: dict[str, dict[str, str]] = {
    "en": {
        "title": "Laptops and a teacher for every girls' school in Sylhet",
        "short": "10,000 girls finish a first course in data",
        "lede": "212 schools get a room, a connection and a trained teacher for three years, with the district "
        "paying from the fourth.",
        "owner": "Meghna Telecom (invented)",
        "before": "Connect 180 schools by December 2023.",
        "after": "Connect 212 schools by June 2024, with power.",
        "measure": "81 of 212 schools",
        "note": "self-reported, March",
        "late": "Late. 81 of 212 schools, promised for June 2024.",
        "support": "Documents support 64 schools; nobody independent has looked.",
        "help": "One sentence that any reader understands.",
        "wrong": "The end is before the start. Choose a date after 1 March 2026.",
        "words": "Access", "words_2": "Adoption", "words_3": "Value creation", "words_4": "Least developed countries",
        "label": "Title of the pledge", "people": "people", "where": "Countries", "when": "Ends on",
        "sentence": "Entry 1,208 of a public log of 3,911, signed today.",
    },
    "fr": {
        "title": "Des ordinateurs et une enseignante pour chaque école de filles de Sylhet",
        "short": "10 000 filles achèvent un premier cours sur les données",
        "lede": "212 écoles reçoivent une salle, une connexion et une enseignante formée pendant trois ans.",
        "owner": "Meghna Telecom (inventé)",
        "before": "Connecter 180 écoles d’ici à décembre 2023.",
        "after": "Connecter 212 écoles d’ici à juin 2024, avec l’électricité.",
        "measure": "81 écoles sur 212", "note": "selon l’auteur, mars",
        "late": "En retard. 81 écoles sur 212, promises pour juin 2024.",
        "support": "Des documents attestent 64 écoles ; personne d’indépendant n’a vérifié.",
        "help": "Une phrase que tout lecteur comprend.",
        "wrong": "La fin précède le début. Choisissez une date après le 1er mars 2026.",
        "words": "Accès", "words_2": "Adoption", "words_3": "Création de valeur", "words_4": "Pays les moins avancés",
        "label": "Titre de l’engagement", "people": "personnes", "where": "Pays", "when": "Prend fin le",
        "sentence": "Inscription 1 208 d’un registre public de 3 911, signé aujourd’hui.",
    },
    "es": {
        "title": "Computadoras y una maestra para cada escuela de niñas de Sylhet",
        "short": "10.000 niñas terminan un primer curso de datos",
        "lede": "212 escuelas reciben un aula, una conexión y una maestra formada durante tres años.",
        "owner": "Meghna Telecom (inventada)",
        "before": "Conectar 180 escuelas para diciembre de 2023.",
        "after": "Conectar 212 escuelas para junio de 2024, con electricidad.",
        "measure": "81 de 212 escuelas", "note": "según su autor, marzo",
        "late": "Con retraso. 81 de 212 escuelas, prometidas para junio de 2024.",
        "support": "Hay documentos de 64 escuelas; nadie independiente lo ha comprobado.",
        "help": "Una frase que cualquiera entienda.",
        "wrong": "El final es anterior al inicio. Elija una fecha posterior al 1 de marzo de 2026.",
        "words": "Acceso", "words_2": "Adopción", "words_3": "Creación de valor", "words_4": "Países menos adelantados",
        "label": "Título del compromiso", "people": "personas", "where": "Países", "when": "Termina el",
        "sentence": "Entrada 1.208 de un registro público de 3.911, firmado hoy.",
    },
    "ar": {
        "title": "حواسيب ومعلّمة لكل مدرسة بنات في سيلهيت",
        "short": "عشرة آلاف فتاة يُنهين أول دورة في البيانات",
        "lede": "تحصل ٢١٢ مدرسة على قاعة واتصال ومعلّمة مدرَّبة لثلاث سنوات، وتدفع المنطقة ابتداءً من السنة الرابعة.",
        "owner": "ميغنا تيليكوم (اسم مخترع)",
        "before": "ربط ١٨٠ مدرسة قبل ديسمبر ٢٠٢٣.",
        "after": "ربط ٢١٢ مدرسة قبل يونيو ٢٠٢٤ مع الكهرباء.",
        "measure": "٨١ من ٢١٢ مدرسة", "note": "بحسب صاحب التعهد، مارس",
        "late": "متأخر. ٨١ من ٢١٢ مدرسة، وكان الوعد حتى يونيو ٢٠٢٤.",
        "support": "الوثائق تؤيد ٦٤ مدرسة؛ ولم يتحقق أحد مستقل.",
        "help": "جملة واحدة يفهمها أي قارئ.",
        "wrong": "تاريخ الانتهاء قبل تاريخ البدء. اختاروا تاريخاً بعد ١ مارس ٢٠٢٦.",
        "words": "النفاذ", "words_2": "الاعتماد", "words_3": "خلق القيمة", "words_4": "أقل البلدان نمواً",
        "label": "عنوان التعهد", "people": "أشخاص", "where": "البلدان", "when": "تاريخ الانتهاء",
        "sentence": "القيد ١٬٢٠٨ من سجل عام فيه ٣٬٩١١ قيداً، موقَّع اليوم.",
    },
    "ru": {
        "title": "Ноутбуки и учительница для каждой женской школы в Силхете",
        "short": "10 000 девочек заканчивают первый курс по работе с данными",
        "lede": "212 школ получают класс, подключение к сети и обученную учительницу на три года.",
        "owner": "Мегхна Телеком (вымышленная)",
        "before": "Подключить 180 школ к декабрю 2023 года.",
        "after": "Подключить 212 школ к июню 2024 года, с электричеством.",
        "measure": "81 школа из 212", "note": "со слов автора, март",
        "late": "Опаздывает. 81 школа из 212, обещано к июню 2024 года.",
        "support": "Документами подтверждены 64 школы; независимой проверки не было.",
        "help": "Одно предложение, понятное каждому.",
        "wrong": "Окончание раньше начала. Выберите дату после 1 марта 2026 года.",
        "words": "Доступ", "words_2": "Внедрение", "words_3": "Создание ценности",
        "words_4": "Наименее развитые страны",
        "label": "Название обязательства", "people": "человек", "where": "Страны", "when": "Дата окончания",
        "sentence": "Запись 1 208 из 3 911 в открытом журнале, подписано сегодня.",
    },
    "zh-hans": {
        "title": "为锡尔赫特每所女校配备笔记本电脑和一名教师",
        "short": "一万名女孩完成第一门数据课程",
        "lede": "212所学校获得教室、网络连接和一名受过培训的教师，为期三年，第四年起由地区出资。",
        "owner": "梅格纳电信（虚构）",
        "before": "到2023年12月连接180所学校。",
        "after": "到2024年6月连接212所学校，并通电。",
        "measure": "212所学校中的81所", "note": "自行报告，3月",
        "late": "逾期。承诺2024年6月前完成212所，现有81所。",
        "support": "文件证明了64所；尚无独立核查。",
        "help": "一句任何读者都能看懂的话。",
        "wrong": "结束日期早于开始日期。请选择2026年3月1日之后的日期。",
        "words": "接入", "words_2": "采用", "words_3": "创造价值", "words_4": "最不发达国家",
        "label": "承诺标题", "people": "人", "where": "国家", "when": "结束日期",
        "sentence": "公开日志共3,911条，此为第1,208条，今日签名。",
    },
}

COUNTRIES = [
    ("Africa", [("BDI", "Burundi"), ("CIV", "Côte d'Ivoire"), ("KEN", "Kenya"), ("MWI", "Malawi"), ("RWA", "Rwanda"),
                ("STP", "Sao Tome and Principe"), ("UGA", "Uganda")]),
    ("Asia", [("BGD", "Bangladesh"), ("LAO", "Lao People's Democratic Republic"), ("NPL", "Nepal"),
              ("TUR", "Türkiye")]),
    ("Oceania", [("KIR", "Kiribati"), ("TUV", "Tuvalu")]),
]

ICONS = (
    "kept on_track late silent broken not_started partly unjudged withdrawn warning sealed chevron next cross menu "
    "theme search"
).split()
ERRORS = ("400", "403", "404", "429", "500")


class SampleForm(forms.Form):
    """Every kind of control, so that each is seen empty, filled and refused."""

    title = forms.CharField(max_length=120)
    summary = forms.CharField(widget=forms.Textarea, required=False)
    amount = forms.DecimalField(required=False)
    currency = forms.ChoiceField(choices=[("USD", "USD"), ("EUR", "EUR"), ("BDT", "BDT")])
    email = forms.EmailField(required=False)
    end = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    focus = forms.MultipleChoiceField(widget=MultiSelect, required=False)
    countries = forms.MultipleChoiceField(
        widget=MultiSelect(also={"TUR": "Turkey Türkei", "CIV": "Ivory Coast"}, notes={"BDI": "LDC"}), choices=COUNTRIES
    )
    country = forms.ChoiceField(widget=PickOne, choices=COUNTRIES, required=False)
    kind = forms.ChoiceField(widget=forms.RadioSelect)
    paper = forms.FileField(required=False)
    agree = forms.BooleanField()

    def __init__(self, *args: Any, words: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, key in {
            "title": "label", "summary": "lede", "amount": "measure", "currency": "measure", "email": "owner",
            "end": "when", "focus": "words", "countries": "where", "country": "where", "kind": "words_2",
            "paper": "support", "agree": "sentence",
        }.items():
            self.fields[name].label = words[key]
        self.fields["title"].help_text = self.fields["countries"].help_text = words["help"]
        choices = [("access", words["words"]), ("adoption", words["words_2"]), ("value", words["words_3"])]
        self.fields["focus"].choices = self.fields["kind"].choices = choices  # type: ignore[attr-defined]
        self.words = words

    def clean(self) -> dict[str, Any]:
        self.add_error("end", self.words["wrong"])
        return super().clean() or {}


def samples(language: str) -> dict[str, str]:
    """The sample texts of a language; English where it has none."""
    return SAMPLES.get(language, SAMPLES["en"])


def catalogue(language: str) -> dict[str, Any]:
    """Everything that the page of components shows."""
    words = samples(language)
    chosen = {"title": words["title"], "countries": ["BDI", "NPL", "CIV"], "country": "KEN", "focus": ["access"]}
    return {
        "words": words,
        "states": [
            {"key": key, "promised": 212, "signed": 137, "delivered": 0 if state.family == "silent" else 81}
            for key, state in STATES.items()
        ],
        "empty_form": SampleForm(words=words, prefix="new"),
        "filled_form": SampleForm(words=words, prefix="old", initial=chosen),
        "wrong_form": SampleForm(
            {f"bad-{name}": value for name, value in {**chosen, "title": "", "email": "@", "end": "2026-01-01"}.items()},
            words=words,
            prefix="bad",
        ),
        "facet": [
            {"label": words["words"], "count": 4, "url": "?a", "selected": False},
            {"label": words["words_2"], "count": 31, "url": "?b", "selected": True},
            {"label": words["words_3"], "count": 6, "url": "?c", "selected": False},
            {"label": words["words_4"], "count": 0, "url": "?d", "selected": False},
        ],
        "long_facet": [
            {"label": name, "count": 40 - 3 * place, "url": f"?country={code}", "selected": place == 9}
            for place, (code, name) in enumerate(pair for _region, pairs in COUNTRIES for pair in pairs)
        ],
        "facts": [
            {"term": words["where"], "value": "Bangladesh", "note": words["words_4"], "url": "#"},
            {"term": words["when"], "value": words["measure"]},
            {"term": words["label"], "value": words["short"], "note": words["note"]},
        ],
        "entries": [
            {"at": date(2024, 3, 21), "title": words["measure"], "text": words["support"],
             "links": [{"name": words["words"], "url": "#"}]},
            {"at": date(2023, 5, 3), "title": words["words_2"], "text": words["after"]},
            {"at": "2022-06", "title": words["words_3"]},
        ],
        "tabs": [
            {"name": words["words"], "url": "#", "current": True},
            {"name": words["words_2"], "url": "#", "count": 31},
            {"name": words["words_3"], "url": "#"},
        ],
        "keys": [("P", words["words"]), ("C", words["words_2"]), ("J", words["words_3"])],
        "steps": [words["label"], (words["where"], "#"), words["when"], words["words"]],
        "pages": sample_page(),
        "amount": Decimal("36780000000"),
        "share": Decimal("0.52"),
        "rows": [
            (Decimal(12_000_000), 81, "on_track"),
            (Decimal(3_400_000), 12, "late"),
            (Decimal(890_000), 212, "kept"),
        ],
        "day": date(2022, 6, 14),
        "icons": ICONS,
        "errors": ERRORS,
    }


def sample_page(number: int = 3) -> Page:
    """A page in the middle of many."""
    return Paginator(range(412), 20).page(number)
