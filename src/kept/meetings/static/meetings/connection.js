// A speaker's connection, tried in the browser: picture, sound, and how long some bytes take to the house and back.
// What it finds is written into the form, where the person confirms or corrects it. No texts live here: they are data attributes.

const box = document.querySelector("[data-connection]");
const form = document.querySelector("[data-connection-form]");
const MOST = 8; // seconds for each direction
const MEGABYTE = 2 ** 20;

if (box && form) {
  box.hidden = false;
  box.querySelector("[data-begin]").addEventListener("click", begin);
}

function say(words) {
  box.querySelector("[data-say]").textContent = words ?? "";
}

function keep(name, value) {
  const field = form.elements[name];
  if (!field) return;
  if (field instanceof RadioNodeList) field.value = value;
  else field.value = value === null ? "" : String(Math.round(value));
}

async function begin(event) {
  const button = event.currentTarget;
  button.disabled = true;
  say(box.dataset.devices);
  const stream = await devices();
  try {
    say(box.dataset.line);
    keep("trip", await trip().catch(() => null));
    keep("down", await down().catch(() => null));
    keep("up", await up().catch(() => null));
    say(form.elements.up.value ? box.dataset.done : box.dataset.failed);
  } finally {
    button.disabled = false;
    button.textContent = box.dataset.again;
    box.addEventListener("kept:stop", () => stream?.getTracks().forEach((track) => track.stop()), { once: true });
    form.addEventListener("submit", () => box.dispatchEvent(new Event("kept:stop")), { once: true });
  }
}

// Camera and microphone, each for itself where the browser gives only one. Browsers give none without a secure connection.
async function devices() {
  box.dispatchEvent(new Event("kept:stop"));
  if (!navigator.mediaDevices?.getUserMedia) {
    keep("camera", "unknown");
    keep("microphone", "unknown");
    return null;
  }
  const both = new MediaStream();
  for (const kind of ["video", "audio"]) {
    const found = await navigator.mediaDevices.getUserMedia({ [kind]: true }).catch(() => null);
    found?.getTracks().forEach((track) => both.addTrack(track));
  }
  await seen(both);
  await heard(both);
  return both;
}

async function seen(stream) {
  const video = box.querySelector("video");
  if (!stream.getVideoTracks().length) return keep("camera", "fails");
  video.srcObject = stream;
  video.hidden = false;
  await video.play().catch(() => null);
  await pause(800);
  keep("camera", video.videoWidth > 0 ? "works" : "fails");
}

// The bar follows the loudness; it works once it was clearly louder than silence.
async function heard(stream) {
  const meter = box.querySelector("meter");
  if (!stream.getAudioTracks().length) return keep("microphone", "fails");
  box.querySelector("[data-sound]").hidden = false;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(new MediaStream(stream.getAudioTracks())).connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  let loudest = 0;
  const measure = () => {
    analyser.getFloatTimeDomainData(wave);
    const loud = Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length);
    meter.value = Math.min(1, loud * 5);
    loudest = Math.max(loudest, loud);
    if (loudest > 0.01) keep("microphone", "works");
    if (stream.active) requestAnimationFrame(measure);
    else context.close();
  };
  measure();
  await pause(1500);
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

const address = (bytes) => `${box.dataset.url}?n=${bytes}&x=${Math.random()}`;

// The middle one of seven short ways there and back, in milliseconds.
async function trip() {
  const times = [];
  for (let n = 0; n < 7; n += 1) {
    const start = performance.now();
    await (await fetched(address(1))).arrayBuffer();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[3];
}

async function fetched(url, options) {
  const answer = await fetch(url, { cache: "no-store", ...options });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

// Kilobits a second: pieces that double until one takes a second, or the time is over.
async function rate(send) {
  const begun = performance.now();
  let best = null;
  for (let bytes = MEGABYTE / 8; bytes <= 4 * MEGABYTE; bytes *= 2) {
    const start = performance.now();
    await send(bytes);
    const seconds = (performance.now() - start) / 1000;
    best = (bytes * 8) / 1000 / seconds;
    if (seconds > 1 || performance.now() - begun > MOST * 1000) break;
  }
  return best;
}

function down() {
  return rate(async (bytes) => (await fetched(address(bytes))).arrayBuffer());
}

function up() {
  const token = form.elements.csrfmiddlewaretoken.value;
  const headers = { "X-CSRFToken": token, "Content-Type": "application/octet-stream" };
  return rate((bytes) => fetched(box.dataset.url, { method: "POST", headers, body: noise(bytes) }));
}

function noise(bytes) {
  const made = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65536) crypto.getRandomValues(made.subarray(at, Math.min(at + 65536, bytes)));
  return made;
}
