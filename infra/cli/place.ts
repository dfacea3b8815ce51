/** Which engine is meant: by flags, else by the environment. A flag for one kind overrules a variable for the other. */
import { type Io, misused } from './io.ts';

/** As flags of the program give it. */
export interface Where {
  readonly data?: string;
  readonly stack?: string;
  readonly region?: string;
}

export type Place = { readonly kind: 'stack'; readonly stack: string; readonly region?: string } | { readonly kind: 'local'; readonly directory: string };

const PLACE_VARIABLES = { data: 'IMAGE_TRIGGERS_DATA', stack: 'IMAGE_TRIGGERS_STACK', region: 'IMAGE_TRIGGERS_REGION' } as const satisfies Record<
  keyof Where,
  string
>;

const DEFAULT_DIRECTORY = '.image-triggers';

export const placeOf = (where: Where, { env }: Pick<Io, 'env'>): Place => {
  const given = (name: keyof Where): string | undefined => env[PLACE_VARIABLES[name]] || undefined;
  if (where.stack !== undefined && where.data !== undefined) throw misused('give either --stack, for AWS, or --data, for the local engine');
  const [data, stack] = where.stack === undefined && where.data === undefined ? [given('data'), given('stack')] : [where.data, where.stack];
  if (data !== undefined && stack !== undefined)
    throw misused(`${PLACE_VARIABLES.data} and ${PLACE_VARIABLES.stack} are both set: say which is meant by --data or --stack`);
  if (stack === undefined) return { kind: 'local', directory: data ?? DEFAULT_DIRECTORY };
  const region = where.region ?? given('region');
  return { kind: 'stack', stack, ...(region === undefined ? {} : { region }) };
};
