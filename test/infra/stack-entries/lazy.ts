/** Loads what it needs when it needs it, as the expression engine and the clients of targets are loaded. */
export const handler = async (event: { readonly expression: string; readonly tag: string }): Promise<boolean> => {
  const { RE2JS } = await import('re2js');
  return RE2JS.matches(event.expression, event.tag);
};

export const forbidden = async (): Promise<unknown> => new (await import('@aws-sdk/client-sts')).STSClient({});
