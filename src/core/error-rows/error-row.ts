/** One row of the table of errors. `status` is an HTTP status code. */
export interface ErrorRow {
  readonly status: number;
  readonly retryable: boolean;
  readonly message: string;
  readonly remedy: string;
}

/** A row in one line: status, whether it may work later by itself, what happened, what to do. */
export function row(status: number, retryable: boolean, message: string, remedy: string): ErrorRow {
  return { status, retryable, message, remedy };
}
