// What a phone keeps: encrypted with a key that this browser made and gives to no script as bytes (WebCrypto, AES-GCM
// 256, not extractable). Erasing the key makes whatever is left unreadable.

const DATABASE = "kept-check-in";

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open() {
  const asked = indexedDB.open(DATABASE, 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("keys");
    asked.result.createObjectStore("sealed");
  };
  return done(asked);
}

let opened;
async function store(name, mode) {
  opened ??= open();
  return (await opened).transaction(name, mode).objectStore(name);
}

async function key() {
  const known = await done((await store("keys", "readonly")).get("key"));
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await done((await store("keys", "readwrite")).put(made, "key"));
  return made;
}

// Seal something that JSON can hold, under a name.
export async function keep(name, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), plain);
  await done((await store("sealed", "readwrite")).put({ iv, sealed }, name));
}

// What was kept under a name; null where there is nothing, or nothing that can be read any more.
export async function kept(name) {
  const found = await done((await store("sealed", "readonly")).get(name));
  if (!found) return null;
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: found.iv }, await key(), found.sealed);
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return null;
  }
}

export async function forget(name) {
  await done((await store("sealed", "readwrite")).delete(name));
}

export async function forgetAll() {
  await done((await store("sealed", "readwrite")).clear());
  await done((await store("keys", "readwrite")).clear());
}
