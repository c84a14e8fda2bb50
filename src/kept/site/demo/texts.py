"""What the invented organisations promise: titles, summaries and indicators, in the languages people write in."""

from __future__ import annotations

import random
from dataclasses import dataclass

from kept.pledges.content import Indicator


@dataclass(frozen=True)
class Idea:
    """One kind of promise. `{n}` is its number, `{place}` where; the unit is what the headline indicator counts."""

    kind: str
    focus: str
    title: str
    summary: str
    unit: str
    low: int
    high: int
    people_each: int = 0  # people who benefit, for one unit


IDEAS = {
    "en": (
        Idea("programme", "access", "Fibre to {n} health posts in {place}",
             "Public health posts get a fibre connection, power for eight hours a day and a trained caretaker. The health budget pays from the third year.",
             "health posts", 40, 900, 2400),
        Idea("programme", "access", "{n} schools online in {place}",
             "Schools get a connection, a room that can be locked and a teacher who was trained for it, with the district paying the bill from the fourth year.",
             "schools", 30, 2500, 320),
        Idea("programme", "access", "Community networks for {n} villages in {place}",
             "Villages that no operator serves build and own a network. We bring the mast, the training and the first year of backhaul.",
             "villages", 12, 400, 800),
        Idea("programme", "adoption", "{n} girls finish a first course in data in {place}",
             "Evening classes in secondary schools, with a certificate that employers know and a place to practise afterwards.",
             "people", 500, 60000, 1),
        Idea("programme", "adoption", "Digital skills for {n} small farmers in {place}",
             "Farmers learn to use prices, weather and payments on the phone they have, in the language they speak.",
             "people", 1000, 250000, 1),
        Idea("programme", "adoption", "{n} teachers trained to teach online in {place}",
             "A course of forty hours, a mentor for a year, and a library of lessons that every teacher may use.",
             "teachers", 200, 18000, 60),
        Idea("programme", "adoption", "{n} libraries become learning places in {place}",
             "Each library gets ten computers, a librarian who was trained, and a connection that is paid for five years.",
             "libraries", 20, 500, 1500),
        Idea("programme", "value-creation", "A market place for {n} women's co-operatives in {place}",
             "Shared terminals, help with payments and delivery, and a market place that keeps no more than three per cent.",
             "co-operatives", 20, 700, 45),
        Idea("programme", "value-creation", "{n} start-ups through a year of support in {place}",
             "Desk, mentor, credits and a first public customer for young companies that solve a local problem.",
             "companies", 15, 400, 30),
        Idea("programme", "accelerate", "Backhaul shared by {n} towns in {place}",
             "Operators that compete share one route and its cost, open to newcomers at a published price.",
             "towns", 8, 160, 9000),
        Idea("financial", "access", "{n} new mobile sites in {place}",
             "Sites in places that no operator serves today, built within the period and open to roaming.",
             "sites", 60, 4200, 1800),
        Idea("financial", "access", "{n} kilometres of open fibre in {place}",
             "A backbone with open access at a published wholesale price, built in sections that each go into service by themselves.",
             "kilometres", 200, 9000, 400),
        Idea("financial", "accelerate", "A fund for {n} local networks in {place}",
             "Loans in local currency, first loss covered by us, for operators with fewer than ten thousand customers.",
             "networks", 10, 120, 7000),
        Idea("financial", "value-creation", "{n} public services online in {place}",
             "Registration, permits and payments that can be done from a phone, with the source code in the open.",
             "services", 10, 160, 20000),
        Idea("policy", "access", "A national roaming rule for village networks in {place}",
             "The regulator lets small networks roam on all others at a price it sets, and publishes the price each year.",
             "rule", 1, 1),
        Idea("policy", "accelerate", "Dig once: a law for shared ducts in {place}",
             "Whoever opens a road lays ducts for all. The law names who decides, who pays, and by when.",
             "law", 1, 1),
        Idea("policy", "adoption", "Digital skills in the national curriculum of {place}",
             "Grades five to eight, two hours a week, with books in the languages of the country and half of the places for girls.",
             "curriculum", 1, 1),
        Idea("policy", "value-creation", "A data protection act in {place}",
             "An act with an authority that has a budget of its own, and rights that a person can use without a lawyer.",
             "law", 1, 1),
        Idea("advocacy", "adoption", "Half of every panel: women speak about networks in {place}",
             "We refuse panels without women, publish the share each quarter, and ask our partners to do the same.",
             "events", 10, 140),
        Idea("advocacy", "accelerate", "{n} mayors ask for connected schools in {place}",
             "A campaign in which towns name their schools without a connection and say by when each will have one.",
             "towns", 20, 300),
        Idea("advocacy", "access", "Connectivity for displaced people in {place}",
             "We bring operators, hosts and refugees to one table until every camp has a signal and a legal SIM card.",
             "camps", 3, 40, 12000),
    ),
    "fr": (
        Idea("programme", "access", "{n} écoles connectées : {place}",
             "Chaque école reçoit une connexion, une salle qui ferme à clé et un enseignant formé ; la commune paie dès la quatrième année.",
             "écoles", 30, 900, 320),
        Idea("policy", "adoption", "Le numérique au programme des collèges : {place}",
             "Deux heures par semaine, des manuels dans les langues du pays, la moitié des places pour les filles.",
             "programme", 1, 1),
        Idea("financial", "access", "{n} kilomètres de fibre ouverte : {place}",
             "Un réseau de transport ouvert à tous, à un prix de gros publié, mis en service tronçon par tronçon.",
             "kilomètres", 200, 4000, 400),
        Idea("advocacy", "accelerate", "{n} maires pour des écoles connectées : {place}",
             "Les communes nomment leurs écoles sans connexion et disent pour quand chacune en aura une.",
             "communes", 20, 200),
    ),
    "es": (
        Idea("programme", "adoption", "{n} jóvenes aprenden a programar: {place}",
             "Clases por la tarde, un certificado que las empresas conocen y un lugar para practicar después.",
             "personas", 500, 20000, 1),
        Idea("programme", "access", "Redes comunitarias para {n} pueblos: {place}",
             "Los pueblos construyen y poseen su red; nosotros ponemos el mástil, la formación y el primer año de enlace.",
             "pueblos", 12, 300, 800),
        Idea("financial", "access", "{n} nuevas antenas en zonas rurales: {place}",
             "Sitios donde hoy no llega ningún operador, abiertos a la itinerancia.",
             "sitios", 60, 1500, 1800),
        Idea("policy", "accelerate", "Una ley de ductos compartidos: {place}",
             "Quien abre una calle coloca ductos para todos. La ley dice quién decide, quién paga y cuándo.",
             "ley", 1, 1),
        Idea("advocacy", "adoption", "La mitad de cada mesa: mujeres que hablan de redes, {place}",
             "Rechazamos las mesas sin mujeres y publicamos la proporción cada trimestre.",
             "actos", 10, 90),
    ),
    "ar": (
        Idea("programme", "access", "ربط {n} مركزاً صحياً بالإنترنت: {place}",
             "تحصل المراكز الصحية على وصلة ليفية وكهرباء ثماني ساعات في اليوم وقيّم مدرَّب، وتدفع الميزانية الصحية ابتداءً من السنة الثالثة.",
             "مراكز صحية", 40, 400, 2400),
        Idea("programme", "adoption", "تدريب {n} فتاة على أساسيات البيانات: {place}",
             "دروس مسائية في المدارس الثانوية بشهادة يعرفها أصحاب العمل ومكان للتدرّب بعدها.",
             "أشخاص", 500, 9000, 1),
        Idea("policy", "accelerate", "قانون للأنفاق المشتركة: {place}",
             "من يفتح طريقاً يمدّ أنابيب للجميع. يحدد القانون من يقرر ومن يدفع ومتى.",
             "قانون", 1, 1),
        Idea("financial", "access", "{n} موقعاً جديداً للهاتف المحمول: {place}",
             "مواقع في أماكن لا يخدمها أي مشغّل اليوم، مفتوحة للتجوال.",
             "مواقع", 60, 900, 1800),
        Idea("advocacy", "access", "الاتصال للنازحين: {place}",
             "نجمع المشغّلين والمضيفين واللاجئين حول طاولة واحدة حتى تصل الإشارة إلى كل مخيم.",
             "مخيمات", 3, 20, 12000),
    ),
    "ru": (
        Idea("programme", "access", "Интернет в {n} сельских школах: {place}",
             "Школы получают подключение, отдельный класс и обученного учителя; с четвёртого года платит район.",
             "школ", 30, 900, 320),
        Idea("programme", "adoption", "Цифровые навыки для {n} учителей: {place}",
             "Курс на сорок часов, наставник на год и библиотека уроков, открытая для всех.",
             "учителей", 200, 6000, 60),
        Idea("policy", "value-creation", "Закон о защите данных: {place}",
             "Орган с собственным бюджетом и права, которыми можно воспользоваться без юриста.",
             "закон", 1, 1),
        Idea("financial", "access", "{n} километров открытой магистрали: {place}",
             "Открытый доступ по опубликованной оптовой цене; участки вводятся по мере готовности.",
             "километров", 200, 3000, 400),
        Idea("advocacy", "accelerate", "{n} городов за подключённые школы: {place}",
             "Города называют школы без подключения и срок для каждой.",
             "городов", 20, 120),
    ),
    "zh-hans": (
        Idea("programme", "access", "为{n}所学校接通网络：{place}",
             "学校得到网络连接、一间可上锁的教室和一位受过培训的教师，第四年起由地方付费。",
             "所学校", 30, 1200, 320),
        Idea("programme", "adoption", "{n}名农民学会数字技能：{place}",
             "农民用自己的手机、自己的语言查看价格和天气，完成支付。",
             "人", 1000, 90000, 1),
        Idea("financial", "access", "新建{n}个移动基站：{place}",
             "建在目前没有运营商服务的地方，对漫游开放。",
             "个基站", 60, 2000, 1800),
        Idea("policy", "accelerate", "共享管道立法：{place}",
             "谁开挖道路，谁就为所有人铺设管道。法律写明谁决定、谁付费、何时完成。",
             "部法律", 1, 1),
        Idea("advocacy", "adoption", "让更多女性谈论网络：{place}",
             "我们拒绝没有女性的论坛，并按季度公布比例。",
             "场活动", 10, 90),
    ),
}  # fmt: skip

# Where a promise for a group, a region or the whole world stands in a title.
WIDE = {
    "en": {"world": "many countries", "ldc": "the least developed countries", "002": "Africa"},
    "fr": {"world": "plusieurs pays", "ldc": "pays les moins avancés", "002": "Afrique"},
    "es": {"world": "varios países", "ldc": "países menos adelantados", "002": "África"},
    "ar": {"world": "بلدان عديدة", "ldc": "أقل البلدان نمواً", "002": "أفريقيا"},
    "ru": {"world": "многие страны", "ldc": "наименее развитые страны", "002": "Африка"},
    "zh-hans": {"world": "多个国家", "ldc": "最不发达国家", "002": "非洲"},
}

OCCASIONS = (
    "Digital Development Roundtable", "Regional Development Forum", "Coalition webinar", "World summit side event",
    "National connectivity day", "Ministerial meeting", "",
)  # fmt: skip


def round_number(rng: random.Random, low: int, high: int) -> int:
    """A number as people promise it: between the bounds, rounded to two or three figures."""
    if low >= high:
        return low
    n = int(low * (high / low) ** rng.random())
    step = max(1, 10 ** (len(str(n)) - (3 if rng.random() < 0.3 else 2)))
    return max(low, n // step * step)


def idea_for(rng: random.Random, kind: str, language: str) -> Idea:
    return rng.choice([idea for idea in IDEAS[language] if idea.kind == kind])


def indicators_for(idea: Idea, n: int, end: str, rng: random.Random) -> tuple[Indicator, ...]:
    """The headline indicator; one promise in eight has none, and one in four no baseline, as in life."""
    if rng.random() < 0.12:
        return ()
    baseline = "" if rng.random() < 0.25 else str(rng.choice((0, 0, 0, n // 20)))
    return (Indicator(name=idea.unit, unit=idea.unit, baseline=baseline, target=str(n), by=end, headline=True),)
