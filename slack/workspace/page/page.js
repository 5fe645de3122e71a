/** Starts the page: takes the token and the place from the address, and reads the live stream into the screen. */
import { listen } from "./acts.js";
import { fail, part, show } from "./screen.js";
import { writeTimes } from "./times.js";

const store = sessionStorage;
/** @type {AbortController | undefined} the stream that counts */
let stream;
let query = readAddress();

/** The token comes in the fragment and stays in this tab; a permalink becomes channel and thread. */
function readAddress() {
  if (location.hash.length > 1) store.token = decodeURIComponent(location.hash.slice(1));
  const asked = new URLSearchParams(location.search);
  const link = /^\/archives\/([A-Z0-9]+)\/p(\d+)(\d{6})$/.exec(location.pathname);
  const at = link ? `${link[2]}.${link[3]}` : "";
  const place = link ? { channel: link[1], thread: asked.get("thread_ts") ?? at, at } : asked;
  const wanted = new URLSearchParams(place);
  history.replaceState(null, "", wanted.size > 0 ? `/?${wanted}` : "/");
  return wanted;
}

/** @param {string} address */
function go(address) {
  history.pushState(null, "", address);
  query = readAddress();
  connect();
}

/** @param {ReadableStreamDefaultReader<string>} reader */
async function read(reader) {
  let rest = "";
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const events = (rest + piece.value).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events)
      if (event.startsWith("data: ")) show(JSON.parse(event.slice(6)), query.get("at") ?? "");
  }
}

async function connect() {
  stream?.abort();
  const mine = (stream = new AbortController());
  const asked = new URLSearchParams(query);
  if (store.user) asked.set("user", store.user);
  try {
    const options = { headers: { "x-local-token": store.token ?? "" }, signal: mine.signal };
    const answer = await fetch(`/local/page/live?${asked}`, options);
    document.body.classList.remove("offline");
    if (!answer.ok) return refused(await answer.json());
    await read(answer.body.pipeThrough(new TextDecoderStream()).getReader());
  } catch (error) {
    if (mine.signal.aborted) return;
    console.warn("live stream:", error);
  }
  document.body.classList.add("offline");
  setTimeout(() => mine === stream && connect(), 1000);
}

/** @param {{ error: string, reason: string }} fault */
function refused({ error, reason }) {
  store.removeItem("user");
  fail(
    error === "bad_token"
      ? "Open the whole address that was printed at start, with what follows the #."
      : reason,
  );
}

listen({ go, actAs: (user) => ((store.user = user), connect()) });
addEventListener("popstate", () => {
  query = readAddress();
  connect();
});
part("main").focus();
setInterval(() => writeTimes(document), 30_000);
connect();
