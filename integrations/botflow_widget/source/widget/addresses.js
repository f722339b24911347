/** Addresses of files: our own are found below the server, whatever a proxy has made of its name. */

const OWN = /\/chat\/[^/?#]+\/files\/[^?#]+\?.*$/;
const here = { server: "" };

/** @param {string} server where this botflow is */
export function useServer(server) {
  here.server = server;
}

/** @param {string} url */
export function addressOf(url) {
  const own = OWN.exec(url);
  if (own && (url.startsWith("/") || url.startsWith(new URL(here.server).origin))) return new URL(own[0].slice(1), here.server).href;
  return url;
}

/** @param {string} address */
export function nameIn(address) {
  try {
    return decodeURIComponent(new URL(address).pathname.split("/").at(-1) ?? "");
  } catch {
    return "";
  }
}
