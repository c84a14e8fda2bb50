// A programme in a browser: the visitor's own time without asking, an agenda without an account, words that stay true.
// Everything is there without this script: `?tz=` by a page of its own, the agenda by an account. No texts live here.

const page = document.querySelector("[data-meeting]");
const store = {
  get: (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set: (key, value) => {
    try {
      localStorage.setItem(key, value);
    } catch {
      // Storage is off: it holds for this page.
    }
  },
};

// What is known of the agenda outlives the page's parts: they are put in place anew (another clock, a release), and
// nothing may seem unchosen until the account answers.
let known = null;

// Nothing is put in place anew under somebody's hands: whoever has begun to answer a form keeps what they answered, who
// is in a field or presses something does so to its end.
let answering = false;
let pressedAt = -Infinity;
page?.addEventListener("input", (event) => (answering ||= event.target.form?.method === "post"));
page?.addEventListener("pointerdown", () => (pressedAt = performance.now()));

function inTheMiddle() {
  const here = document.activeElement;
  const writes = page.contains(here) && here.matches("input, select, textarea");
  return writes || performance.now() - pressedAt < 1000;
}

if (page) {
  ownTime();
  agenda();
  printing();
}

// The same page with the visitor's clock on it: asked for once, put in place of this one.
async function ownTime() {
  const address = new URL(location.href);
  const named = address.searchParams.get("tz");
  if (named) return store.set("kept-zone", named);
  const zone = store.get("kept-zone") ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || zone === page.dataset.zone || clock(zone) === clock(page.dataset.zone)) return;
  address.searchParams.set("tz", zone);
  await bring(address);
}

function clock(zone) {
  try {
    const form = new Intl.DateTimeFormat("en", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
    return form.format(new Date(page.dataset.start));
  } catch {
    return null;
  }
}

// Take what stands in the page of another address, but its head: where somebody is on the page stays.
async function bring(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const there = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-meeting]");
  if (!there) return;
  while (inTheMiddle()) await new Promise((later) => setTimeout(later, 300));
  if (answering) return;
  const top = scrollY;
  page.replaceChildren(...there.childNodes);
  scrollTo({ top, behavior: "instant" });
  page.dispatchEvent(new CustomEvent("kept:brought", { bubbles: true }));
  agenda();
  printing();
}

// My agenda: in this browser, or with the account where somebody is signed in.
async function agenda() {
  const url = page.dataset.agendaUrl;
  const key = `kept-agenda-${page.dataset.meeting}`;
  const kept = () => {
    try {
      const codes = JSON.parse(store.get(key) ?? "[]");
      return new Set(Array.isArray(codes) ? codes.filter((code) => /^[a-z0-9]{1,12}$/.test(code)) : []);
    } catch {
      return new Set();
    }
  };
  takeOver(kept(), key);
  const buttons = [...page.querySelectorAll("button[data-agenda]")];
  const link = page.querySelector("[data-agenda-link]");
  if (!buttons.length && !link) return;
  let chosen = known ?? kept();
  if (url) {
    if (known) show();
    const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) chosen = new Set((await answer.json()).sessions);
  }
  function show() {
    known = chosen;
    for (const button of buttons) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(chosen.has(button.dataset.agenda)));
    }
    if (!link) return;
    link.hidden = !url && !chosen.size;
    const count = link.querySelector("[data-agenda-count]");
    count.textContent = chosen.size ? new Intl.NumberFormat(document.documentElement.lang).format(chosen.size) : "";
    if (!url) link.href = mine(chosen);
  }
  for (const button of buttons) {
    button.addEventListener("click", async () => {
      const code = button.dataset.agenda;
      const verb = chosen.has(code) ? "drop" : "add";
      if (url) {
        chosen = (await send(url, verb, code)) ?? chosen;
      } else {
        if (verb === "add") chosen.add(code);
        else chosen.delete(code);
        store.set(key, JSON.stringify([...chosen]));
      }
      show();
    });
  }
  show();
}

// Without an account "My agenda" is the programme with these sessions alone.
function mine(chosen) {
  const address = new URL(page.querySelector("[data-programme-url]")?.dataset.programmeUrl ?? location.pathname, location);
  for (const code of [...chosen].sort()) address.searchParams.append("session", code);
  const zone = new URL(location.href).searchParams.get("tz");
  if (zone) address.searchParams.set("tz", zone);
  return address.pathname + address.search;
}

async function send(url, verb, code) {
  const form = await fetch(url).catch(() => null);
  const text = form?.ok ? await form.text() : "";
  const token = new DOMParser().parseFromString(text, "text/html").querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (!token) return null;
  const body = new URLSearchParams({ csrfmiddlewaretoken: token, verb, session: code });
  const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok ? new Set((await answer.json()).sessions) : null;
}

// What was chosen before signing in is offered to the account, once.
function takeOver(codes, key) {
  const form = page.querySelector("[data-agenda-take-over]");
  if (!form || !codes.size) return;
  const held = new Set([...page.querySelectorAll("input[name=session][type=checkbox]")].map((box) => box.value));
  const fresh = [...codes].filter((code) => !held.has(code));
  if (!fresh.length) return;
  for (const code of fresh) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "session", value: code });
    form.append(input);
  }
  form.hidden = false;
  form.addEventListener("submit", () => store.set(key, "[]"));
}

function printing() {
  for (const button of page.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
}

// "On now" and "in 18 minutes" are true for a minute: the page is brought anew at the instant that it names.
function stayTrue() {
  const at = Date.parse(page?.querySelector("[data-fresh-until]")?.dataset.freshUntil ?? "");
  if (!at) return;
  const wait = Math.min(Math.max(at - Date.now() + 1000, 15_000), 2 ** 31 - 1);
  setTimeout(async () => {
    if (!document.hidden && !page.contains(document.activeElement)) await bring(new URL(location.href));
    stayTrue();
  }, wait);
}
stayTrue();

// A release or a delay shows on pages that are open, as soon as it is made; nobody is disturbed in the middle of something.
function follow() {
  if (!page?.dataset.stream || !window.EventSource) return;
  let source = null;
  let last = null;
  let behind = false;
  const renew = async () => {
    if (!behind || page.contains(document.activeElement)) return;
    behind = false;
    await bring(new URL(location.href));
  };
  const listen = () => {
    if (document.hidden) {
      source?.close();
      source = null;
      return;
    }
    if (source) return;
    source = new EventSource(page.dataset.stream);
    source.addEventListener("programme", (event) => {
      if (last !== null && event.data !== last) behind = true;
      last = event.data;
      renew();
    });
  };
  page.addEventListener("focusout", () => setTimeout(renew, 200));
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => source?.close());
  listen();
}
follow();
