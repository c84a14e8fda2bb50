// The frame's builder without a reload: the preview and the line follow what is picked.
const form = document.querySelector("form[data-embed]");
const frame = document.getElementById("embed-frame");
const code = document.getElementById("embed-code");

function follow() {
  const [language, theme, size] = ["language", "theme", "size"].map((name) => form.elements[name]);
  const query = new URLSearchParams();
  if (theme.value) query.set("theme", theme.value);
  query.set("size", size.value);
  const path = `${language.value === "en" ? "" : `/${language.value}`}/embed/counter/?${query}`;
  const { width, height } = size.selectedOptions[0].dataset;
  frame.src = path;
  frame.width = width;
  frame.height = height;
  code.textContent = code.textContent
    .replace(/src="[^"]*"/, `src="${code.dataset.base}${path}"`)
    .replace(/width="\d+"/, `width="${width}"`)
    .replace(/height="\d+"/, `height="${height}"`);
}

if (form && frame && code) {
  form.querySelector("[data-embed-show]").hidden = true;
  form.addEventListener("change", follow);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    follow();
  });
}
