// What Material leaves out for readers who do not see the page or do not point at it.

document.querySelector(".md-search")?.setAttribute("aria-label", "Search");

// A region that scrolls can be reached, and so scrolled, by keyboard; one that does not is no stop on the way.
const reachable = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
document.querySelectorAll("pre > code, .md-typeset__scrollwrap").forEach((region) => reachable.observe(region));
