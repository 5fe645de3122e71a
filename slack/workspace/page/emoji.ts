/** The few emoji an alert channel needs, by Slack's names; any other stays `:name:`. */
const EMOJI: Readonly<Record<string, string>> = {
  "+1": "👍",
  "-1": "👎",
  alarm_clock: "⏰",
  arrow_right: "➡️",
  bangbang: "‼️",
  bar_chart: "📊",
  bell: "🔔",
  bulb: "💡",
  calendar: "📅",
  eyes: "👀",
  exclamation: "❗",
  fire: "🔥",
  hourglass: "⌛",
  hourglass_flowing_sand: "⏳",
  house: "🏠",
  information_source: "ℹ️",
  key: "🔑",
  large_blue_circle: "🔵",
  large_green_circle: "🟢",
  large_orange_circle: "🟠",
  large_yellow_circle: "🟡",
  link: "🔗",
  lock: "🔒",
  mag: "🔍",
  memo: "📝",
  no_entry: "⛔",
  no_entry_sign: "🚫",
  octagonal_sign: "🛑",
  question: "❓",
  raising_hand: "🙋",
  red_circle: "🔴",
  robot_face: "🤖",
  rotating_light: "🚨",
  shield: "🛡️",
  thumbsdown: "👎",
  thumbsup: "👍",
  tophat: "🎩",
  unlock: "🔓",
  warning: "⚠️",
  wave: "👋",
  white_check_mark: "✅",
  white_circle: "⚪",
  wrench: "🔧",
  x: "❌",
  zap: "⚡",
};

export function emoji(name: string): string {
  return Object.hasOwn(EMOJI, name) ? (EMOJI[name] ?? "") : `:${name}:`;
}

/** `:name:` in plain text. */
export function withEmoji(text: string): string {
  return text.replace(/:([a-z0-9_+-]+):/g, (_whole, name: string) => emoji(name));
}
