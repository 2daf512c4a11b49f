// Keeps the parts of a page that are marked data-live up to date, while the page can be seen.
"use strict";
(() => {
  const main = document.getElementById("main");
  const panel = document.getElementById("live");
  const told = document.getElementById("live-text");
  const button = document.getElementById("live-switch");
  const shortest = document.querySelector("[data-pulse]") ? 1000 : 2500;
  let mark = main.dataset.mark;
  let source = null;
  let paused = false;
  let last = 0;
  let timer = 0;

  const say = (state, text) => {
    if (panel.dataset.state !== state) {
      panel.dataset.state = state;
      told.textContent = text;
    }
  };

  // What is being used stays: its focus, and the details that are open.
  const swap = (next) => {
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = next.getElementById(part.id);
      if (!other || part.innerHTML === other.innerHTML) continue;
      const focused = part.contains(document.activeElement) ? place(part, document.activeElement) : null;
      const open = [...part.querySelectorAll("details")].map((one) => one.open);
      if (focused && focused.typing) continue;
      part.replaceWith(document.adoptNode(other));
      other.querySelectorAll("details").forEach((one, number) => { one.open = open[number] ?? false; });
      if (focused) focused.find(other)?.focus({ preventScroll: true });
    }
  };

  const place = (part, element) => {
    const all = (within) => [...within.querySelectorAll("a, button, summary, input, select, textarea")];
    const number = all(part).indexOf(element);
    const href = element.getAttribute("href");
    return {
      typing: element.matches("input, select, textarea"),
      find: (other) => (href && all(other).find((one) => one.getAttribute("href") === href)) || all(other)[number],
    };
  };

  const renew = async () => {
    timer = 0;
    last = Date.now();
    try {
      const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
      if (!answer.ok) return;
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      mark = next.getElementById("main")?.dataset.mark ?? mark;
      swap(next);
      main.dataset.mark = mark;
    } catch {
      say("away", "Connection lost");
    }
  };

  const soon = () => {
    if (!timer) timer = setTimeout(renew, Math.max(0, last + shortest - Date.now()));
  };

  const watch = () => {
    if (source || paused || document.hidden) return;
    source = new EventSource(`/changes?mark=${encodeURIComponent(mark)}`);
    source.onopen = () => say("on", "Live");
    source.onerror = () => say("away", source.readyState === EventSource.CLOSED ? "Not live: reload" : "Connection lost");
    source.addEventListener("change", (event) => { say("on", "Live"); if (event.data !== mark) soon(); });
    source.addEventListener("away", () => say("away", "Database away"));
  };

  const rest = () => {
    source?.close();
    source = null;
    clearTimeout(timer);
    timer = 0;
  };

  // The last minute moves on even when nothing happens any more.
  setInterval(() => { if (source && document.querySelector("[data-pulse]")) soon(); }, 2000);
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : watch()));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", watch);
  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? "Resume" : "Pause";
    if (paused) { rest(); say("off", "Paused"); } else { watch(); }
  });
  if (mark) { panel.hidden = false; watch(); }
})();
