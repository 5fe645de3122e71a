/**
 * Writes every `<time data-format>` in the reader's zone. The tokens are Slack's; `{stamp}` is ours: the time, with
 * the day in front unless it is today.
 */
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const seconds = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dates = {
  date: new Intl.DateTimeFormat(undefined, { dateStyle: "long" }),
  date_short: new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }),
  date_long: new Intl.DateTimeFormat(undefined, { dateStyle: "full" }),
};
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

/** @param {Date} at @returns {number} whole days from today, by the calendar */
const daysAway = (at) =>
  Math.round((new Date(at).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 864e5);

/** @param {Date} at @param {keyof typeof dates} form */
function pretty(at, form) {
  const away = daysAway(at);
  return Math.abs(away) <= 1 ? relative.format(away, "day") : dates[form].format(at);
}

/** @param {Date} at */
function ago(at) {
  const passed = (at.getTime() - Date.now()) / 1000;
  for (const [unit, size] of /** @type {const} */ ([
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ]))
    if (Math.abs(passed) >= size) return relative.format(Math.trunc(passed / size), unit);
  return relative.format(Math.trunc(passed), "second");
}

/** @param {Date} at @param {string} token */
function word(at, token) {
  if (token === "stamp")
    return daysAway(at) === 0 ? clock.format(at) : `${day.format(at)}, ${clock.format(at)}`;
  if (token === "time") return clock.format(at);
  if (token === "time_secs") return seconds.format(at);
  if (token === "ago") return ago(at);
  if (token === "date_num") return at.toLocaleDateString("sv-SE");
  if (token === "day_divider_pretty") return pretty(at, "date_long");
  const form = token.replace("_pretty", "");
  if (!(form in dates)) return `{${token}}`;
  return token.endsWith("_pretty") ? pretty(at, form) : dates[form].format(at);
}

/** @param {ParentNode} root */
export function writeTimes(root) {
  for (const time of root.querySelectorAll("time[data-format]")) {
    const at = new Date(time.dateTime);
    const text = time.dataset.format.replace(/\{([a-z_]+)\}/g, (_whole, token) => word(at, token));
    if (time.textContent !== text) time.textContent = text;
    time.title = `${dates.date_long.format(at)}, ${seconds.format(at)}`;
  }
}
