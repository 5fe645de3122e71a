/** The frame around every page: skip link, navigation, regions, where the log is. */
import { html, type Html } from "../../slack/workspace/page/html.ts";
import { places, versionOf, type Page } from "../page.ts";
import { said } from "../said.ts";

export interface Frame {
  /** Which log this is: a file, a folder, a Redis. */
  readonly about: string;
  /** Path and query of this page: what the live stream is asked for. */
  readonly here: string;
  /** Set while the log is being read for the first time, or cannot be. */
  readonly notice: string | undefined;
}

export function shell(page: Page, { about, here, notice }: Frame): Html {
  const live = page.still !== true && html`data-live="${here}"`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
        <title>${page.title} · hatrack</title>
        <link rel="icon" href="/hat.svg" />
        <link rel="stylesheet" href="/page.css" />
        <link rel="stylesheet" href="/parts.css" />
        <script type="module" src="/page.js"></script>
      </head>
      <body ${live}>
        <a class="skip" href="#main">Skip to the page</a>
        <header id="side">
          <p class="brand"><span class="hat" aria-hidden="true"></span>hatrack</p>
          <nav aria-label="Dashboard">
            <ul>
              ${places.map(({ at, path, name }) => navItem(path, name, at === page.at))}
            </ul>
          </nav>
          <p class="foot">
            <span id="stream" class="stream">Read-only.</span>
            <span class="about">Log: ${said(about, 200)}</span>
          </p>
        </header>
        <main id="main" tabindex="-1">
          <div id="notice" role="status">${noticeOf(notice)}</div>
          ${page.regions.map(
            ({ id, html: inside }) =>
              html`<div id="${id}" class="region" data-version="${versionOf(inside)}">${inside}</div>`,
          )}
        </main>
      </body>
    </html>`;
}

export function noticeOf(notice: string | undefined): Html {
  return notice === undefined ? html`` : html`<p class="notice">${notice}</p>`;
}

function navItem(path: string, name: string, current: boolean): Html {
  return html`<li><a href="${path}" ${current && html`aria-current="page"`}>${name}</a></li>`;
}

/** A page that says one thing: what is not there, or who may not come in. */
export function plainPage(title: string, body: Html, status: number): Page {
  const regions = [
    {
      id: "plain",
      html: html`<h1>${title}</h1>
        ${body}`,
    },
  ];
  return { title, at: undefined, regions, status, still: true };
}
