// Saved as typed. Each field goes to the server by itself, with the mark of the version that was in front of the
// writer; what cannot be sent is kept on this device and sent when the connection is back. No texts live here: the
// sentences stand in the page ([data-words]), everything else that is shown comes from the server as HTML.

const root = document.querySelector("[data-write]");
const words = document.querySelector("[data-words]")?.dataset;
const line = document.getElementById("saved");
const key = `kept-writing-${root?.dataset.store}`;
const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
const TYPING = 1200;
const CHANGED = 250;
const AGAIN = 15000;

// What waits to be saved: {field: [[name, value], …]}. A copy lies in localStorage until the server has it.
let waiting = recalled();
let saving = false;
let timer = 0;
let savedAt = 0;
let typing = null; // the control in which somebody is in the middle of a word

function recalled() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

function remember() {
  try {
    if (Object.keys(waiting).length) localStorage.setItem(key, JSON.stringify(waiting));
    else localStorage.removeItem(key);
  } catch {
    // Storage is off or full: what is typed still goes to the server.
  }
}

const box = (field) => root.querySelector(`[data-field="${CSS.escape(field)}"]`);

// Everything that belongs to a field, as the form would send it.
function pairs(field) {
  const found = [];
  for (const input of box(field).querySelectorAll("input, textarea, select")) {
    if (!input.name || input.name === "partner" || input.disabled || input.type === "file") continue;
    if ((input.type === "checkbox" || input.type === "radio") && !input.checked) continue;
    found.push([input.name, input.value]);
  }
  return found;
}

function touched(event) {
  const place = event.target.closest?.("[data-field]");
  if (!place || event.target.name === "partner" || !event.target.name || event.target.type === "file") return;
  typing = event.type === "input" && event.target.matches("textarea, input:not([type=checkbox], [type=radio])") ? event.target : null;
  waiting[place.dataset.field] = pairs(place.dataset.field);
  remember();
  say(words.saving);
  later(event.type === "change" ? CHANGED : TYPING);
}

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

async function save() {
  const sent = waiting;
  if (saving || !Object.keys(sent).length) return;
  saving = true;
  waiting = {};
  try {
    const answer = await fetch(root.dataset.write, { method: "POST", body: body(sent), redirect: "manual" });
    if (answer.status === 409) return stopped(await answer.json(), sent);
    if (!answer.ok || !answer.headers.get("content-type")?.startsWith("application/json")) return kept(sent, words.refused);
    taken(await answer.json(), sent);
  } catch {
    kept(sent, words.offline);
  } finally {
    saving = false;
    remember();
    if (Object.keys(waiting).length && !line.classList.contains("saved-not")) later(CHANGED);
  }
}

function body(fields) {
  const data = new FormData();
  data.append("csrfmiddlewaretoken", token);
  for (const list of Object.values(fields)) for (const [name, value] of list) data.append(name, value);
  return data;
}

// Not saved: it stays here, under what was typed since.
function kept(sent, sentence) {
  waiting = { ...sent, ...waiting };
  say(sentence, true);
  later(AGAIN);
}

function stopped(answer, sent) {
  waiting = { ...sent, ...waiting };
  say(answer.message, true);
}

function taken(answer, sent) {
  let elsewhere = "";
  for (const [field, news] of Object.entries(answer.fields)) {
    const place = box(field);
    if (!place) {
      if (news.conflict) {
        waiting[field] = sent[field];
        elsewhere = news.url;
      }
      continue;
    }
    if (news.seen) place.querySelector(`[name="seen-${field}"]`).value = news.seen;
    if (news.seen && waiting[field]) waiting[field] = pairs(field);
    if ("conflict" in news) place.querySelector("[data-conflict]").innerHTML = news.conflict;
    if ("set" in news) place.querySelector("select, input:not([type=hidden])").value = news.set;
    showErrors(place, news.errors);
  }
  for (const [part, html] of Object.entries(answer.parts)) {
    for (const place of document.querySelectorAll(`[data-part="${part}"]`)) {
      if (place.innerHTML.trim() !== html.trim()) place.innerHTML = html;
    }
  }
  if (elsewhere) return void link(words.elsewhere, elsewhere);
  savedAt = Date.now();
  tick();
}

// What is to be put right stands beside the field, unless somebody is writing there just now.
function showErrors(place, html) {
  const field = place.querySelector(".field");
  const old = field.querySelectorAll(":scope > .field-error, :scope > fieldset > .field-error");
  if (html && !old.length && typing && place.contains(typing)) return;
  for (const list of old) list.remove();
  field.classList.toggle("field-wrong", Boolean(html));
  const control = field.querySelector(":scope > input, :scope > textarea, :scope > select");
  control?.toggleAttribute("aria-invalid", false);
  if (!html) return;
  const above = field.querySelector(":scope > .field-help, :scope > fieldset > .field-help") ?? field.querySelector(".field-label");
  above.insertAdjacentHTML("afterend", html);
  control?.setAttribute("aria-invalid", "true");
}

function say(sentence, failed = false) {
  savedAt = failed ? 0 : savedAt;
  line.textContent = sentence;
  line.classList.toggle("saved-not", failed);
}

function link(sentence, url) {
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.textContent = sentence;
  line.replaceChildren(anchor);
  line.classList.add("saved-not");
}

// "Saved 2 seconds ago", in the language and the digits of the page.
function tick() {
  if (!savedAt || saving || Object.keys(waiting).length) return;
  const seconds = Math.round((Date.now() - savedAt) / 1000);
  const ago = new Intl.RelativeTimeFormat(words.language, { numeric: "auto" });
  const when = seconds < 60 ? ago.format(-seconds, "second") : ago.format(-Math.round(seconds / 60), "minute");
  say(words.saved.replace("{when}", when));
}

// --- lines: indicators, links ------------------------------------------------------------------------

function addLine(lines) {
  const mould = lines.querySelector(":scope > template[data-blank]");
  const numbers = [...lines.querySelectorAll("[data-line] input")].map((input) => Number(/-(\d+)-/.exec(input.name)?.[1] ?? -1));
  const next = Math.max(-1, ...numbers) + 1;
  const shown = new Intl.NumberFormat(words.language).format(lines.querySelectorAll("[data-line]").length + 1);
  const holder = document.createElement("div");
  holder.append(mould.content.cloneNode(true));
  holder.innerHTML = holder.innerHTML
    .replaceAll("-N-", `-${next}-`)
    .replaceAll(/-N(?=")/g, `-${next}`)
    .replaceAll('value="N"', `value="${next}"`)
    .replaceAll("{n}", shown);
  const made = holder.firstElementChild;
  mould.before(made);
  return made;
}

function pressed(event) {
  const button = event.target.closest("[data-add], [data-remove]");
  if (!button) return;
  event.preventDefault();
  const lines = button.closest("[data-lines]");
  if ("add" in button.dataset) return void addLine(lines).querySelector("input").focus();
  const place = button.closest("[data-field]");
  const next = button.closest("[data-line]").nextElementSibling;
  button.closest("[data-line]").remove();
  (next?.querySelector("input") ?? lines.querySelector("[data-add]")).focus();
  waiting[place.dataset.field] = pairs(place.dataset.field);
  remember();
  later(CHANGED);
}

// --- what an earlier visit could not save --------------------------------------------------------------

// Put back into the fields of this page; those of other steps go to the server from here.
function restore() {
  for (const [field, list] of Object.entries(waiting)) {
    const place = box(field);
    if (!place) continue;
    const lines = place.querySelector("[data-lines]");
    for (const input of place.querySelectorAll("input[type=checkbox], input[type=radio]")) input.checked = false;
    for (const [name, value] of list) {
      for (let tries = 0; lines && !named(place, name).length && tries < 60; tries += 1) addLine(lines);
      for (const input of named(place, name)) {
        if (input.type !== "checkbox" && input.type !== "radio") input.value = value;
        else if (input.value === value) input.checked = true;
      }
    }
    place.dispatchEvent(new Event("change", { bubbles: true }));
  }
  if (Object.keys(waiting).length) later(0);
}

const named = (place, name) => [...place.querySelectorAll(`[name="${CSS.escape(name)}"]`)];

// --- how long a text is --------------------------------------------------------------------------------

function count(input) {
  const most = Number(input.dataset.count);
  const figure = new Intl.NumberFormat(words.language);
  const shown = document.createElement("p");
  shown.className = "counted";
  shown.setAttribute("aria-hidden", "true");
  const show = () => {
    const length = [...input.value.trim()].length;
    shown.textContent = [length, most].map((n) => figure.format(n)).join(" / ");
    shown.hidden = length < most / 2;
    shown.classList.toggle("late", length > most);
  };
  input.after(shown);
  input.addEventListener("input", show);
  show();
}

if (root && words && line && token) {
  root.addEventListener("input", touched);
  root.addEventListener("change", touched);
  root.addEventListener("click", pressed);
  addEventListener("online", () => later(0));
  addEventListener("pagehide", () => {
    if (Object.keys(waiting).length) navigator.sendBeacon(root.dataset.write, body(waiting));
  });
  setInterval(tick, 1000);
  for (const input of root.querySelectorAll("[data-count]")) count(input);
  restore();
}
