/** The chat's window: its bar, the conversation, and the box below it. Only its parts; others say what happens in them. */

import { mark } from "./bubble.js";
import { h, icon } from "./dom.js";
import { direction, language, words } from "./words.js";

const PLUS = "M10 4v12M4 10h12";
const CROSS = "M5 5l10 10M15 5 5 15";
const BELL = "M10 3a4.500 4.500 0 0 0-4.500 4.500c0 4-1.500 5-1.500 6h12c0-1-1.500-2-1.500-6A4.500 4.500 0 0 0 10 3ZM8.500 16.500h3";
const SHARE = "M10 12V3.500M7 6l3-3 3 3M5.500 9H4v8h12V9h-1.500";
const CLIP = "m16.500 9.500-6.700 6.700a4 4 0 0 1-5.700-5.700l6.900-6.900a2.700 2.700 0 0 1 3.800 3.800l-6.800 6.800a1.300 1.300 0 0 1-1.900-1.900l6.200-6.200";
const ARROW = "M10 16V4.500M4.500 10 10 4.500 15.500 10";

/**
 * Return the window, and its parts by name.
 * @param {{name: string, logo: string, isButton: boolean, isPage: boolean, brand: boolean, close: () => void}} options
 */
export function panelOf({ name, logo, isButton, isPage, brand, close }) {
  const own = mark();
  own.id = "mark";
  const image = h("img#logo.logo", { alt: "", referrerpolicy: "no-referrer", hidden: true, onload: () => { image.hidden = false; own.toggleAttribute("hidden", true); } });
  if (logo) image.src = logo;
  const part = {
    mark: h("span.mark", { "aria-hidden": "true" }, own, image),
    title: h("h1#title", null, name || "…"),
    connection: h("p#connection.connection", { role: "status", "data-state": "connecting" }, words.connecting),
    sound: tool("sound", words.sound, BELL),
    restart: tool("restart", words.restart, PLUS),
    share: tool("share", words.share, SHARE),
    close: tool("close", words.close, CROSS),
    welcome: h("section#welcome.welcome", { hidden: true }, h("h2#welcome-title", null, name), h("p", null, words.begin)),
    earlier: h("button#earlier.earlier", { hidden: true }, words.earlier),
    log: h("ol#log.log"),
    replies: h("div#replies.replies", { role: "group", "aria-label": words.suggested }),
    latest: h("button#latest.latest", { hidden: true }, words.latest, h("span", { "aria-hidden": "true" }, " ↓")),
    ask: h("div#ask.ask", { role: "alertdialog", "aria-labelledby": "ask-text", hidden: true }, h("p#ask-text", null, words.restartAsk)),
    yes: h("button#yes", null, words.restartYes),
    no: h("button#no", null, words.restartNo),
    alarm: h("p#alarm.alarm", { role: "alert" }),
    tray: h("ul#tray.tray", { "aria-label": words.attached, hidden: true }),
    attach: h("button#attach.round", { "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": words.attach, title: words.attach }, icon(CLIP)),
    holder: h("div.attach"),
    text: h("textarea#text", { dir: "auto", rows: 1, placeholder: words.write, "aria-label": words.message, enterkeyhint: "send", autocomplete: "off" }),
    send: h("button#send.round.send", { type: "submit", "aria-label": words.send, disabled: true }, icon(ARROW)),
    said: h("div.unseen", { "aria-live": "polite" }),
    drop: h("div#drop.drop", { "aria-hidden": "true", hidden: true }, words.drop),
  };
  part.holder.append(part.attach);
  part.ask.append(part.yes, part.no);
  const messages = h("div", { role: "log", "aria-live": "off", "aria-label": words.messages }, part.log); // `said` speaks instead
  const column = h("div.column", null, part.welcome, part.earlier, messages, part.replies);
  const scroll = h("div#scroll.scroll", { tabindex: 0, role: "region", "aria-label": words.conversation }, column);
  const composer = h("form#composer.composer", null, part.holder, part.text, part.send);
  const panel = h(isPage ? "main.panel" : "section.panel", { role: isButton && "dialog", "aria-label": name || words.conversation, lang: language, dir: direction, tabindex: -1 },
    h("div.bar", null,
      part.mark,
      h("div.who", null, h("slot", { name: "title" }, part.title), part.connection),
      part.sound, part.restart, ...(isPage ? [part.share] : []), ...(isButton ? [part.close] : [])),
    h("div.middle", null, scroll, part.latest),
    h("div.dock", null, part.ask, part.alarm, part.tray, composer, ...(brand ? [h("p.brand", null, words.brand.replace("{}", "botflow"))] : [])),
    part.said, part.drop);
  part.close.addEventListener("click", close);
  return { ...part, panel, scroll, column, composer };
}

/** @param {string} id @param {string} label @param {string} drawing */
function tool(id, label, drawing) {
  return h(`button#${id}.round`, { "aria-label": label, title: label }, icon(drawing));
}

/** @typedef {ReturnType<typeof panelOf>} Panel */
