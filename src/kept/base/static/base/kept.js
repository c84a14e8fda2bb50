// Behaviour of the components, by data attributes. Everything works without it, some of it slower.
// No texts live here: what is said comes from the templates. `start` also runs on what htmx or a script brings in.

const wide = matchMedia("(min-width: 60rem)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

const behaviours = {
  "[data-theme-switch]": themeSwitch,
  "details[data-drop]": drop,
  "details[data-fold]": fold,
  "details[data-dialog]": dialog,
  "[data-multi]": multi,
  "textarea": autosize,
  "form[data-once]": once,
  "[data-copy]": copy,
  "[data-print]": print,
  "[data-count-up]": countUp,
  "[data-focus]": (element) => element.focus(),
  "input[data-time-zone]": ownZone,
};

function start(root) {
  for (const [selector, begin] of Object.entries(behaviours)) {
    const found = [...root.querySelectorAll(selector)];
    if (root instanceof Element && root.matches(selector)) found.push(root);
    for (const element of found) {
      const begun = (element.keptBegun ??= new Set());
      if (begun.has(selector)) continue;
      begun.add(selector);
      begin(element);
    }
  }
}

// Light or dark: kept only where it differs from what the system says.
function themeSwitch(button) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const now = () => root.dataset.theme ?? (dark.matches ? "dark" : "light");
  const show = () => button.setAttribute("aria-pressed", String(now() === "dark"));
  button.hidden = false;
  show();
  dark.addEventListener("change", show);
  button.addEventListener("click", () => {
    const next = now() === "dark" ? "light" : "dark";
    const same = next === (dark.matches ? "dark" : "light");
    if (same) delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      if (same) localStorage.removeItem("kept-theme");
      else localStorage.setItem("kept-theme", next);
    } catch {
      // Storage is off: the choice holds for this page.
    }
    show();
  });
}

// Menus close when one looks elsewhere.
function drop(details) {
  const close = (back) => {
    if (!details.open) return;
    details.open = false;
    if (back) details.querySelector("summary").focus();
  };
  document.addEventListener("click", (event) => details.contains(event.target) || close(false));
  details.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) close(false);
  });
  details.addEventListener("keydown", (event) => event.key === "Escape" && close(true));
}

// What folds on a phone stands open on a wide screen; newer browsers do that by the style sheet alone.
function fold(details) {
  if (CSS.supports("selector(::details-content)")) return;
  const follow = () => (details.open = wide.matches);
  follow();
  wide.addEventListener("change", follow);
}

// A dialog unfolds in the page without this script; with it, the same content opens over the page.
function dialog(details) {
  const box = document.getElementById(details.dataset.dialog);
  const body = details.querySelector(".unfold-body");
  if (!box?.showModal || !body) return;
  const opener = details.querySelector("summary");
  opener.setAttribute("aria-haspopup", "dialog");
  box.querySelector(".dialog-body").append(...body.childNodes);
  body.remove();
  details.open = false;
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    box.showModal();
    box.querySelector(".dialog-body textarea")?.focus();
  });
  box.addEventListener("click", (event) => {
    if (event.target === box || event.target.closest("[data-close]")) box.close();
  });
  box.addEventListener("close", () => opener.focus());
  if (box.querySelector(".field-wrong, [role=alert]")) box.showModal();
}

const plainLetters = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

// A long list of boxes: a filter, and a chip for each chosen one.
function multi(root) {
  const filter = root.querySelector("[data-filter]");
  const chips = root.querySelector("[data-chips]");
  const mould = root.querySelector("[data-chip]");
  if (!filter || !chips || !mould) return;
  const options = [...root.querySelectorAll("label.check")].map((label) => ({
    label,
    input: label.querySelector("input"),
    words: plainLetters(label.dataset.words),
  }));
  const groups = [...root.querySelectorAll("[role=group]")];
  const none = root.querySelector("[data-none]");
  const details = root.querySelector("details");
  const opener = details.querySelector("summary");

  const showChips = () => {
    chips.replaceChildren(
      ...options.filter(({ input }) => input.checked).map(({ input, label }) => {
        const chip = mould.content.firstElementChild.cloneNode(true);
        chip.querySelector("button")?.addEventListener("click", () => {
          const place = [...chips.children].indexOf(chip);
          input.click();
          (chips.children[Math.min(place, chips.children.length - 1)]?.querySelector("button") ?? opener).focus();
        });
        chip.querySelector("[data-name]").textContent = label.querySelector("span").firstChild.textContent.trim();
        return chip;
      }),
    );
  };
  const narrow = () => {
    const wanted = plainLetters(filter.value).split(/\s+/).filter(Boolean);
    for (const { label, words } of options) label.hidden = !wanted.every((word) => words.includes(word));
    for (const group of groups) group.hidden = !group.querySelector("label.check:not([hidden])");
    none.hidden = options.some(({ label }) => !label.hidden);
  };
  filter.hidden = false;
  showChips();
  filter.addEventListener("input", narrow);
  filter.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const shown = options.filter(({ label }) => !label.hidden);
    if (filter.value && shown.length === 1) {
      shown[0].input.click();
      filter.value = "";
      narrow();
    }
  });
  root.addEventListener("change", (event) => {
    if (event.target !== filter) showChips();
  });
  details.addEventListener("toggle", () => details.open && wide.matches && filter.focus());
  // What is typed to find an option is no answer: keep it out of autosave and of the form's own events.
  for (const name of ["input", "change"]) filter.addEventListener(name, (event) => event.stopPropagation());
}

function autosize(area) {
  if (CSS.supports("field-sizing", "content")) return;
  const fit = () => {
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight + 2}px`;
  };
  area.addEventListener("input", fit);
  if (area.value) fit();
}

// Sent once, however often the button is pressed.
function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    for (const busy of form.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
  });
}

// `data-copy` holds the text, or the #id of what holds it; `data-done` what the button says afterwards.
function copy(button) {
  if (!navigator.clipboard) return void (button.hidden = true);
  const before = button.textContent;
  button.addEventListener("click", async () => {
    const what = button.dataset.copy;
    const source = what.startsWith("#") ? document.querySelector(what) : null;
    await navigator.clipboard.writeText(source ? source.value ?? source.textContent.trim() : what);
    if (button.dataset.done) button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = before), 2500);
  });
}

// An empty field for a time zone is filled with that of this computer; whoever wants none empties it.
function ownZone(field) {
  if (!field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

// A button that prints is there only where something can print.
function print(button) {
  button.hidden = false;
  button.addEventListener("click", () => globalThis.print());
}

// The figure climbs the last tenth, once a visit, in the digits and signs in which the page wrote it.
function countUp(element) {
  const text = element.textContent;
  const digits = [...text].filter((sign) => /\p{Nd}/u.test(sign));
  const zero = digits.length && digits[0] >= "٠" && digits[0] <= "٩" ? 0x660 : 0x30;
  const whole = Number(digits.map((sign) => sign.codePointAt(0) - zero).join(""));
  if (still.matches || !whole || !Number.isSafeInteger(whole) || seen(text)) return;
  const written = (value) => {
    const figures = [...String(value).padStart(digits.length, "0")];
    const line = [...text].map((sign) =>
      /\p{Nd}/u.test(sign) ? String.fromCodePoint(Number(figures.shift()) + zero) : sign,
    );
    return line.join("");
  };
  const from = Math.max(Math.ceil(whole * 0.9), 10 ** (digits.length - 1));
  const frame = (now) => {
    const share = Math.min((now - begun) / 1100, 1);
    element.textContent = written(Math.round(from + (whole - from) * (1 - (1 - share) ** 4)));
    if (share < 1) requestAnimationFrame(frame);
    else element.textContent = text;
  };
  let begun = 0;
  new IntersectionObserver(([entry], observer) => {
    if (!entry.isIntersecting) return;
    observer.disconnect();
    begun = performance.now();
    requestAnimationFrame(frame);
  }).observe(element);
}

function seen(text) {
  try {
    if (sessionStorage.getItem("kept-counted") === text) return true;
    sessionStorage.setItem("kept-counted", text);
  } catch {
    return true;
  }
  return false;
}

// One key for each decision: `data-key="p"` is pressed by P, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  const busy = event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  if (busy || document.querySelector("dialog[open]")) return;
  const key = CSS.escape(event.key.toLowerCase());
  const wanted = [...document.querySelectorAll(`[data-key="${key}"]`)].find((element) => element.offsetParent);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("input, textarea, select")) wanted.focus();
  else wanted.click();
});

start(document);
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
document.addEventListener("kept:brought", (event) => start(event.target)); // a page whose parts came anew

// `data-while-seen`: what asks the server again and again does so only while somebody has the page before them.
document.addEventListener("htmx:beforeRequest", (event) => {
  const seen = !document.hidden && event.target.offsetParent;
  if (!seen && event.target.matches("[data-while-seen]")) event.preventDefault();
});
