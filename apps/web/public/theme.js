// Runs before the first paint, so that a chosen theme does not flash. The rest of it is src/app/theme.ts.
try {
  const theme = localStorage.getItem("corral.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: the system's theme it is.
}
