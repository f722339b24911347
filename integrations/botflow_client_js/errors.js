/** What a call throws. None of it holds the API key. */

/** The root of all errors of this package. */
export class BotflowClientError extends Error {
  /**
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(message, options) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * The server refused the call. `code` is stable, such as `workflow.not_found`; `detail` says what is wrong and `hint`
 * what to do; `problem` is the whole document.
 */
export class ApiError extends BotflowClientError {
  /**
   * @param {number} status
   * @param {Record<string, unknown>} problem
   * @param {number | null} retryAfterS
   */
  constructor(status, problem, retryAfterS = null) {
    const code = String(problem.code ?? "");
    const detail = String(problem.detail || problem.title || "");
    const hint = String(problem.hint ?? "");
    super(`${code || `HTTP ${status}`}: ${detail}${hint && ` (${hint})`}`);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.hint = hint;
    this.problem = problem;
    this.retryAfterS = retryAfterS;
  }
}

/**
 * The server could not be reached, or its answer was lost. With `mayHaveArrived` a change may have been made: look,
 * before you call again with a new Idempotency-Key.
 */
export class NoAnswer extends BotflowClientError {
  /**
   * @param {string} message
   * @param {boolean} mayHaveArrived
   * @param {ErrorOptions} [options]
   */
  constructor(message, mayHaveArrived = true, options) {
    super(message, options);
    this.mayHaveArrived = mayHaveArrived;
  }
}

/** An answer that is not what the API describes: it is too large, no JSON, or from something else than botflow. */
export class UnexpectedAnswer extends BotflowClientError {}

/**
 * Return the error for an answer that is no success; a proxy's page has no code.
 *
 * @param {number} status
 * @param {string} content
 * @param {number | null} retryAfterS
 */
export function refusal(status, content, retryAfterS) {
  let problem;
  try {
    problem = JSON.parse(content);
  } catch {
    problem = null;
  }
  if (typeof problem !== "object" || problem === null || Array.isArray(problem)) {
    problem = { detail: `the server, or a proxy before it, answered ${status} without saying why` };
  }
  return new ApiError(status, problem, retryAfterS);
}
