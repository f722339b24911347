/** The server refused a call, and says why; what is no refusal but a failure on the way is a TypeError of fetch. */

const PASSING = [408, 425, 429];
const BROKEN = [400, 413, 415, 422]; // what a proxy may say of a request itself, without a code of botflow
const LONGEST_WAIT_S = 300;

export class Refusal extends Error {
  /**
   * @param {number} status of HTTP; 0 when this client refused by itself
   * @param {{code?: string, detail?: string, hint?: string}} problem
   * @param {number} [retryAfterS]
   */
  constructor(status, { code = "", detail = "", hint = "" }, retryAfterS = 0) {
    super(detail || `HTTP ${status}`);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.hint = hint;
    this.retryAfterS = retryAfterS;
  }

  /** Whether the same request will be refused again: another page's 403, such as a hotel's, is not final. */
  get isFinal() {
    const isOurs = this.code ? this.status < 500 && !PASSING.includes(this.status) : BROKEN.includes(this.status);
    return isOurs || this.retryAfterS > LONGEST_WAIT_S;
  }

  /** Whether the token, or its conversation, is not known any more. */
  get isLost() {
    return /^(token|session)\./.test(this.code) && [401, 403, 404].includes(this.status);
  }

  /** Whether nobody may call like this: without a token, with this one, or from this page. */
  get isForbidden() {
    return this.isLost || (this.code !== "" && [401, 403].includes(this.status));
  }
}
