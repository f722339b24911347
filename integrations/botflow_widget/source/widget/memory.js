/** What the widget remembers of itself in this browser: nothing where storage is forbidden. Never what people say. */

/** @param {string} name of the conversation */
export function memoryOf(name) {
  const key = (/** @type {string} */ one) => `botflow:${one}:${name}`;
  return {
    /** @param {string} one @param {() => Storage} [store] */
    get(one, store = lasting) {
      try {
        return store().getItem(key(one)) ?? "";
      } catch {
        return "";
      }
    },
    /** @param {string} one @param {string} value @param {() => Storage} [store] */
    set(one, value, store = lasting) {
      try {
        value ? store().setItem(key(one), value) : store().removeItem(key(one));
      } catch { /* then it is forgotten */ }
    },
    /** Hear when another tab has changed it, until what this returns is called. @param {string} one @param {() => void} react */
    watch(one, react) {
      const listener = (/** @type {StorageEvent} */ event) => { if (event.key === key(one)) react(); };
      window.addEventListener("storage", listener);
      return () => window.removeEventListener("storage", listener);
    },
  };
}

const lasting = () => localStorage;
export const ofTab = () => sessionStorage;
