// Charts come alive when they come into view: Vega is loaded once, from this site, and only then.

const MOST_ROWS = 500; // of a table that a person can read; the CSV has all of them

let vega;
const loadVega = (url) =>
  (vega ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.type = "module";
    script.onload = () => resolve(globalThis.vegaEmbed);
    script.onerror = () => reject(new Error(`cannot load ${url}`));
    document.head.append(script);
  }));

const fetchJson = async (url) => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
};

const mode = () => (document.body.dataset.mdColorScheme === "slate" ? "dark" : "light");

const draw = async (figure) => {
  const link = figure.querySelector(".chart-spec").href;
  const picture = [...figure.querySelectorAll("img")].find((img) => img.offsetParent !== null);
  const [embed, spec, themes] = await Promise.all([
    loadVega(new URL("../vega.js", link)),
    fetchJson(link),
    fetchJson(new URL("theme.json", link)),
  ]);
  let stage = figure.querySelector(".chart-live");
  if (!stage) {
    stage = document.createElement("div");
    stage.className = "chart-live";
    figure.prepend(stage);
  }
  if (picture) stage.style.minHeight = `${picture.offsetHeight}px`; // the page must not jump
  figure.classList.add("is-live");
  try {
    figure.view?.finalize();
    // one picture with one name: a heat map's thousand cells, each read aloud, help nobody; the table below does
    const config = { ...themes[mode()], aria: false };
    const result = await embed(stage, spec, { config, actions: false, renderer: "svg" });
    figure.view = result.view;
    const drawing = result.view.container().querySelector("svg");
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", figure.querySelector("img").alt);
  } catch (error) {
    figure.classList.remove("is-live");
    stage.remove();
    throw error;
  }
};

const attempt = (figure) => draw(figure).catch((error) => console.error(`chart ${figure.id}:`, error));

const figures = [...document.querySelectorAll("figure.chart")];
const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      attempt(target);
    }
  },
  { rootMargin: "100px" },
);
figures.forEach((figure) => seen.observe(figure));

new MutationObserver(() => figures.filter((figure) => figure.view).forEach(attempt)).observe(document.body, {
  attributeFilter: ["data-md-color-scheme"],
});

// The chart as a picture with pixels, drawn by the browser when it is asked for: twice as fine, on the page's own ground.

const saving = (figure) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "chart-png";
  button.textContent = "PNG";
  button.addEventListener("click", async () => {
    try {
      if (!figure.view) await draw(figure);
      const ground = getComputedStyle(document.body).backgroundColor;
      const link = document.createElement("a");
      link.href = await figure.view.background(ground).toImageURL("png", 2);
      link.download = `${figure.id.replace("chart-", "")}.png`;
      link.click();
    } catch (error) {
      button.textContent = "PNG could not be drawn";
      button.setAttribute("role", "alert");
      console.error(error);
    }
  });
  const also = document.createElement("span");
  also.className = "chart-also";
  also.append(" · ", button);
  figure.querySelector(".chart-spec").after(also);
};
figures.forEach(saving);

// The data as a table, for those who read rather than look: built when it is asked for.

const parseCsv = (text) => {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/g)) {
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ",") rows.push([]);
  }
  return rows.filter((cells) => cells.length > 1 || cells[0]);
};

const row = (cells, tag) => {
  const tr = document.createElement("tr");
  for (const cell of cells) {
    const element = document.createElement(tag);
    if (tag === "th") element.scope = "col";
    element.textContent = cell;
    tr.append(element);
  }
  return tr;
};

for (const figure of figures) {
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "The data as a table";
  const box = document.createElement("div");
  box.className = "chart-table";
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "The data as a table");
  details.append(summary, box);
  figure.querySelector("figcaption").append(details);
  details.addEventListener("toggle", async () => {
    if (!details.open || box.childElementCount) return;
    const link = figure.querySelector(".chart-data");
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error(`${answer.status}`);
      const [head, ...body] = parseCsv(await answer.text());
      const table = document.createElement("table");
      const caption = table.createCaption();
      caption.textContent =
        body.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${body.length} rows; the file has all of them.` : `${body.length} rows`;
      table.createTHead().append(row(head, "th"));
      table.createTBody().append(...body.slice(0, MOST_ROWS).map((cells) => row(cells, "td")));
      box.replaceChildren(table);
    } catch (error) {
      box.textContent = "The data could not be loaded. The link to the CSV file above leads to them.";
      console.error(error);
    }
  });
}
