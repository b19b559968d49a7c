// What Material leaves out for readers who do not see the page or do not point at it.

document.querySelector(".md-search")?.setAttribute("aria-label", "Search");

// A region that scrolls can be reached, and so scrolled, by keyboard; one that does not is no stop on the way.  Material
// takes the stop away again where there is no pointer that hovers; but a phone can have a keyboard.
const reach = (region) => {
  if (region.scrollWidth <= region.clientWidth) region.removeAttribute("tabindex");
  else if (!region.hasAttribute("tabindex")) region.tabIndex = 0;
};
const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => reach(target)));
const changed = new MutationObserver((records) => records.forEach(({ target }) => reach(target)));
const watch = () =>
  document.querySelectorAll("pre > code, .md-typeset__scrollwrap").forEach((region) => {
    reach(region);
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
if ("serviceWorker" in navigator && !("livereload" in window)) {
  addEventListener("load", async () => {
    try {
      const first = !navigator.serviceWorker.controller;
      await navigator.serviceWorker.register(new URL("../sw.js", import.meta.url));
      const { active } = await navigator.serviceWorker.ready;
      const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
      if (first) active.postMessage([location.href, ...loaded]);
    } catch (error) {
      console.info("These pages cannot be kept for reading without a network:", error);
    }
  });
}
