// Watches the app being loaded. If a file of it is missing or broken, for example because a newer version was
// installed meanwhile, the page says so and offers to reload instead of staying empty.
(() => {
  let started = false;
  const tell = () => {
    const notice = document.getElementById("load-failed");
    if (!started && notice) notice.hidden = false;
  };
  addEventListener("TrunkApplicationStarted", () => { started = true; });
  addEventListener("error", tell, true);
  addEventListener("unhandledrejection", tell);
  addEventListener("click", (event) => {
    const target = event.target;
    if (target instanceof Element && target.closest("[data-reload]")) location.reload();
  });
})();
