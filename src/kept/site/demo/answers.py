"""What invented owners write in their reports, in the languages people write in."""

from __future__ import annotations

# {language: {what is said: sentences}}; of each a pledge takes one.
SUMMARIES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "not_started": ("The agreement is signed; work on site has not begun.",
                        "We are still looking for the partner who operates it afterwards."),
        "on_track": ("Work goes on in all districts as planned.",
                     "The second group has finished; the third begins after the rains.",
                     "The equipment is in the country and is being put up."),
        "delayed": ("What was to be done this year will be done next year.",
                    "Work stood still for five months and goes on again."),
        "at_risk": ("Half of the money that we counted on has not come.",
                    "The operator has left; a new tender is being written."),
        "completed": ("All is done and handed over to those who run it.",
                      "The last places were handed over; the register lists each of them."),
        "discontinued": ("We stop here. What was built stays with the districts.",
                         "The programme was closed after a change of government."),
    },
    "fr": {
        "not_started": ("L’accord est signé ; les travaux n’ont pas commencé.",),
        "on_track": ("Les travaux avancent comme prévu dans tous les districts.",
                     "Le deuxième groupe a terminé ; le troisième commence après les pluies."),
        "delayed": ("Ce qui devait être fait cette année le sera l’année prochaine.",
                    "Les travaux se sont arrêtés cinq mois et ont repris."),
        "at_risk": ("La moitié de l’argent attendu n’est pas arrivée.",),
        "completed": ("Tout est fait et remis à ceux qui en assurent la marche.",),
        "discontinued": ("Nous nous arrêtons ici. Ce qui a été construit reste aux districts.",),
    },
    "es": {
        "not_started": ("El acuerdo está firmado; las obras no han comenzado.",),
        "on_track": ("Las obras avanzan según lo previsto en todos los distritos.",
                     "El segundo grupo ha terminado; el tercero empieza después de las lluvias."),
        "delayed": ("Lo que se iba a hacer este año se hará el próximo.",
                    "Las obras pararon cinco meses y han continuado."),
        "at_risk": ("No ha llegado la mitad del dinero con el que contábamos.",),
        "completed": ("Todo está hecho y entregado a quienes lo gestionan.",),
        "discontinued": ("Nos detenemos aquí. Lo construido queda en manos de los distritos.",),
    },
    "ar": {
        "not_started": ("وُقّع الاتفاق ولم يبدأ العمل في الموقع بعد.",),
        "on_track": ("يتقدم العمل في جميع المناطق كما هو مخطط.", "أنهت المجموعة الثانية التدريب وتبدأ الثالثة بعد الأمطار."),
        "delayed": ("ما كان مقرراً لهذا العام سيُنجز في العام المقبل.",),
        "at_risk": ("لم يصل نصف المال الذي اعتمدنا عليه.",),
        "completed": ("أُنجز كل شيء وسُلّم إلى من يديره.",),
        "discontinued": ("نتوقف هنا. ما بُني يبقى للمناطق.",),
    },
    "ru": {
        "not_started": ("Соглашение подписано; работы на местах не начаты.",),
        "on_track": ("Работы во всех районах идут по плану.", "Вторая группа закончила, третья начнёт после дождей."),
        "delayed": ("То, что намечалось на этот год, будет сделано в следующем.",),
        "at_risk": ("Половина средств, на которые мы рассчитывали, не поступила.",),
        "completed": ("Всё сделано и передано тем, кто этим управляет.",),
        "discontinued": ("Мы останавливаемся на этом. Построенное остаётся районам.",),
    },
    "zh-hans": {
        "not_started": ("协议已经签署，现场工作尚未开始。",),
        "on_track": ("各区工作按计划进行。", "第二批学员已经结业，第三批在雨季后开始。"),
        "delayed": ("今年要做的工作将在明年完成。",),
        "at_risk": ("原先预计的资金有一半没有到位。",),
        "completed": ("全部完成，并已移交给管理方。",),
        "discontinued": ("我们到此为止。已建成的部分留给各区。",),
    },
}  # fmt: skip

# Why it is delayed, at risk or given up: owed with these.
REASONS: dict[str, tuple[str, ...]] = {
    "en": ("Two contractors were replaced.", "Import took longer than planned.", "The exchange rate fell by a third.",
           "Roads were closed by floods.", "The budget line was cut."),
    "fr": ("Deux entreprises ont été remplacées.", "La ligne budgétaire a été réduite."),
    "es": ("Se sustituyó a dos contratistas.", "Se recortó la partida presupuestaria."),
    "ar": ("استُبدل مقاولان.", "خُفّض بند الميزانية."),
    "ru": ("Заменили двух подрядчиков.", "Статью бюджета сократили."),
    "zh-hans": ("更换了两家承包商。", "预算被削减。"),
}  # fmt: skip

SUPPORT: dict[str, tuple[str, ...]] = {
    "en": ("Masts of 30 m, second hand, for four sites.", "Somebody who has negotiated a spectrum fee for communities.",
           "Teachers who can train teachers, for six weeks."),
    "fr": ("Des pylônes de 30 m d’occasion, pour quatre sites.",),
    "es": ("Mástiles de 30 m de segunda mano, para cuatro emplazamientos.",),
    "ar": ("أبراج مستعملة بارتفاع 30 متراً لأربعة مواقع.",),
    "ru": ("Мачты высотой 30 м, бывшие в употреблении, для четырёх площадок.",),
    "zh-hans": ("四个站点所需的30米二手铁塔。",),
}  # fmt: skip

SOURCES: dict[str, str] = {
    "en": "Our own register", "fr": "Notre propre registre", "es": "Nuestro propio registro", "ar": "سجلّنا الخاص",
    "ru": "Наш собственный реестр", "zh-hans": "本单位的登记册",
}  # fmt: skip
COUNTED: dict[str, str] = {
    "en": "Lists of those who took part", "fr": "Listes de présence", "es": "Listas de participantes",
    "ar": "قوائم المشاركين", "ru": "Списки участников", "zh-hans": "参加者名单",
}  # fmt: skip
EXPLAINED: dict[str, str] = {
    "en": "It ends here; what is missing will not be built.", "fr": "Cela s’arrête ici ; ce qui manque ne sera pas construit.",
    "es": "Termina aquí; lo que falta no se construirá.", "ar": "ينتهي هنا، ولن يُبنى ما تبقّى.",
    "ru": "На этом всё; недостающее построено не будет.", "zh-hans": "到此结束，其余部分不再建设。",
}  # fmt: skip
DOCUMENTS: dict[str, tuple[str, str]] = {  # its name, what it shows
    "en": ("Handover protocols", "Each place with date and signature"),
    "fr": ("Procès-verbaux de remise", "Chaque lieu avec date et signature"),
    "es": ("Actas de entrega", "Cada lugar con fecha y firma"),
    "ar": ("محاضر التسليم", "كل موقع مع التاريخ والتوقيع"),
    "ru": ("Акты передачи", "Каждое место с датой и подписью"),
    "zh-hans": ("移交记录", "每处地点的日期和签字"),
}

# Names of the rounds, in every language; {year} is the year that is reported on.
ROUND = {
    "en": "Reporting for {year}", "fr": "Rapports sur {year}", "es": "Informes sobre {year}", "ar": "تقارير عام {year}",
    "ru": "Отчёты за {year} год", "zh-hans": "{year}年报告",
}  # fmt: skip
BETWEEN = {
    "en": "Where are you in {year}?", "fr": "Où en êtes-vous en {year} ?", "es": "¿Cómo van en {year}?",
    "ar": "أين وصلتم في عام {year}؟", "ru": "Как идут дела в {year} году?", "zh-hans": "{year}年进展如何？",
}  # fmt: skip
INTRODUCTION = {
    "en": "Once a year we ask everybody who made a pledge what became of it. It takes about ten minutes.",
    "fr": "Une fois par an, nous demandons à chaque auteur d’engagement ce qu’il en est advenu. Cela prend environ dix minutes.",
    "es": "Una vez al año preguntamos a quienes se comprometieron qué ha sido de su compromiso. Lleva unos diez minutos.",
    "ar": "نسأل مرة في السنة كل من تعهّد بشيء عمّا آل إليه تعهّده. يستغرق ذلك نحو عشر دقائق.",
    "ru": "Раз в год мы спрашиваем каждого, кто дал обещание, что из него вышло. Это займёт около десяти минут.",
    "zh-hans": "我们每年询问一次每个承诺的进展。填写大约需要十分钟。",
}
QUESTION = {
    "en": "Who benefits least so far, and why?", "fr": "Qui en profite le moins jusqu’ici, et pourquoi ?",
    "es": "¿A quién le llega menos hasta ahora, y por qué?", "ar": "من الأقل استفادة حتى الآن، ولماذا؟",
    "ru": "Кому это пока помогает меньше всего и почему?", "zh-hans": "目前谁受益最少？为什么？",
}  # fmt: skip
