// The site without a network: what was read once, and the home page.  With a network, nothing is ever older than the host's:
// only files named by their content are taken from the cache first.

const here = registration.scope;
const PAGES = `${here} BUILD`; // of this build; those of others are deleted
const FOREVER = `${here} forever`; // files named by their content, of any build
const MOST = 400; // of those

const named = (url) => /\.[0-9a-f]{8,16}\.(?:min\.)?\w+$/.test(url.pathname);
const mine = (url) => url.href.startsWith(here);
const key = (url) => url.origin + url.pathname; // the state of a page is not another page

const WORD = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>No network</title><style>:root{color-scheme:light dark}body{font:1.1rem/1.6 sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}</style>
<main><h1>There is no network</h1><p>This page was not read before, so this browser does not keep it.
What you have read, and <a href="${here}">the home page</a>, are here without one.</p>
<p><a href="">Try again</a></p></main></html>`;

const keep = async (url, answer) => {
  if (!answer.ok || answer.type !== "basic" || answer.redirected) return;
  await (await caches.open(named(url) ? FOREVER : PAGES)).put(key(url), answer);
};

const fetched = async (address) => {
  const url = new URL(address);
  if (!mine(url)) return "";
  try {
    const answer = await fetch(url, { cache: named(url) ? "default" : "no-cache" });
    await keep(url, answer.clone());
    return answer.headers.get("Content-Type")?.includes("html") ? await answer.text() : "";
  } catch {
    return ""; // asked for again when it is read
  }
};

// The home page with its styles, scripts and pictures.
const home = async () => {
  const text = await fetched(here);
  const files = [...text.matchAll(/<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"#?]+\.(?:css|js|png|svg))/g)];
  await Promise.all(files.map(([, file]) => fetched(new URL(file, here))));
};

addEventListener("install", (event) => event.waitUntil(Promise.all([home(), skipWaiting()])));

addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith(`${here} `) && ![PAGES, FOREVER].includes(name));
      await Promise.all(old.map((name) => caches.delete(name)));
      const forever = await caches.open(FOREVER);
      const files = await forever.keys();
      await Promise.all(files.slice(0, -MOST).map((file) => forever.delete(file)));
      await clients.claim();
    })(),
  ),
);

// What the first page loaded before this worker was there to see it.
addEventListener("message", (event) => event.waitUntil(Promise.all(event.data.map(fetched))));

const answerTo = async (event, url) => {
  const { request } = event;
  const known = () => caches.match(key(url));
  if (named(url)) {
    const kept = await known();
    if (kept) return kept;
  }
  try {
    const answer = await fetch(request);
    event.waitUntil(keep(url, answer.clone()).catch(console.info)); // a full disk hinders nobody from reading
    return answer;
  } catch (error) {
    const kept = await known();
    if (kept) return kept;
    if (request.mode !== "navigate") throw error;
    return new Response(WORD, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
  }
};

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || !mine(url) || event.request.headers.has("range")) return;
  event.respondWith(answerTo(event, url));
});
