import { describe, expect, it } from "vitest";
import { redact, redactText } from "../../src/agent/redact.ts";

// Made up, and put together here so that no scanner takes this file for a leak.
const slack = ["xoxb", "123456789012", "abcdefGHIJKL"].join("-");
const aws = ["AKIA", "ABCDEFGHIJKLMNOP"].join("");
const jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"].join(
  ".",
);
const key = ["-----BEGIN RSA", "PRIVATE KEY-----\nMIIEow\n-----END RSA", "PRIVATE KEY-----"].join(" ");

describe("the redactor", () => {
  it.each([
    [`token ${slack} here`, "token [redacted] here"],
    [`id ${aws}`, "id [redacted]"],
    [`Authorization: Bearer ${jwt}`, "Authorization: [redacted] [redacted]"],
    [key, "[redacted]"],
    ["psql postgres://app:s3cret@db/x", "psql postgres://app:[redacted]@db/x"],
    ["--password=Winter2026! --user bob", "--password=[redacted] --user bob"],
    [`{"client_secret":"abcdef"}`, `{"client_secret":"[redacted]"}`],
    [String.raw`{\"apiKey\":\"abcdef\"}`, String.raw`{\"apiKey\":\"[redacted]\"}`],
    ["net use /user:corp /p:Winter2026", "net use /user:corp /p:[redacted]"],
  ])("takes the secret out of %s", (text, clean) => {
    expect(redactText(text)).toBe(clean);
  });

  it.each([
    "powershell.exe -NoP -enc JABjAGwAIAA9ACAATgBlAHcA",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "The user changed a password twice, and the token service was down",
    "https://cdn.evil.example:8443/a?b=c",
    "T1059.001 on FIN-WS-042",
  ])("leaves %s as it is", (text) => {
    expect(redactText(text)).toBe(text);
  });

  it("takes out what stands under a secret's name, however deep", () => {
    const value = {
      user: "bob",
      password: "a",
      nested: [{ access_token: "b", count: 3, note: "c" }],
      secret: "",
    };
    expect(redact(value)).toEqual({
      user: "bob",
      password: "[redacted]",
      nested: [{ access_token: "[redacted]", count: 3, note: "c" }],
      secret: "",
    });
  });

  it("is the same done twice", () => {
    const once = redactText(`password=${slack} Bearer ${jwt}`);
    expect(redactText(once)).toBe(once);
  });

  it("takes no longer on a text made to slow it", () => {
    const started = performance.now();
    redactText("password".repeat(4000) + "=".repeat(4000) + "eyJ".repeat(4000) + "-----BEGIN ".repeat(4000));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
