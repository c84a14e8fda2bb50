// Keeps the check-in page on the phone, so that it opens without a network. `VERSION` and `PAGE` stand above, written by
// the house: another version makes another store. What phones say and take (/check-in/phone/) is never kept.

const STORE = `kept-check-in ${VERSION}`;
const PATIENCE = 3000;

// Everything that the page names, and the faces that its style sheets name.
async function fill() {
  const store = await caches.open(STORE);
  const answer = await fetch(PAGE, { cache: "reload" });
  if (!answer.ok) throw new Error(String(answer.status));
  const text = await answer.clone().text();
  await store.put(PAGE, answer);
  const named = [...text.matchAll(/(?:href|src|data-[a-z]+)="(\/[^"#]*)"/g)].map((found) => found[1]);
  const files = new Set(named.filter((address) => address.startsWith("/static/") || address.endsWith(".webmanifest")));
  await Promise.all([...files].map((address) => take(store, address)));
}

async function take(store, address) {
  const answer = await fetch(address, { cache: "reload" });
  if (!answer.ok) return;
  const style = address.includes(".css") ? await answer.clone().text() : "";
  await store.put(address, answer);
  const faces = [...style.matchAll(/url\("?([^")]+\.woff2)"?\)/g)].map((found) => new URL(found[1], new URL(address, location)).pathname);
  const wanted = FACES.filter((face) => faces.some((one) => one.includes(face)));
  await Promise.all(faces.filter((one) => wanted.some((face) => one.includes(face))).map((one) => take(store, one)));
}

async function page(request) {
  const store = await caches.open(STORE);
  const known = await store.match(PAGE);
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok) await store.put(PAGE, answer.clone());
    return answer.ok || !known ? answer : known;
  });
  if (!known) return fresh;
  const late = new Promise((resolve) => setTimeout(() => resolve(known), PATIENCE));
  return Promise.race([fresh.catch(() => known), late]);
}

async function file(request) {
  const store = await caches.open(STORE);
  return (await store.match(request, { ignoreVary: true })) ?? fetch(request);
}

addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("kept-check-in ") && name.split(" ")[1].split("/")[0] === VERSION.split("/")[0] && name !== STORE) {
          await caches.delete(name);
        }
      }
      await self.clients.claim();
    })(),
  ),
);
addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname === PAGE) event.respondWith(page(event.request));
  else if (address.pathname.startsWith("/static/") || address.pathname.endsWith(".webmanifest")) {
    event.respondWith(file(event.request));
  }
});
