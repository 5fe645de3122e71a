/** Secrets, made up and put together here so that no scanner takes this file for a leak. */
const slack = ["xoxb", "123456789012", "abcdefGHIJKL"].join("-");
const aws = ["AKIA", "ABCDEFGHIJKLMNOP"].join("");
const jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"].join(
  ".",
);
const body = "MIIEowIBAAKCAQEAvv1";
const key = ["-----BEGIN RSA", `PRIVATE KEY-----\n${body}\n-----END RSA`, "PRIVATE KEY-----"].join(" ");
const webhook = ["T0AAAAAAA", "B0BBBBBBB", "q8w7e6r5t4y3u2i1o0p9"].join("/");
const github = ["ghp", "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"].join("_");
const gitlab = ["glpat", "AbCdEfGhIjKlMnOpQr12"].join("-");
const model = ["sk", "proj-AbCdEfGhIjKlMnOp123456"].join("-");
const google = ["AIza", "SyA1234567890abcdefghijklmnopqrstuv"].join("");

/** How each is met, and what of it must never be seen again. */
const all = {
  slack: { text: `export T=${slack}`, secret: slack },
  slackWebhook: { text: `curl https://hooks.slack.com/services/${webhook}`, secret: webhook },
  aws: { text: `aws_access_key_id = ${aws}`, secret: aws },
  jwt: { text: `cookie ${jwt}`, secret: jwt },
  privateKey: { text: key, secret: body },
  github: { text: `git clone https://${github}@github.com/x/y`, secret: github },
  gitlab: { text: `TOKEN ${gitlab}`, secret: gitlab },
  model: { text: `Incorrect API key provided: ${model}`, secret: model },
  google: { text: `?key=${google}`, secret: google },
  bearer: { text: "Authorization: Bearer 0123456789abcdef.xyz", secret: "0123456789abcdef" },
  basic: { text: "authorization: basic Ym9iOldpbnRlcjIwMjY=", secret: "Ym9iOldpbnRlcjIwMjY" },
  sas: {
    text: "https://x.blob.core.windows.net/c?sv=1&sig=AbCdEfGhIjKlMnOpQrStUvWx%3D",
    secret: "AbCdEfGhIjKlMnOp",
  },
  connection: { text: "Endpoint=sb://x/;SharedAccessKey=AbCdEfGhIjKlMnOp=", secret: "AbCdEfGhIjKlMnOp" },
  urlPassword: { text: "ftp://bob:Winter2026!@files.example/x", secret: "Winter2026!" },
  longOption: { text: "tool --password Winter2026! --x", secret: "Winter2026!" },
  slashOption: { text: "wmic /user:x /password:Winter2026!", secret: "Winter2026!" },
  dashOption: { text: "tool -p:Winter2026!", secret: "Winter2026!" },
  netUser: { text: "net user bob Winter2026! /add", secret: "Winter2026!" },
  secureString: { text: 'ConvertTo-SecureString "Winter2026!" -AsPlainText', secret: "Winter2026!" },
} as const;

export const planted = { slack, aws, jwt, key, github, all };
