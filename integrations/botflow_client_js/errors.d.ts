/** The root of all errors of this package. */
export class BotflowClientError extends Error {
  constructor(message: string, options?: ErrorOptions);
}

/** The server refused the call. `code` is stable; `detail` says what is wrong, and `hint` what to do. */
export class ApiError extends BotflowClientError {
  constructor(status: number, problem: Record<string, unknown>, retryAfterS?: number | null);
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
  /** The whole document, with fields that some codes have besides. */
  readonly problem: Readonly<Record<string, unknown>>;
  readonly retryAfterS: number | null;
}

/** No answer came. With `mayHaveArrived` a change may have been made. */
export class NoAnswer extends BotflowClientError {
  constructor(message: string, mayHaveArrived?: boolean, options?: ErrorOptions);
  readonly mayHaveArrived: boolean;
}

/** An answer that is not what the API describes. */
export class UnexpectedAnswer extends BotflowClientError {}

export function refusal(status: number, content: string, retryAfterS: number | null): ApiError;
