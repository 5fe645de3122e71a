/** What the person does: presses, fills in, types. Each goes to `/local/…` and the stream shows what came of it. */
import { part, toast } from "./screen.js";

/** @param {string} path @param {object} body */
async function act(path, body) {
  const { user, token = "" } = sessionStorage;
  const answer = await fetch(`/local/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-local-token": token },
    body: JSON.stringify({ user, settle_ms: 0, ...body }),
  }).then((got) => got.json());
  if (!answer.ok && answer.reason) toast(answer.reason);
  return answer;
}

/** What has been entered, by block and action. @param {HTMLElement} root */
function entered(root) {
  const values = {};
  for (const { dataset, children } of root.querySelectorAll("[data-action]:has([data-field])")) {
    const fields = [...children].flatMap((child) => [child, ...child.querySelectorAll("*")]);
    const inputs = fields.filter((field) => "field" in field.dataset);
    const ticked = inputs.filter((input) => input.checked).map((input) => input.value);
    const [{ type, value }] = inputs;
    const one = type === "radio" ? ticked[0] : value;
    (values[dataset.block] ??= {})[dataset.action] = type === "checkbox" ? ticked : one || null;
  }
  return values;
}

/** Asks first, if the element says so. @param {HTMLElement} element */
async function sure(element) {
  const question = element.querySelector("template[data-confirm]");
  if (!question) return true;
  const dialog = part("confirm");
  dialog.replaceChildren(question.content.cloneNode(true));
  dialog.returnValue = "no";
  dialog.showModal();
  await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
  return dialog.returnValue === "yes";
}

/** @param {HTMLElement} from the button or field @param {string} [picked] the entry of a menu */
async function press(from, picked) {
  const element = from.closest("[data-action]");
  const { action, block } = element.dataset;
  if (element.classList.contains("busy") || !(await sure(element))) return;
  const view = from.closest("[data-view]");
  const message = from.closest("[data-ts]");
  const where = view
    ? { view_id: view.dataset.view }
    : { channel: message.dataset.channel, ts: message.dataset.ts };
  const values = entered(view ?? message);
  element.classList.add("busy");
  await act("click", {
    action_id: action,
    block_id: block,
    value: picked ?? values[block]?.[action],
    values,
    ...where,
  });
  element.classList.remove("busy");
}

/** @param {HTMLFormElement} form */
async function submit(form) {
  const button = form.querySelector("[data-submit]");
  button.disabled = true;
  const { errors = {} } = await act("submit", { view_id: form.dataset.view, values: entered(form) });
  button.disabled = false;
  for (const line of form.querySelectorAll("[data-error]")) {
    line.textContent = errors[line.dataset.error] ?? "";
    const field = line.parentElement.querySelector("[data-field]");
    field?.setAttribute("aria-invalid", String(line.textContent !== ""));
  }
  form.querySelector("[aria-invalid=true]")?.focus();
}

/** @param {HTMLFormElement} form */
function say(form) {
  const { channel, threadTs: thread } = form.dataset;
  const text = form.elements.text.value.trim();
  const command = text.startsWith("/");
  if (command && thread) return toast(`${text.split(" ")[0]} is not supported in threads. Sorry!`);
  if (text === "") return;
  form.reset();
  act(command ? "command" : "message", { channel, text, ...(thread ? { thread_ts: thread } : {}) });
}

const closeModal = () => act("close", { view_id: part("modal").querySelector("form").dataset.view });

/** @param {Element} target @param {(address: string) => void} go */
function click(target, go) {
  const { go: here, thread, at, value, shortcut, close, dismiss, press: pressed } = target.dataset;
  const { channel, ts } = target.closest("[data-ts]")?.dataset ?? {};
  if (thread) go(`/?${new URLSearchParams({ channel, thread, ...(at ? { at } : {}) })}`);
  else if (shortcut) act("shortcut", { callback_id: shortcut, channel, ts });
  else if (dismiss !== undefined) act("dismiss", { channel, ts, settle_ms: undefined });
  else if (close !== undefined) closeModal();
  else if (pressed !== undefined) press(target, value);
  else if (here !== undefined || target.pathname?.startsWith("/archives/")) {
    go(target.href);
    return true;
  }
}

const shutMenus = (except) => {
  for (const menu of document.querySelectorAll("details[open]")) if (menu !== except) menu.open = false;
};

/** @param {{ go: (address: string) => void, actAs: (user: string) => void }} page */
export function listen({ go, actAs }) {
  const on = (name, listener, capture) => document.addEventListener(name, listener, capture);
  on("click", (event) => {
    const target = event.target.closest("a, button");
    shutMenus(target ? undefined : event.target.closest("details"));
    if (target && (target.origin ?? location.origin) === location.origin && click(target, go))
      event.preventDefault();
    else if (target?.matches("a[data-press]")) press(target);
  });
  on("change", ({ target }) => {
    if (target.id === "act-as") actAs(target.value);
    else if ("field" in target.dataset && !target.closest("[data-input]:not([data-dispatch])")) press(target);
  });
  on("submit", (event) => {
    if (event.target.method === "dialog") return;
    event.preventDefault();
    if (event.target.dataset.view) submit(event.target);
    else say(event.target);
  });
  on("keydown", ({ key }) => key === "Escape" && shutMenus());
  on(
    "toggle",
    ({ target }) => {
      const menu = target.matches?.("details.menu[open]") && target.querySelector(".items");
      if (!menu) return;
      target.classList.toggle(
        "flip",
        menu.getBoundingClientRect().right > target.closest(".list, dialog").getBoundingClientRect().right,
      );
      menu.scrollIntoView({ block: "nearest" });
    },
    true,
  );
  part("modal").addEventListener("cancel", (event) => {
    event.preventDefault();
    closeModal();
  });
}
