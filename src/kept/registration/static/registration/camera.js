// Reads square codes from a camera: with what the browser has, else with the library beside us (Safari, Firefox).

const WIDTH = 640; // pixels of a frame that our own reader looks at

async function reader(decoder) {
  if ("BarcodeDetector" in globalThis) {
    try {
      const kinds = await globalThis.BarcodeDetector.getSupportedFormats();
      if (kinds.includes("qr_code")) {
        const detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
        return async (video) => (await detector.detect(video))[0]?.rawValue ?? "";
      }
    } catch {
      // A browser that names it and has none of it.
    }
  }
  const { decodeQR } = await import(decoder);
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, WIDTH / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return ""; // no code in this picture
    }
  };
}

// Show the camera in `video` and call `found(text)` for what it reads. Returns a function that ends it.
// Throws where there is no camera, or nobody allows it.
export async function watch(video, decoder, found) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } },
  });
  video.srcObject = stream;
  await video.play();
  const read = await reader(decoder);
  let goes = true;
  const look = async () => {
    if (!goes) return;
    if (video.videoWidth && !document.hidden) {
      const text = await read(video).catch(() => "");
      if (text && goes) found(text);
    }
    setTimeout(look, 120);
  };
  look();
  return () => {
    goes = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
}
