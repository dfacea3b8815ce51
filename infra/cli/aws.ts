/** What every AWS client of the command line is made with, and what is said where AWS refuses. */
import { CliError } from './io.ts';

export const awsClient = async (region: string | undefined) => {
  // Heavy, and needed only here.
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  return { ...(region === undefined ? {} : { region }), credentials: fromNodeProviderChain() };
};

const REFUSALS = /^(?:AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError)$/;

/** Of a refusal, which permission is missing; of anything else what `other` makes of it. */
export const denied = (error: unknown, permission: string, other: (what: string) => CliError): CliError => {
  if (error instanceof CliError) return error;
  if (!(error instanceof Error)) return other(String(error));
  return REFUSALS.test(error.name)
    ? new CliError(`AWS refused: these credentials need the permission ${permission}`)
    : other(`${error.name}: ${error.message}`);
};
