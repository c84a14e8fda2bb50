// Checks a pledge's receipt in the browser: document, entry, proof, checkpoint, signature. Written to be read.
//
// This script came from the server whose log it checks. Whoever doubts the server takes verify.py, or a program of
// somebody else: everything here follows RFC 6962, RFC 8032 and C2SP signed-note, tlog-checkpoint, tlog-tiles.
// No texts live here: the page holds a sentence for each step, for the case that it holds and the case that it does not.

const bytesOf = (text) => new TextEncoder().encode(text);
const textOf = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const equal = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const hashed = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes));
const sha256 = (bytes) => hashed("SHA-256", bytes);

function fromBase64(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

// What does not hold: the step, and words of the protocol to fill into its sentence.
class DoesNotHold extends Error {
  constructor(step, fill = {}) {
    super(step);
    this.step = step;
    this.fill = fill;
  }
}

// --- the Merkle tree (RFC 6962, section 2.1) -----------------------------------------------------------

export const leafHash = (data) => sha256(joined([0], data));
export const nodeHash = (left, right) => sha256(joined([1], left, right));

// The root that a proof leads to, from the entry at `index` of `size`; null where it is too long or too short.
export async function rootByInclusion(index, size, leaf, proof) {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return null;
  let [first, last, root] = [index, size - 1, leaf];
  for (const step of proof) {
    if (last === 0) return null;
    if (first % 2 || first === last) {
      root = await nodeHash(step, root);
      while (first % 2 === 0 && first) [first, last] = [Math.floor(first / 2), Math.floor(last / 2)];
    } else {
      root = await nodeHash(root, step);
    }
    [first, last] = [Math.floor(first / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : null;
}

// The largest power of two below n.
function split(n) {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

// The hash over entries begin … end-1, from the log's tiles of 256 hashes each.
export async function rangeHash(begin, end, tile) {
  const width = end - begin;
  if (width === 1) return (await tile(0, Math.floor(begin / 256)))[begin % 256];
  if (Math.log2(width) % 8 === 0) {
    const level = Math.log2(width) / 8;
    const place = begin / width;
    return (await tile(level, Math.floor(place / 256)))[place % 256];
  }
  const middle = begin + split(width);
  return nodeHash(await rangeHash(begin, middle, tile), await rangeHash(middle, end, tile));
}

// The hashes that show that a tree of `size` begins with the tree of `old` (RFC 9162, section 2.1.4.1).
export async function consistencyProof(old, size, tile) {
  const proof = [];
  let [begin, end] = [0, size];
  while (old !== end) {
    const middle = begin + split(end - begin);
    if (old <= middle) {
      proof.unshift(await rangeHash(middle, end, tile));
      end = middle;
    } else {
      proof.unshift(await rangeHash(begin, middle, tile));
      begin = middle;
    }
  }
  if (begin) proof.unshift(await rangeHash(begin, end, tile));
  return proof;
}

// Does the tree of `size` extend the tree of `old`? (RFC 9162, section 2.1.4.2)
export async function isConsistent(old, size, oldRoot, root, proof) {
  if (old > size) return false;
  if (old === size || old === 0) return old === 0 || equal(oldRoot, root);
  const steps = Number.isInteger(Math.log2(old)) ? [oldRoot, ...proof] : [...proof];
  if (!steps.length) return false;
  let [first, last] = [old - 1, size - 1];
  while (first % 2) [first, last] = [Math.floor(first / 2), Math.floor(last / 2)];
  let [ofOld, ofNew] = [steps[0], steps[0]];
  for (const step of steps.slice(1)) {
    if (last === 0) return false;
    if (first % 2 || first === last) {
      [ofOld, ofNew] = [await nodeHash(step, ofOld), await nodeHash(step, ofNew)];
      while (first % 2 === 0 && first) [first, last] = [Math.floor(first / 2), Math.floor(last / 2)];
    } else {
      ofNew = await nodeHash(ofNew, step);
    }
    [first, last] = [Math.floor(first / 2), Math.floor(last / 2)];
  }
  return last === 0 && equal(ofOld, oldRoot) && equal(ofNew, root);
}

// The log's tiles over HTTP, each asked for once; the last of a level may be partial.
function tilesOf(size) {
  const asked = new Map();
  return (level, n) => {
    const key = `${level}/${n}`;
    if (!asked.has(key)) asked.set(key, oneTile(level, n, Math.min(256, Math.floor(size / 256 ** level) - n * 256)));
    return asked.get(key);
  };
}

async function oneTile(level, n, width) {
  const parts = [String(n % 1000).padStart(3, "0")];
  for (let rest = Math.floor(n / 1000); rest; rest = Math.floor(rest / 1000)) {
    parts.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  const answer = await fetch(`/log/tile/${level}/${parts.join("/")}${width < 256 ? `.p/${width}` : ""}`);
  if (!answer.ok) throw new DoesNotHold("before");
  const data = new Uint8Array(await answer.arrayBuffer());
  return Array.from({ length: width }, (_nothing, at) => data.slice(at * 32, at * 32 + 32));
}

// --- Ed25519 (RFC 8032): the browser's own, else by hand -------------------------------------------------

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (n) => ((n % P) + P) % P;

function power(base, exponent) {
  let result = 1n;
  for (let b = mod(base), e = exponent; e; e >>= 1n, b = (b * b) % P) if (e & 1n) result = (result * b) % P;
  return result;
}

const D = mod(-121665n * power(121666n, P - 2n));
const ROOT = power(2n, (P - 1n) / 4n); // a square root of -1
const numberOf = (bytes) => BigInt(`0x${hex([...bytes].reverse())}`);

function plus(p, q) {
  const [a, b] = [mod((p[1] - p[0]) * (q[1] - q[0])), mod((p[1] + p[0]) * (q[1] + q[0]))];
  const [c, d] = [mod(2n * p[3] * q[3] * D), mod(2n * p[2] * q[2])];
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function times(n, point) {
  let total = [0n, 1n, 1n, 0n];
  for (let rest = n, p = point; rest; rest >>= 1n, p = plus(p, p)) if (rest & 1n) total = plus(total, p);
  return total;
}

function pointOf(bytes) {
  const n = numberOf(bytes);
  const [sign, y] = [n >> 255n, n & (2n ** 255n - 1n)];
  if (y >= P) return null;
  const square = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square)) x = mod(x * ROOT);
  if (mod(x * x - square) || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

const BASE = pointOf(Uint8Array.from([0x58, ...Array(31).fill(0x66)]));

export async function signatureByHand(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const [a, r, s] = [pointOf(key), pointOf(signature.slice(0, 32)), numberOf(signature.slice(32))];
  if (!a || !r || s >= ORDER) return false;
  const h = numberOf(await hashed("SHA-512", joined(signature.slice(0, 32), key, message))) % ORDER;
  const [left, right] = [times(s, BASE), plus(r, times(h, a))];
  return !mod(left[0] * right[2] - right[0] * left[2]) && !mod(left[1] * right[2] - right[1] * left[2]);
}

export async function signatureIsGood(key, signature, message) {
  let own;
  try {
    own = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    return signatureByHand(key, signature, message); // an older browser
  }
  return crypto.subtle.verify({ name: "Ed25519" }, own, signature, message);
}

// --- signed notes (C2SP) -----------------------------------------------------------------------------------

export async function readKey(line) {
  const [name, id, ...rest] = line.trim().split("+");
  try {
    const data = fromBase64(rest.join("+"));
    const found = (await sha256(joined(bytesOf(`${name}\n`), data))).slice(0, 4);
    if (name && data.length === 33 && data[0] === 1 && hex(found) === id) {
      return { name, id: found, key: data.slice(1), line: line.trim() };
    }
  } catch {
    // Not base64.
  }
  throw new DoesNotHold("key");
}

export async function readCheckpoint(note, key) {
  const at = note.lastIndexOf("\n\n");
  const text = note.slice(0, at + 1);
  const [origin, size, root] = text.split("\n");
  const witnesses = [];
  let signed = false;
  for (const line of note.slice(at + 2).split("\n").filter(Boolean)) {
    const [dash, name, signature] = line.split(" ");
    if (at < 0 || dash !== "\u2014" || !signature) throw new DoesNotHold("signature");
    const blob = fromBase64(signature);
    if (name === key.name && equal(blob.slice(0, 4), key.id)) {
      if (!(await signatureIsGood(key.key, blob.slice(4), bytesOf(text)))) throw new DoesNotHold("signature");
      signed = true;
    } else if (blob.length === 76) {
      witnesses.push(name); // its key is not known here: named, not checked
    }
  }
  if (!signed || origin !== key.name || !/^(0|[1-9]\d*)$/.test(size)) throw new DoesNotHold("signature");
  return { origin, size: Number(size), root: fromBase64(root), witnesses };
}

// --- the receipt ---------------------------------------------------------------------------------------------

// Runs through the steps in order; `say(step, fill)` for each that holds. Throws DoesNotHold.
export async function check(receipt, keyLine, say) {
  let document, data, proof, entry, content;
  const key = await readKey(keyLine);
  say("key", { key: key.line });
  try {
    [document, data] = [fromBase64(receipt.document), fromBase64(receipt.entry)];
    proof = receipt.proof.map(fromBase64);
    entry = JSON.parse(textOf(data));
    entry.sha256.length;
  } catch {
    throw new DoesNotHold("entry");
  }
  const about = { reference: entry.reference, revision: entry.revision, at: entry.at, type: entry.type };
  if (entry.reference !== receipt.reference || entry.revision !== receipt.revision) throw new DoesNotHold("entry");
  const found = hex(await sha256(document));
  if (found !== entry.sha256) throw new DoesNotHold("document", { ...about, sha256: entry.sha256, found });
  try {
    content = JSON.parse(textOf(document));
  } catch {
    throw new DoesNotHold("document", about);
  }
  if (content.reference !== entry.reference || content.revision !== entry.revision) throw new DoesNotHold("entry");
  say("document", { ...about, sha256: found });
  say("entry", about);
  const checkpoint = await readCheckpoint(receipt.checkpoint, key);
  const root = await rootByInclusion(receipt.index, checkpoint.size, await leafHash(data), proof);
  if (!root || !equal(root, checkpoint.root)) throw new DoesNotHold("proof", about);
  say("proof", { place: receipt.index + 1, size: checkpoint.size });
  say("signature", { origin: checkpoint.origin, size: checkpoint.size, witnesses: checkpoint.witnesses.join(", ") });
  return { content, checkpoint, key, about };
}

// What the registry shows beside what the document says: the names of what differs.
export function shownOtherwise(row, content) {
  const number = (value) => (value === null || value === undefined || value === "" ? null : String(value).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, ""));
  const text = (value) => (value ?? "").normalize("NFC");
  const list = (value) => JSON.stringify([...(value ?? [])].sort());
  const pairs = {
    title: [text(row.title), text(content.title)],
    summary: [text(row.summary), text(content.summary)],
    description: [text(row.description), text(content.description)],
    status: [row.status, content.status],
    amount: [number(row.amount), number(content.amount?.value)],
    currency: [row.amount === null ? "" : row.currency ?? "", content.amount?.currency ?? ""],
    amount_usd: [number(row.amount_usd), number(content.usd?.amount)],
    start: [text(row.start), text(content.start)],
    end: [text(row.end), text(content.end)],
    targets: [list(row.targets), list(content.targets)],
    focus_areas: [list(row.focus_areas), list(content.focus_areas)],
    kinds: [list(row.kinds), list(content.kinds)],
    beneficiaries: [list(row.beneficiaries), list(content.beneficiaries)],
    sdgs: [list(row.sdgs), list(content.sdgs)],
  };
  return Object.keys(pairs).filter((name) => pairs[name][0] !== pairs[name][1]);
}

async function asked(address, step) {
  const answer = await fetch(address, { headers: { Accept: "*/*" } });
  if (answer.status === 410) throw new DoesNotHold("redacted");
  if (answer.status === 404) throw new DoesNotHold("absent");
  if (!answer.ok) throw new DoesNotHold(step);
  return answer;
}

// The checkpoint that this browser saw last, kept in it and nowhere else.
function remembered(origin, value) {
  try {
    if (value === undefined) return JSON.parse(localStorage.getItem(`kept-log ${origin}`));
    localStorage.setItem(`kept-log ${origin}`, JSON.stringify(value));
  } catch {
    // Storage is off: nothing is remembered.
  }
  return null;
}

async function sinceLastTime(checkpoint, key, note) {
  const last = remembered(checkpoint.origin);
  let before = null;
  if (last?.note) {
    const old = await readCheckpoint(last.note, key).catch(() => null);
    if (old) {
      before = { size: old.size, day: last.day };
      const [small, large] = old.size <= checkpoint.size ? [old, checkpoint] : [checkpoint, old];
      const proof =
        small.size && small.size < large.size ? await consistencyProof(small.size, large.size, tilesOf(large.size)) : [];
      if (!(await isConsistent(small.size, large.size, small.root, large.root, proof))) {
        throw new DoesNotHold("before", before);
      }
    }
  }
  if (!before || before.size <= checkpoint.size) {
    remembered(checkpoint.origin, { note, day: new Date().toISOString().slice(0, 10) });
  }
  return before;
}

// --- the page ------------------------------------------------------------------------------------------------

function begin(page) {
  const form = page.querySelector("form");
  const [field, file, keyField] = ["pledge", "receipt", "key"].map((name) => form.elements[name]);
  const results = page.querySelector("[data-results]");
  const verdicts = [...page.querySelectorAll("[data-verdict]")];
  const steps = new Map([...results.querySelectorAll("[data-step]")].map((item) => [item.dataset.step, item]));
  const names = page.querySelector("[data-names]");
  for (const item of page.querySelectorAll("[data-script]")) item.hidden = false;

  const fillIn = (element, fill) => {
    for (const [name, value] of Object.entries(fill)) {
      for (const hole of element.querySelectorAll(`[data-fill="${name}"]`)) hole.textContent = value;
    }
    for (const part of element.querySelectorAll("[data-if]")) part.hidden = !fill[part.dataset.if];
  };
  const show = (step, state, fill = {}) => {
    const item = steps.get(step);
    if (!item) return;
    item.hidden = false;
    item.dataset.state = state;
    for (const part of item.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
    fillIn(item, fill);
  };
  const verdict = (name, fill = {}) => {
    for (const item of verdicts) {
      item.hidden = item.dataset.verdict !== name;
      if (!item.hidden) fillIn(item, fill);
    }
  };

  async function receiptOf(typed) {
    const text = typed.trim();
    if (text.startsWith("{")) return JSON.parse(text);
    const reference = /P-\d{1,9}/i.exec(text)?.[0].toUpperCase();
    if (!reference) throw new DoesNotHold("absent");
    return (await asked(`/pledges/P-${reference.slice(2).padStart(5, "0")}/receipt.json`, "receipt")).json();
  }

  async function run(source) {
    results.hidden = false;
    for (const item of steps.values()) {
      item.hidden = true;
      delete item.dataset.state;
    }
    verdict("busy");
    let reference = "";
    try {
      if (!globalThis.crypto?.subtle) throw new DoesNotHold("insecure");
      let receipt;
      try {
        receipt = await receiptOf(await source);
      } catch (problem) {
        throw problem instanceof DoesNotHold ? problem : new DoesNotHold("unreadable");
      }
      reference = String(receipt.reference ?? "");
      const line = keyField.value.trim() || (await (await asked("/log/key", "key")).text());
      const { content, checkpoint, key, about } = await check(receipt, line, (step, fill) => show(step, "holds", fill));
      const before = await sinceLastTime(checkpoint, key, receipt.checkpoint);
      if (before) show("before", "holds", before);
      const row = await (await asked(`/api/v1/pledges/${about.reference}`, "shown")).json();
      if (row.revision === about.revision) {
        const other = shownOtherwise(row, content);
        const named = other.map((name) => names.querySelector(`[data-name="${name}"]`)?.textContent ?? name);
        if (other.length) throw new DoesNotHold("shown", { ...about, names: named.join(" · ") });
        show("shown", "holds", about);
      } else {
        show("shown", "newer", { ...about, newest: row.revision });
      }
      verdict("holds", { ...about, title: content.title });
    } catch (problem) {
      if (!(problem instanceof DoesNotHold)) {
        verdict("unreachable");
        return;
      }
      show(problem.step, "fails", { reference, ...problem.fill });
      const known = verdicts.find((item) => item.dataset.verdict === problem.step);
      verdict(known ? problem.step : "fails", { reference });
    } finally {
      results.focus();
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (file.files.length) run(file.files[0].text());
    else run(Promise.resolve(field.value));
  });
  file.addEventListener("change", () => file.files.length && run(file.files[0].text()));
  field.addEventListener("input", () => (file.value = ""));
  for (const name of ["dragover", "drop"]) {
    page.addEventListener(name, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      if (name === "drop" && event.dataTransfer.files.length) run(event.dataTransfer.files[0].text());
    });
  }
  if (field.value) run(Promise.resolve(field.value));
}

const page = globalThis.document?.querySelector("[data-check]");
if (page) begin(page);
