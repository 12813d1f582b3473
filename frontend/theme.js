// Applies the remembered theme before the first paint, so that no wrong colours flash.
(() => {
  const root = document.documentElement;
  let choice = "system";
  try {
    choice = localStorage.getItem("theme") ?? choice;
  } catch {
    // Storage can be refused; the system's theme is right then.
  }
  if (choice === "light" || choice === "dark") root.dataset.theme = choice;
  const inside = location.pathname === "/" || location.pathname.startsWith("/workspaces/");
  root.dataset.shell = inside ? "inside" : "outside";
})();
