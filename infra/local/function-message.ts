/** What the engine and a function process say to each other. */
export interface Invoke {
  readonly payload: unknown;
  readonly requestId: string;
  /** Milliseconds since the epoch at which the process will be killed. */
  readonly deadline: number;
  readonly name: string;
  readonly arn: string;
  readonly memoryMb: number;
}

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type Said = { readonly is: 'ready' } | { readonly is: 'result'; readonly payload: unknown } | { readonly is: 'error'; readonly error: FunctionError };
