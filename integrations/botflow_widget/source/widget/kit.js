/** What the parts use that are loaded later: they get it handed, and import nothing, so that each is one file. */

import { addressOf } from "./addresses.js";
import { FILE_ICON, PIN_ICON, linkButton, placeName, sizeName } from "./bubble.js";
import { adopt, h, icon } from "./dom.js";
import { markup } from "./markup.js";
import { reason, words } from "./words.js";

export const kitOf = () => ({ addressOf, adopt, FILE_ICON, PIN_ICON, linkButton, placeName, sizeName, h, icon, markup, reason, words });

/** @typedef {ReturnType<typeof kitOf>} Kit */
