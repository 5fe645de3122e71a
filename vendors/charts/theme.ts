/** Colours of the charts. */
const light = {
  paper: "#ffffff",
  ink: "#1b2127",
  muted: "#56616c",
  line: "#dde2e7",
  edge: "#b9c2cb",
  soft: "#f4f6f8",
  accent: "#0a6a4a",
  blue: "#0d5aa7",
  violet: "#6b4fa0",
  danger: "#b01239",
  warn: "#c98a00",
  quiet: "#75818c",
  onColour: "#ffffff",
} as const;

export type Colour = keyof typeof light;
export type Theme = Readonly<Record<Colour, string>>;

const dark: Theme = {
  paper: "#15191d",
  ink: "#e6e9ec",
  muted: "#9ba7b2",
  line: "#323a42",
  edge: "#4a555f",
  soft: "#1d2228",
  accent: "#3fb68b",
  blue: "#7cbaff",
  violet: "#b9a3e3",
  danger: "#f0718f",
  warn: "#d9a520",
  quiet: "#7b8792",
  onColour: "#0d1216",
};

export type ThemeName = "light" | "dark";

export const themes: Readonly<Record<ThemeName, Theme>> = { light, dark };
