// Applies what the browser remembers before the first paint, so that neither wrong colours nor another scale flash.
(() => {
  const root = document.documentElement;
  const remembered = (key) => {
    try {
      return localStorage.getItem(key) ?? "";
    } catch {
      // Storage can be refused; the defaults are right then.
      return "";
    }
  };
  const choice = remembered("theme");
  if (choice === "light" || choice === "dark") root.dataset.theme = choice;
  const inside = location.pathname === "/" || location.pathname.startsWith("/workspaces/");
  root.dataset.shell = inside ? "inside" : "outside";

  // The "HiDPI browser scale override": systems enlarge everything on screens with many pixels, and on a middling one
  // the page is then short of room. It gets some of it back, at most as much as keeps buttons large enough. Whoever
  // has zoomed in, uses fingers, or has a small or a really wide window, gets what they asked the browser for.
  root.dataset.hidpi = remembered("hidpi") || "on";
  const scale = () => {
    const zoom = outerWidth && innerWidth ? outerWidth / innerWidth : 1;
    const wanted = root.dataset.hidpi !== "off" && devicePixelRatio > 1 && zoom < 1.1
      && innerWidth >= 1024 && !matchMedia("(pointer: coarse)").matches;
    const factor = wanted ? Math.min(1, Math.max(1 / devicePixelRatio, 0.86, innerWidth / 1680)) : 1;
    root.style.fontSize = factor < 1 ? `${factor * 100}%` : "";
  };
  addEventListener("resize", scale);
  scale();
})();
