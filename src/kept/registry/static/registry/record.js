// Keys for whoever reads lists: j and k go through the results, x ticks it for comparing. And printing.
// Everything is there without it. No texts live here.

const titles = () =>
  [...document.querySelectorAll("main .record-title > a, main .table tbody th[scope=row] > a")].filter(
    (link) => link.offsetParent,
  );

function go(step) {
  const links = titles();
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function tick() {
  const row = document.activeElement?.closest("li, tr");
  row?.querySelector("input[form=compare]")?.click();
}

const keys = { j: () => go(1), k: () => go(-1), x: tick };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
  if (document.querySelector("dialog[open]")) return;
  const press = keys[event.key];
  if (!press) return;
  event.preventDefault();
  press();
});

// More than four cannot stand side by side: the others cannot be ticked then.
const most = 4;
const boxes = () => [...document.querySelectorAll("input[form=compare]")];
document.addEventListener("change", (event) => {
  if (!event.target.matches("input[form=compare]")) return;
  const full = boxes().filter((box) => box.checked).length >= most;
  for (const box of boxes()) box.disabled = full && !box.checked;
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
