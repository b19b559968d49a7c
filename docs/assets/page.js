// What Material leaves out for readers who do not see the page or do not point at it.

document.querySelector(".md-search")?.setAttribute("aria-label", "Search");

// The engine's page for an address where there is none says so and no more.  Every page of ours ends with its version.
const heading = document.querySelector("article h1");
if (heading && !document.querySelector(".page-version")) {
  const home = document.createElement("a");
  home.href = document.querySelector("a.md-logo").href;
  home.textContent = "begin at the home page";
  const words = document.createElement("p");
  words.append("There is no page at this address. Search for what you look for, choose from the list of pages, or ", home, ".");
  heading.after(words);
}

// A region that scrolls can be reached, and so scrolled, by keyboard; one that does not is no stop on the way.  Material
// takes the stop away again where there is no pointer that hovers; but a phone can have a keyboard.
const reach = (regions) => {
  // all sizes first: after a change each would be a layout of the whole page
  const scrolls = regions.map((region) => region.scrollWidth > region.clientWidth);
  regions.forEach((region, i) => {
    if (!scrolls[i]) region.removeAttribute("tabindex");
    else if (!region.hasAttribute("tabindex")) region.tabIndex = 0;
  });
};
const targets = (list) => list.map(({ target }) => target);
const resized = new ResizeObserver((entries) => reach(targets(entries))); // also tells of each once, when it is laid out
const changed = new MutationObserver((records) => reach(targets(records)));
const watch = () =>
  document.querySelectorAll("pre > code, .md-typeset__scrollwrap").forEach((region) => {
    resized.observe(region);
    changed.observe(region, { attributeFilter: ["tabindex"] });
  });
watch();
addEventListener("load", watch); // by then Material has put wide tables into their boxes

// What only some pages have use for.
if (document.querySelector(".program-copy")) import("./programs.js").catch(console.error);
if (document.querySelector("figure.chart")) import("./charts.js").catch(console.error);
if (document.querySelector("#chart-learning_map")) import("./learning.js").catch(console.error);

// Read once, kept for when there is no network; not while the pages are being written, where MkDocs reloads them.
const kept = async () => {
  const before = navigator.serviceWorker.controller;
  await navigator.serviceWorker.register(new URL("../sw.js", import.meta.url));
  if (before) return;
  await new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    if (navigator.serviceWorker.controller) resolve();
  });
  const keep = (urls) => navigator.serviceWorker.controller.postMessage(urls);
  keep([location.href]);
  // What was asked for before the worker was in charge: it has not passed it, and some of it is still on its way.
  new PerformanceObserver((list) =>
    keep(list.getEntries().flatMap(({ name, workerStart }) => (workerStart ? [] : [name]))),
  ).observe({ type: "resource", buffered: true });
};
if ("serviceWorker" in navigator && !("livereload" in window)) {
  const unkept = (error) => console.info("These pages cannot be kept for reading without a network:", error);
  addEventListener("load", () => kept().catch(unkept));
}
