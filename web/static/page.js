/** What a script adds: regions that follow the log, the reader's own time zone, and a replay that goes on by itself. */

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const part = (id) => document.getElementById(id);

/** Times in the reader's zone; where they came as UTC, that stays to be read. */
function writeTimes(root) {
  for (const time of root.querySelectorAll("time:not(.ago, [title])")) {
    time.title = time.textContent;
    time.textContent = clock.format(new Date(time.dateTime));
  }
}

/** What stands open, and where the reader is, survives the replacing. */
function replace(region, { html, version }) {
  const { activeElement: active } = document;
  const focused = region.contains(active) ? { id: active.id, href: active.getAttribute("href") } : undefined;
  const folds = new Map([...region.querySelectorAll("details[id]")].map((fold) => [fold.id, fold.open]));
  region.innerHTML = html;
  region.dataset.version = version;
  for (const fold of region.querySelectorAll("details[id]")) fold.open = folds.get(fold.id) ?? fold.open;
  // Before the focus goes back: nothing hidden takes it.
  showPace(region);
  if (focused) {
    const same = [...region.querySelectorAll("[id], a[href]")].find((element) =>
      focused.id ? element.id === focused.id : element.getAttribute("href") === focused.href,
    );
    same?.focus({ preventScroll: true });
  }
  writeTimes(region);
}

/** @type {EventSource | undefined} of the address that is shown; none while a replay plays */
let stream;

function follow() {
  const here = document.body.dataset.live;
  if (!here) return;
  stream = new EventSource(`/live?at=${encodeURIComponent(here)}`);
  stream.onopen = () => (part("stream").textContent = "Read-only. Live.");
  stream.onerror = () => (part("stream").textContent = "Read-only. Not live; trying again.");
  stream.onmessage = ({ data }) => {
    const change = JSON.parse(data);
    const region = part(change.id);
    if (region && region.dataset.version !== change.version && !isUsed(region)) replace(region, change);
  };
}

/** Somebody types or chooses there: the log does not take it from under their hands. */
function isUsed(region) {
  const { activeElement: active } = document;
  return region.contains(active) && active.matches("input, select");
}

addEventListener("pagehide", () => stream?.close());

/** @type {AbortController | undefined} of the replay that plays */
let playing;

function showPace(root) {
  const pace = root.querySelector?.(".pace");
  if (!pace) return;
  pace.hidden = false;
  const kept = sessionStorage.pace;
  if (kept) part("pace").value = kept;
  part("play").textContent = playing ? "Pause" : "Play";
}

async function play() {
  const run = new AbortController();
  playing = run;
  stream?.close();
  part("play").textContent = "Pause";
  part("stream").textContent = "Read-only. Replaying.";
  try {
    while (await goOn(run.signal)) await onePace(run.signal);
  } catch (error) {
    if (!run.signal.aborted) console.warn("The replay stopped", error);
  }
  if (playing === run) pause();
}

/** The next step's page, its regions put in place of these; whether there is one more. */
async function goOn(signal) {
  const next = document.querySelector('.player a[rel="next"]');
  if (!next) return false;
  const answer = await fetch(next.href, { signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok || signal.aborted) return false;
  history.replaceState(null, "", next.getAttribute("href"));
  document.title = page.title;
  for (const region of document.querySelectorAll(".region")) {
    const fresh = page.getElementById(region.id);
    if (fresh) replace(region, { html: fresh.innerHTML, version: fresh.dataset.version });
  }
  document.body.dataset.live = page.body.dataset.live ?? "";
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document
    .querySelector(".step.here")
    ?.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  return document.querySelector('.player a[rel="next"]') !== null;
}

/** Until the pace has gone by; another that is chosen meanwhile counts from now on. */
function onePace(signal) {
  const began = Date.now();
  const pace = part("pace");
  return new Promise((resolve, reject) => {
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(resolve, began + Number(pace.value) - Date.now());
    };
    wait();
    // The next step comes with a list of its own, so this one goes with its listener.
    pace.addEventListener("change", wait);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** From here on the step that is shown follows the log. */
function pause() {
  playing?.abort();
  playing = undefined;
  if (part("play")) part("play").textContent = "Play";
  follow();
}

addEventListener("click", ({ target }) => {
  if (target.id !== "play") return;
  if (playing) return pause();
  const ended = !document.querySelector('.player a[rel="next"]');
  const first = document.querySelector('.player a[rel="first"]');
  if (ended && first) return location.assign(first.href);
  void play();
});

addEventListener("change", ({ target }) => {
  if (target.id === "pace") sessionStorage.pace = target.value;
});

writeTimes(document);
showPace(document);
follow();
