/** Puts what the server drew into the page, without losing the reader's place. */
import { writeTimes } from "./times.js";

/** @param {string} id */
export const part = (id) => document.getElementById(id);

/** @param {...(string | Node)} content */
export function toast(...content) {
  const note = Object.assign(document.createElement("div"), { className: "toast" });
  note.append(...content);
  part("toasts").append(note);
  setTimeout(() => note.remove(), 10_000);
}

/** @param {string} html */
const fragment = (html) => document.createRange().createContextualFragment(html);

/** What only the reader sees is shown as a note too, if the message itself is out of sight. */
function putNote({ note, html }) {
  const shown = [...document.querySelectorAll(`[data-key="${CSS.escape(note)}"]`)];
  if (!shown.some((message) => message.offsetParent)) toast(fragment(html));
}

/** Instead of a channel: why there is none. @param {string} text */
export function fail(text) {
  part("main").replaceChildren(
    Object.assign(document.createElement("p"), { className: "empty", textContent: text }),
  );
}

/** One message: put in its place by time, replaced, or (with no HTML) removed.
 * @param {HTMLElement} list @param {{ key: string, html: string }} event */
function putMessage(list, { key, html }) {
  const old = list.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const focused = old?.contains(document.activeElement) && document.activeElement.closest("[data-action]");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const fresh = fragment(html).firstElementChild;
  if (!fresh) old?.remove();
  else if (old) old.replaceWith(fresh);
  else {
    const others = [...list.querySelectorAll("[data-key]")];
    const before =
      others.find((other) => other.dataset.ts > fresh.dataset.ts) ?? list.querySelector(".empty");
    fresh.classList.add("new");
    list.insertBefore(fresh, before);
  }
  if (focused && fresh) {
    const same = fresh.querySelector(`[data-action="${CSS.escape(focused.dataset.action)}"] [data-press]`);
    (same ?? fresh).focus({ preventScroll: true });
  }
  if (atEnd) list.scrollTop = list.scrollHeight;
}

/** @param {HTMLElement} dialog @param {string} html */
function putModal(dialog, html) {
  if (html === "") return dialog.close();
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[data-field], [data-submit]")?.focus();
}

/** Replaces a part's content but keeps the focus on what is the same, and what was typed for the same place. */
function replace(target, html) {
  const { id, href } = target.contains(document.activeElement) ? document.activeElement : {};
  const typed = target.querySelector(".composer");
  const text = typed?.elements.text.value;
  target.innerHTML = html;
  const composer = target.querySelector(".composer");
  if (text && composer?.dataset.channel === typed.dataset.channel) composer.elements.text.value = text;
  if (id || href)
    [...target.querySelectorAll("[id], a")].find((el) => (id ? el.id === id : el.href === href))?.focus();
}

/** @param {HTMLElement} target @param {boolean} shown */
function putThread(target, shown) {
  const was = !target.hidden;
  target.hidden = !shown;
  document.body.classList.toggle("in-thread", shown);
  if (shown !== was) (shown ? target.querySelector("h2") : part("main")).focus();
}

/** @param {{ region: string, html: string }} event @param {string} at the message to show, by its ts */
function putRegion({ region, html }, at) {
  const target = part(region);
  replace(target, html);
  if (region === "modal") putModal(target, html);
  if (region === "people") sessionStorage.user = part("act-as").value;
  if (region === "thread") putThread(target, html !== "");
  const list = target.querySelector("[data-list]");
  if (!list) return;
  const wanted = at && list.querySelector(`[data-ts="${CSS.escape(at)}"]`);
  list.scrollTop = list.scrollHeight;
  if (!wanted) return;
  wanted.classList.add("wanted");
  wanted.scrollIntoView({ block: "start" });
}

/** @param {{ region?: string, list?: string, key: string, html: string }} event @param {string} at */
export function show(event, at) {
  if (event.region) putRegion(event, at);
  else if (event.note) putNote(event);
  else {
    const list = document.querySelector(`[data-list="${CSS.escape(event.list)}"]`);
    if (list) putMessage(list, event);
  }
  writeTimes(document);
}
