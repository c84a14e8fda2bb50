// The check-in page: what the door knows and decides (door.js), shown. Words come from the page.

import { Door, fingerprint, Over } from "./door.js";
import { watch } from "./camera.js";

const EVERY = 10000; // milliseconds between two looks at the house
const SAME = 4000; // so long a code that stays before the camera is one person

const root = document.querySelector("[data-check-in]");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const language = document.documentElement.lang;
const words = Object.fromEntries([...part("words").children].map((one) => [one.dataset.word, one.textContent]));
const figures = new Intl.NumberFormat(root.dataset.locale);
const door = new Door({ ...root.dataset }, root.dataset.never.split(" "));
let entry = true;
let online = true;
let stopCamera = null;
let asked = null; // whom the answer on the screen is about
let last = { text: "", at: 0 };

function named(names) {
  return names?.[language.toLowerCase()] || names?.[language] || names?.en || "";
}

function clock(moment, day = {}) {
  const zone = door.told?.time_zone;
  const parts = { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  return new Intl.DateTimeFormat(root.dataset.locale, parts).format(new Date(moment));
}

function say(name, text) {
  part(name).textContent = text;
}

// --- what is shown --------------------------------------------------------------------------------------------

function show(screen) {
  for (const one of root.querySelectorAll("[data-screen]")) one.hidden = one.dataset.screen !== screen;
}

function stand() {
  if (!door.ready) {
    stopWatching();
    show("link");
    return;
  }
  const { book, told } = door;
  say("meeting", named(told.meeting));
  say("door", named(told.gate) || named(told.door));
  say("device", told.device);
  say("inside", figures.format(Math.max(0, book.inside)));
  part("limit").hidden = book.limit === null;
  if (book.limit !== null) say("limit", words.of.replace("{n}", figures.format(book.limit)));
  part("full").hidden = !door.full;
  part("unsent-row").hidden = !book.unsent.length;
  say("unsent", figures.format(book.unsent.length));
  part("alone-row").hidden = online || book.limit === null;
  say("may", figures.format(book.may));
  root.dataset.online = String(online);
  say("net", online ? words.online : words.offline);
  say("good-until", clock(told.good_until, { weekday: "long" }));
  if (!asked) show("door");
}

function answer(line, told) {
  const kind = { admitted: "in", double: "double", refused: "no", left: "out" }[told.outcome];
  const panel = part("answer");
  panel.dataset.kind = kind;
  panel.dataset.alone = String(told.alone);
  say("answer-word", words[kind]);
  say("answer-name", line?.name ?? "");
  say("answer-native", line?.native ?? "");
  say("answer-category", named(door.told?.categories[line?.category]));
  const since = kind === "double" ? words.since.replace("{time}", clock(told.since)) : "";
  say("answer-why", kind === "no" ? (words[`why-${told.refusal}`] ?? "") : since);
  part("answer-alone").hidden = !told.alone;
  part("force").hidden = kind !== "no" || !line || door.never.has(told.refusal) || told.refusal === "network";
  part("force").open = false;
  part("force-form").reset();
  show("answer");
  panel.focus();
  navigator.vibrate?.(kind === "in" || kind === "out" ? 60 : [120, 80, 120]);
}

// --- what happens ---------------------------------------------------------------------------------------------

async function attempt(who, forced = null) {
  const line = door.people.get(who);
  asked = { who, entry };
  try {
    const told = await door.attempt(who, entry, forced);
    online = !told.alone;
    answer(door.people.get(who) ?? line, told);
  } catch (fault) {
    if (!(fault instanceof Over)) throw fault;
    asked = null;
    say("link-why", words.over);
  }
  stand();
}

async function scanned(text) {
  // A refusal stays until somebody has read it; after a yes the next badge may come.
  if (asked && part("answer").dataset.kind === "no") return;
  if (text === last.text && Date.now() - last.at < SAME) return;
  last = { text, at: Date.now() };
  await attempt((await fingerprint(text)) ?? "0000000000000000");
}

function list() {
  const found = door.find(part("search").value);
  const rows = found.map((line) => {
    const row = part("row").content.cloneNode(true);
    const set = (name, text) => (row.querySelector(`[data-row="${name}"]`).textContent = text);
    set("name", line.name);
    set("native", line.native);
    set("category", named(door.told.categories[line.category]));
    set("state", line.since ? words.since.replace("{time}", clock(line.since)) : (words[`short-${line.why ? "no" : ""}`] ?? ""));
    row.querySelector("button").addEventListener("click", () => attempt(line.who));
    return row;
  });
  part("found").replaceChildren(...rows);
  part("nobody").hidden = found.length > 0 || !part("search").value.trim();
}

function next() {
  asked = null;
  part("search").value = "";
  list();
  stand();
  if (!stopCamera) part("search").focus();
}

async function startWatching(video, found) {
  stopWatching();
  try {
    stopCamera = await watch(video, root.dataset.decoder, found);
    root.dataset.camera = "on";
    part("watch").setAttribute("aria-pressed", "true");
    for (const one of root.querySelectorAll('[data-part="no-camera"]')) one.hidden = true;
  } catch {
    for (const one of root.querySelectorAll('[data-part="no-camera"]')) one.hidden = false;
  }
}

function stopWatching() {
  stopCamera?.();
  stopCamera = null;
  delete root.dataset.camera;
  part("watch").setAttribute("aria-pressed", "false");
}

// --- the place at a gate --------------------------------------------------------------------------------------

// The token of a link: behind the # of an address, which browsers send to no server.
function tokenIn(text) {
  return /^[0-9A-Za-z_-]{24,100}$/.exec(text.trim().split("#").pop())?.[0] ?? "";
}

async function take(token) {
  stopWatching();
  say("link-why", words.taking);
  if (door.book?.unsent.length) await door.sync();
  if (door.book?.unsent.length) {
    say("link-why", words.unsent);
    return stand();
  }
  try {
    await door.take(token);
    online = true;
    say("link-why", "");
  } catch (fault) {
    online = false;
    say("link-why", fault instanceof Over ? words.gone : words.unanswered);
  }
  stand();
}

async function sync() {
  if (!door.book) return;
  online = await door.sync();
  await door.expire();
  if (!door.book) say("link-why", words.over);
  else if (!door.told) say("link-why", words.expired);
  stand();
}

async function begin() {
  if (!globalThis.isSecureContext || !("indexedDB" in globalThis)) {
    say("link-why", words.insecure);
    return show("link");
  }
  navigator.serviceWorker?.register(root.dataset.worker).catch(() => {});
  navigator.storage?.persist?.().catch(() => {});
  await door.begin();
  const token = tokenIn(location.hash);
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (token) await take(token);
  stand();
  await sync();
  setInterval(() => document.hidden || sync(), EVERY);
  addEventListener("online", sync);
  addEventListener("offline", () => ((online = false), stand()));
  document.addEventListener("visibilitychange", () => document.hidden || sync());
}

for (const one of root.querySelectorAll('[name="direction"]')) {
  one.addEventListener("change", () => (entry = root.querySelector('[name="direction"]:checked').value === "in"));
}
part("search").addEventListener("input", list);
part("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const found = door.find(part("search").value, 2);
  if (found.length === 1) attempt(found[0].who);
});
part("next").addEventListener("click", next);
part("watch").addEventListener("click", () => (stopCamera ? stopWatching() : startWatching(part("video"), scanned)));
part("watch-link").addEventListener("click", () =>
  startWatching(part("video-link"), (text) => tokenIn(text) && take(tokenIn(text))),
);
part("link-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = tokenIn(part("link").value);
  if (token) take(token);
  else say("link-why", words.gone);
});
part("force-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = new FormData(event.target);
  attempt(asked.who, { forced_by: said.get("forced_by").trim(), reason: said.get("reason").trim() });
});
part("sync").addEventListener("click", sync);
part("erase").addEventListener("click", async () => {
  if (door.book.unsent.length) await sync();
  if (door.book?.unsent.length) return say("erase-why", words.unsent);
  await door.erase();
  stand();
});
addEventListener("hashchange", () => {
  const token = tokenIn(location.hash);
  history.replaceState(null, "", location.pathname);
  if (token) take(token);
});
begin();
