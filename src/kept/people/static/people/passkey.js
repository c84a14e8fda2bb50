// Passkeys. A form with data-passkey="sign-in", "show" or "make" asks the device and sends what it says in its
// hidden field `credential`. Options come from #passkey-options in the form, or, to sign in, from the form's address.
// No texts live here: [data-passkey-failed] and [data-passkey-lacking] in the form hold them.

const able = Boolean(window.PublicKeyCredential && navigator.credentials);

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = false;
  if (!able) {
    form.querySelector("[data-passkey-lacking]").hidden = false;
    form.querySelector("button:not([type=button])").disabled = true;
    continue;
  }
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    form.querySelector("[data-passkey-failed]").hidden = true;
    ask(form).then(
      (credential) => {
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      },
      () => (form.querySelector("[data-passkey-failed]").hidden = false),
    );
  });
}

async function ask(form) {
  const held = form.querySelector("#passkey-options");
  const options = held ? JSON.parse(held.textContent) : await fetched(form.action);
  if (form.dataset.passkey === "make") {
    return written(await navigator.credentials.create({ publicKey: creation(options.creation_options.publicKey) }));
  }
  return written(await navigator.credentials.get({ publicKey: request(options.request_options.publicKey) }));
}

async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// A passkey is kept by the device and asks for its owner: it signs in alone.
const creation = (given) => ({
  ...given,
  challenge: bytes(given.challenge),
  user: { ...given.user, id: bytes(given.user.id) },
  excludeCredentials: (given.excludeCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) })),
  authenticatorSelection: {
    ...given.authenticatorSelection,
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  },
});

const request = (given) => ({
  ...given,
  challenge: bytes(given.challenge),
  allowCredentials: (given.allowCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) })),
});

function written(credential) {
  const { response } = credential;
  const said = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    said.attestationObject = text(response.attestationObject);
    said.transports = response.getTransports?.() ?? [];
  } else {
    said.authenticatorData = text(response.authenticatorData);
    said.signature = text(response.signature);
    said.userHandle = response.userHandle ? text(response.userHandle) : null;
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    response: said,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function bytes(encoded) {
  const plain = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.codePointAt(0));
}

function text(buffer) {
  const plain = String.fromCodePoint(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
