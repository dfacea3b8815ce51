/** An error of an AWS JSON API, as the endpoint answers it and SDK clients name it. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** The name that older SQS clients know. */
  readonly queryCode: string | undefined;

  constructor(code: string, message: string, options: { readonly status?: number; readonly queryCode?: string } = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = options.status ?? 400;
    this.queryCode = options.queryCode;
  }
}
