/* The editor of a programme: the list of sessions laid out as a day's grid; each is dragged, stretched, or moved by keys.
   Whatever is done fills the session's own form and sends it; the page that comes back is what stands there. */
(() => {
  "use strict";
  const SNAP = 5; // minutes
  const SCALE = 1.6; // pixels a minute
  const CLOSE = 6; // pixels that a pointer may tremble before it drags
  const SHORT = 40; // pixels below which an item has one line only
  const EDGE = 48; // pixels from the window's edge where dragging scrolls
  const two = (number) => String(number).padStart(2, "0");
  const clock = (minutes) => `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
  const shownClock = (minutes, grid) => clock(minutes).replace(/\d/g, (digit) => grid.plan.dataset.digits[digit]);
  const root = () => document.querySelector("[data-editor]");
  let busy = false;

  function frame() {
    const plan = root().querySelector("[data-plan]");
    const heads = [...root().querySelectorAll(".plan-rooms > [data-room]")];
    const elsewhere = heads.find((head) => !head.dataset.room);
    const needed = heads.length === 1 || [...plan.querySelectorAll("[data-item]")].some((item) => !item.dataset.room);
    elsewhere.hidden = !needed;
    const rooms = heads.filter((head) => !head.hidden);
    return {
      plan,
      rooms: rooms.map((head) => ({ pk: head.dataset.room, name: head.querySelector("span").textContent })),
      from: Number(plan.dataset.from),
      until: Number(plan.dataset.until),
    };
  }

  /* Where an item stands now, while it is moved too: {at, minutes, room}. */
  const placeOf = (item) => ({
    at: Number(item.dataset.at),
    minutes: Number(item.dataset.minutes) || 30,
    room: item.dataset.room,
  });

  function put(item, place, grid) {
    const column = Math.max(0, grid.rooms.findIndex((room) => room.pk === place.room));
    const share = 100 / grid.rooms.length;
    item.style.insetBlockStart = `${(place.at - grid.from) * SCALE}px`;
    item.style.blockSize = `${Math.max(place.minutes * SCALE, 22)}px`;
    item.classList.toggle("is-short", place.minutes * SCALE < SHORT);
    item.style.insetInlineStart = `calc(3.5rem + (100% - 3.5rem) * ${(share * (column + item.lane / item.lanes)) / 100})`;
    item.style.inlineSize = `calc((100% - 3.5rem) * ${share / item.lanes / 100} - 4px)`;
  }

  /* What is being moved, where it would stand: the item itself, or for a parked one its likeness in the grid. */
  function show(item, place, grid) {
    const shown = "isParked" in item.dataset ? (item.likeness ??= likeness(item, grid)) : item;
    put(shown, place, grid);
    const hour = shown.querySelector("[data-hour]");
    if (!hour) return;
    shown.hourWords ??= hour.textContent;
    hour.textContent = [place.at, place.at + place.minutes].map((at) => shownClock(at, grid)).join("–");
  }

  function likeness(item, grid) {
    const made = document.createElement("li");
    made.className = "plan-item plan-likeness is-lifted";
    made.setAttribute("aria-hidden", "true");
    const hour = document.createElement("p");
    hour.className = "plan-hour";
    hour.dataset.hour = "";
    const title = document.createElement("p");
    title.textContent = item.dataset.title;
    const words = document.createElement("div");
    words.className = "plan-words";
    words.append(hour, title);
    made.append(words);
    Object.assign(made, { lane: 0, lanes: 1 });
    grid.plan.append(made);
    return made;
  }

  /* Whatever was being moved stands where it stood. */
  function putBack(item) {
    item.classList.remove("is-lifted");
    item.likeness?.remove();
    delete item.likeness;
    delete item.moving;
    const hour = item.querySelector("[data-hour]");
    if (hour && item.hourWords) hour.textContent = item.hourWords;
    delete item.hourWords;
    layOutAgain();
  }

  /* Two at once in a room stand side by side. */
  function lanes(items) {
    for (const item of items) {
      const mine = placeOf(item);
      const same = items.filter((other) => {
        const theirs = placeOf(other);
        return other.dataset.room === item.dataset.room && theirs.at < mine.at + mine.minutes && mine.at < theirs.at + theirs.minutes;
      });
      item.lanes = same.length;
      item.lane = same.indexOf(item);
    }
  }

  function layOut() {
    const grid = frame();
    root().classList.add("has-script");
    grid.plan.parentElement.classList.add("is-grid");
    grid.plan.style.blockSize = `${(grid.until - grid.from) * SCALE}px`;
    grid.plan.style.minInlineSize = `${3.5 + 9 * grid.rooms.length}rem`;
    for (let at = grid.from; at < grid.until; at += 60) {
      const line = document.createElement("li");
      line.className = "plan-line";
      line.setAttribute("role", "presentation");
      line.textContent = shownClock(at, grid);
      line.style.insetBlockStart = `${(at - grid.from) * SCALE}px`;
      grid.plan.prepend(line);
    }
    /* What stands in a grid is no list of lines any more: each item is a group with a name of its own. */
    for (const list of root().querySelectorAll(".plan, [data-parked] > ul")) list.setAttribute("role", "group");
    const items = [...grid.plan.querySelectorAll("[data-item]")];
    lanes(items);
    for (const item of items) {
      put(item, placeOf(item), grid);
      const edge = document.createElement("span");
      edge.className = "plan-stretch";
      edge.dataset.stretch = "";
      item.append(edge);
    }
    for (const item of root().querySelectorAll("[data-item]")) {
      item.tabIndex = 0;
      item.setAttribute("role", "group");
      item.setAttribute("aria-label", item.querySelector(".plan-words").textContent.replace(/\s+/g, " ").trim());
      item.setAttribute("aria-describedby", "plan-keys");
    }
  }

  function say(text) {
    const place = root().querySelector("[data-say]");
    if (place) place.textContent = text;
  }

  function words(item, place, grid) {
    const room = grid.rooms.find((one) => one.pk === place.room);
    return grid.plan.dataset.said
      .replace("{title}", item.dataset.title)
      .replace("{hour}", clock(place.at))
      .replace("{room}", room ? room.name : "")
      .replace("{minutes}", place.minutes);
  }

  /* Send a form, and show the page that comes back in place of this one. */
  async function send(form, extra) {
    if (busy) return;
    busy = true;
    root().setAttribute("aria-busy", "true");
    const data = new FormData(form);
    for (const [name, value] of Object.entries(extra)) data.set(name, value);
    const code = form.closest("[data-item]")?.dataset.item;
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const made = page.querySelector("[data-editor]");
      if (!made) throw new Error("no editor");
      root().replaceWith(made);
      const told = page.querySelector(".messages");
      document.querySelector(".messages")?.remove();
      if (told) document.querySelector("main").before(told);
      if (answer.redirected) history.replaceState(null, "", answer.url.split("#")[0]);
      layOut();
      if (code) root().querySelector(`[data-item="${code}"]`)?.focus({ preventScroll: true });
      if (told) say(told.textContent.replace(/\s+/g, " ").trim());
    } catch {
      for (const [name, value] of Object.entries(extra)) fill(form, name, value);
      form.submit();
    } finally {
      busy = false;
    }
  }

  /* Give a form a value, in its own field where it has one. */
  function fill(form, name, value) {
    const field = form.elements.namedItem(name);
    if (field && field.matches?.("input, select")) return void (field.value = value);
    const hidden = document.createElement("input");
    Object.assign(hidden, { type: "hidden", name, value });
    form.append(hidden);
  }

  function sendPlace(item, place, grid) {
    send(item.querySelector("[data-place]"), {
      room: place.room,
      day: grid.plan.dataset.day,
      start: clock(place.at),
      minutes: place.minutes,
    });
  }

  const sendPark = (item) => send(item.querySelector("[data-place]"), { decision: "park" });

  const within = (place, grid) => {
    place.minutes = Math.max(SNAP, Math.min(place.minutes, 1440 - place.at));
    place.at = Math.max(grid.from, Math.min(place.at, grid.until - SNAP));
    return place;
  };

  /* By pointer: mouse, pen, finger (a finger drags by the grip, so that the page still scrolls). */
  document.addEventListener("pointerdown", (event) => {
    const item = event.target.closest("[data-item]");
    if (!item || event.button || busy || event.target.closest("details")) return;
    if (event.pointerType === "touch" && !event.target.closest(".plan-grip, [data-stretch]")) return;
    const grid = frame();
    const stretching = Boolean(event.target.closest("[data-stretch]"));
    const start = placeOf(item);
    const parked = "isParked" in item.dataset;
    const held = parked ? 0 : event.clientY - item.getBoundingClientRect().top;
    let place = null;
    let park = false;
    let outside = false;

    const move = (now) => {
      if (now.pointerId !== event.pointerId) return;
      if (!place && Math.hypot(now.clientX - event.clientX, now.clientY - event.clientY) < CLOSE) return;
      now.preventDefault();
      item.classList.add("is-lifted");
      if (now.clientY > innerHeight - EDGE) scrollBy(0, EDGE / 4);
      else if (now.clientY < EDGE) scrollBy(0, -EDGE / 4);
      const area = grid.plan.getBoundingClientRect();
      place = { ...start };
      if (stretching) {
        place.minutes = Math.round((start.minutes + (now.pageY - event.pageY) / SCALE) / SNAP) * SNAP;
      } else {
        const gutter = 3.5 * parseFloat(getComputedStyle(document.documentElement).fontSize);
        const rtl = getComputedStyle(grid.plan).direction === "rtl";
        const along = (rtl ? area.right - now.clientX : now.clientX - area.left) - gutter;
        const column = Math.floor((along / (area.width - gutter)) * grid.rooms.length);
        place.room = grid.rooms[Math.max(0, Math.min(column, grid.rooms.length - 1))].pk;
        place.at = grid.from + Math.round((now.clientY - held - area.top) / SCALE / SNAP) * SNAP;
        const beside = root().querySelector("[data-parked]");
        const over = document.elementsFromPoint(now.clientX, now.clientY);
        park = over.includes(beside);
        outside = parked && !over.includes(grid.plan);
        beside.classList.toggle("is-over", park && !parked);
      }
      within(place, grid);
      if (outside) {
        item.likeness?.remove();
        delete item.likeness;
      } else show(item, place, grid);
    };
    const end = (now) => {
      if (now instanceof PointerEvent && now.pointerId !== event.pointerId) return;
      for (const [name, handler] of heard) document.removeEventListener(name, handler, true);
      if (!place) return;
      const still = (click) => click.preventDefault();
      item.addEventListener("click", still, { capture: true, once: true });
      setTimeout(() => item.removeEventListener("click", still, { capture: true }), 50);
      if (now.type !== "pointerup" || outside || (park && parked)) {
        putBack(item);
        if (now.type !== "pointerup") say(grid.plan.dataset.left.replace("{title}", item.dataset.title));
      } else if (park) sendPark(item);
      else sendPlace(item, place, grid);
    };
    const escape = (key) => {
      if (key.key !== "Escape") return;
      key.stopPropagation();
      end(key);
    };
    const heard = [["pointermove", move], ["pointerup", end], ["pointercancel", end], ["keydown", escape]];
    for (const [name, handler] of heard) document.addEventListener(name, handler, true);
    if (event.pointerType === "mouse") event.preventDefault();
    item.focus({ preventScroll: true });
  });

  document.addEventListener("dragstart", (event) => {
    if (event.target.closest?.("[data-item]")) event.preventDefault(); // the browser's own dragging of links
  });

  function layOutAgain() {
    const grid = frame();
    for (const item of grid.plan.querySelectorAll("[data-item]")) put(item, placeOf(item), grid);
    for (const over of root().querySelectorAll(".is-over")) over.classList.remove("is-over");
  }

  /* By keys. What is being moved is kept on the item until Enter or Escape. */
  document.addEventListener("keydown", (event) => {
    const item = event.target;
    if (!(item instanceof HTMLElement) || !item.matches("[data-item]") || busy) return;
    const grid = frame();
    const parked = "isParked" in item.dataset;
    const place = item.moving || (parked ? { ...placeOf(item), at: grid.from, room: grid.rooms[0].pk } : placeOf(item));
    const forward = getComputedStyle(grid.plan).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const column = grid.rooms.findIndex((room) => room.pk === place.room);
    switch (event.key) {
      case "ArrowUp":
      case "ArrowDown": {
        const by = event.key === "ArrowUp" ? -SNAP : SNAP;
        if (event.shiftKey) place.minutes += by;
        else place.at += by;
        break;
      }
      case "ArrowLeft":
      case "ArrowRight": {
        const next = column + (event.key === forward ? 1 : -1);
        place.room = grid.rooms[Math.max(0, Math.min(next, grid.rooms.length - 1))].pk;
        break;
      }
      case "Enter":
        if (item.moving || parked) {
          event.preventDefault();
          sendPlace(item, within(place, grid), grid);
        }
        return;
      case "Escape":
        if (item.moving) {
          putBack(item);
          say(grid.plan.dataset.left.replace("{title}", item.dataset.title));
        }
        return;
      case "Delete":
        if (!parked) sendPark(item);
        return;
      default:
        return;
    }
    event.preventDefault();
    item.moving = within(place, grid);
    item.classList.add("is-lifted");
    show(item, place, grid);
    say(words(item, place, grid));
  });

  document.addEventListener("focusout", (event) => {
    if (event.target.moving && !busy) putBack(event.target);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-place], [data-step]")) return;
    event.preventDefault();
    const chosen = event.submitter;
    send(form, chosen && chosen.name ? { [chosen.name]: chosen.value } : {});
  });

  layOut();
})();
