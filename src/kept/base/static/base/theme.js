// Before the first paint: the colours that this reader chose, if any. Loaded without defer on purpose.
try {
  const theme = localStorage.getItem("kept-theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's colours it is.
}
