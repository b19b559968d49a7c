// "Claims, checked": show the claims of one verdict, page or source.  The choice is in the address, so it can be linked to.

const blocks = [...document.querySelectorAll(".md-content .claim")];
const counts = document.querySelector(".claims-counts");

const FILTERS = {
  verdict: { label: "Verdict", names: { holds: "Holds", partly: "Partly", fails: "Fails", "not-checked": "Not checked" } },
  source: { label: "Source", names: { brief: "The project's brief", published: "A publication", ours: "This project" } },
};

if (counts) {
  const form = document.createElement("form");
  form.className = "claims-filter";
  form.setAttribute("aria-label", "Filter the claims");
  form.addEventListener("submit", (event) => event.preventDefault());
  const wanted = new URLSearchParams(location.search);
  for (const [key, { label, names }] of Object.entries(FILTERS)) {
    const present = [...new Set(blocks.map((block) => block.dataset[key]))];
    const select = document.createElement("select");
    select.name = key;
    select.append(new Option("all", ""), ...present.map((value) => new Option(names[value] ?? value, value)));
    if (present.includes(wanted.get(key))) select.value = wanted.get(key);
    const wrapper = document.createElement("label");
    wrapper.append(`${label} `, select);
    form.append(wrapper);
  }
  const output = document.createElement("output");
  form.append(output);
  counts.after(form);

  const apply = () => {
    const chosen = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
    let shown = 0;
    for (const block of blocks) {
      block.hidden = !Object.entries(chosen).every(([key, value]) => block.dataset[key] === value);
      shown += !block.hidden;
    }
    for (const heading of document.querySelectorAll(".md-content h2[id^='claims-']")) {
      const page = heading.id.slice("claims-".length);
      heading.hidden = !blocks.some((block) => block.dataset.page === page && !block.hidden);
    }
    output.textContent = `${shown} of ${blocks.length} claims`;
    const query = new URLSearchParams(chosen).toString();
    history.replaceState(null, "", `${location.pathname}${query && `?${query}`}${location.hash}`);
  };
  form.addEventListener("change", apply);
  apply();
}
