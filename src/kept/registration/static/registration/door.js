// The door on a phone: what it knows, what it may decide alone, what it says to the house and hears from it.
// The rules are those of admission.py; what it does about lost answers is what its property test walks through.
// No texts live here.

import { forget, forgetAll, keep, kept } from "./safe.js";

const PATIENCE = 4000; // milliseconds until an answer counts as lost
const QUIET = 8000; // so long nobody at the door waits for a network that was not there
const AT_ONCE = 150; // check-ins in one request

export class Over extends Error {} // the phone is not good any more: everything was erased
export class Unanswered extends Error {}

function random(bytes) {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What phones know a badge by: the same as codes.fingerprint. Null where the text is no code of ours.
export async function fingerprint(text) {
  const plain = text.trim().toLowerCase().replace(/^kept:/, "");
  if (!/^[0-9a-f]{24}$/.test(plain)) return null;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(plain)));
  return [...hash.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Door {
  // `addresses`: {take, list, sync}; `never`: refusals against which a phone lets nobody in.
  constructor(addresses, never) {
    this.addresses = addresses;
    this.never = new Set(never);
    this.book = null; // token, numbers of requests, allowance, what is not sent; null: no phone of a door
    this.people = new Map(); // fingerprint → line of the list
    this.told = null; // names of meeting, door, gate, categories
    this.quietUntil = 0;
    this.line = Promise.resolve(); // one request after the other
  }

  async begin() {
    this.book = await kept("book");
    const list = await kept("list");
    if (list) this.hold(list);
    await this.expire();
  }

  get ready() {
    return this.book !== null && this.told !== null;
  }

  // The list goes when its time is over; what was not sent yet stays until it is: it holds fingerprints, no names.
  async expire() {
    if (!this.told || Date.now() + this.book.ahead < Date.parse(this.told.good_until)) return false;
    this.people = new Map();
    this.told = null;
    await forget("list");
    return true;
  }

  async erase() {
    this.book = this.told = null;
    this.people = new Map();
    await forgetAll();
  }

  hold(list) {
    this.told = list.told;
    this.people = new Map(list.guests.map((line) => [line.who, line]));
  }

  saveBook() {
    return keep("book", this.book);
  }

  saveList() {
    return keep("list", { told: this.told, guests: [...this.people.values()] });
  }

  // --- the house -----------------------------------------------------------------------------------------

  async ask(address, token, body, patience = PATIENCE) {
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), patience);
    let answer;
    try {
      answer = await fetch(address, {
        method: body ? "POST" : "GET",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        body: body && JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        signal: stop.signal,
      });
      if (answer.ok) return await answer.json();
    } catch {
      throw new Unanswered();
    } finally {
      clearTimeout(clock);
    }
    if (answer.status === 401) throw new Over();
    throw new Unanswered();
  }

  // Take the place of a link. The token is made here and kept before it is sent: an answer that is lost loses nothing.
  take(link) {
    return this.inLine(async () => {
      const own = (await kept("taking")) ?? {};
      const token = own.link === link ? own.token : random(24);
      await keep("taking", { link, token });
      await this.ask(this.addresses.take, link, { token }, 15000);
      const unsent = this.book?.token === token ? this.book.unsent : [];
      this.book = { token, turn: 0, may: 0, latest: 0, known: "", ahead: 0, inside: 0, limit: null, unsent };
      await this.fetchList();
      await forget("taking");
      await this.send(null); // its allowance: from here on it may go without a network
    });
  }

  async fetchList() {
    const { guests, ...told } = await this.ask(this.addresses.list, this.book.token, null, 30000);
    for (const line of guests) line.last = line.since;
    this.hold({ told, guests });
    this.hear(told);
    this.book.turn = Math.max(this.book.turn, told.turn);
    await this.saveBook();
    await this.saveList();
  }

  // How the door stands, as every answer says it.
  hear(told) {
    const { book } = this;
    book.ahead = Date.parse(told.now) - Date.now();
    [book.known, book.latest, book.inside, book.limit] = [told.now, told.latest, told.inside, told.limit];
    if (this.told) this.told.good_until = told.good_until;
  }

  // Send what is not sent yet, and `asks` where somebody stands there. Returns the answer.
  async send(asks) {
    const { book } = this;
    const sent = book.unsent.slice(0, AT_ONCE);
    book.turn += 1;
    book.may = asks ? Math.max(0, book.may - 1) : book.may;
    await this.saveBook();
    const said = { turn: book.turn, holding: book.may, known: book.known, latest: book.latest };
    const heard = asks ? [...sent, asks] : sent;
    let answer;
    try {
      answer = await this.ask(this.addresses.sync, book.token, { ...said, heard });
    } catch (fault) {
      if (fault instanceof Unanswered) this.quietUntil = Date.now() + QUIET;
      throw fault;
    }
    this.quietUntil = 0;
    const nonces = new Set(sent.map((fact) => fact.nonce));
    book.unsent = book.unsent.filter((fact) => !nonces.has(fact.nonce));
    book.may = answer.allowance;
    this.hear(answer);
    for (const fact of heard) this.learn(fact, answer.results.find((one) => one.nonce === fact.nonce));
    for (const one of answer.news) this.passed(one.who, one.entry, one.at);
    for (const line of answer.changes) {
      this.people.set(line.who, { ...line, last: this.people.get(line.who)?.last ?? line.since });
    }
    await this.saveBook();
    if (this.told) await this.saveList();
    if (answer.again) await this.fetchList().catch((fault) => this.unlessLost(fault));
    return answer;
  }

  unlessLost(fault) {
    if (!(fault instanceof Unanswered)) throw fault;
  }

  learn(fact, result) {
    if (result && result.outcome !== "refused") this.passed(fact.who, fact.entry, fact.at, result.since);
  }

  // Somebody went through a door: the newest moment decides whether they are in.
  passed(who, entry, at, since = "") {
    const line = this.people.get(who);
    if (!line || Date.parse(at) < Date.parse(line.last || 0)) return;
    line.last = at;
    line.since = entry ? since || line.since || at : "";
  }

  inLine(act) {
    const done = this.line.then(act);
    this.line = done.catch(() => {});
    return done;
  }

  // Hear what is new and send what waits. True where the house answered.
  sync() {
    return this.inLine(async () => {
      if (!this.book) return false;
      try {
        while (this.book.unsent.length > AT_ONCE) await this.send(null);
        await this.send(null);
        if (!this.told) await this.fetchList();
        return true;
      } catch (fault) {
        if (fault instanceof Over) await this.erase();
        this.unlessLost(fault);
        return false;
      }
    });
  }

  // --- somebody at the door ------------------------------------------------------------------------------

  // What becomes of somebody: {outcome, refusal, since, alone}. Asks the house, and decides alone where it is silent.
  attempt(who, entry, forced = null) {
    return this.inLine(async () => {
      await this.expire();
      if (!this.ready) throw new Over();
      const at = new Date(Date.now() + this.book.ahead).toISOString();
      const fact = { nonce: random(12), who, at, entry, alone: false, refusal: "", forced_by: "", reason: "", ...forced };
      if (navigator.onLine && Date.now() >= this.quietUntil) {
        try {
          const answer = await this.send(fact);
          return { ...answer.results.find((one) => one.nonce === fact.nonce), at, alone: false };
        } catch (fault) {
          if (fault instanceof Over) await this.erase();
          this.unlessLost(fault);
        }
      }
      return await this.alone(fact);
    });
  }

  async alone(fact) {
    const { book } = this;
    const line = this.people.get(fact.who);
    const inside = Boolean(line?.since);
    const refusal = this.refusal(fact, line, inside);
    book.unsent.push({ ...fact, alone: true, refusal });
    const since = line?.since ?? "";
    if (!refusal && fact.entry && !inside) {
      if (book.limit !== null) book.may -= 1;
      book.inside += 1;
    }
    if (!refusal && !fact.entry && inside) book.inside -= 1;
    if (!refusal) this.passed(fact.who, fact.entry, fact.at);
    await this.saveBook();
    await this.saveList();
    const outcome = refusal ? "refused" : !fact.entry ? "left" : inside ? "double" : "admitted";
    return { outcome, refusal, since: since || fact.at, at: fact.at, alone: true };
  }

  // Why this phone does not let somebody in without asking; "" where it does.
  refusal(fact, line, inside) {
    if (!line) return "unknown";
    if (!fact.entry) return "";
    const why = line.why === "waiting" || line.why === "turn" ? "ask" : line.why;
    if (why && (this.never.has(why) || !fact.forced_by)) return why;
    if (!inside && this.book.limit !== null && this.book.may <= 0) return "network";
    return "";
  }

  get full() {
    return this.book.limit !== null && this.book.inside >= this.book.limit;
  }

  // People whose names have all these words in them, at most `most`.
  find(words, most = 20) {
    const wanted = plain(words).split(" ").filter(Boolean);
    if (!wanted.length) return [];
    const found = [];
    for (const line of this.people.values()) {
      const name = plain(`${line.name} ${line.native}`);
      if (wanted.every((word) => name.includes(word)) && found.push(line) >= most) break;
    }
    return found;
  }
}

// Letters without their marks, small: "Núñez" is found by "nunez".
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}
