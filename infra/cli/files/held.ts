/** What the API has, by kind and name; each as the API shows it. */
import { ECR_HOOK } from '../../../functions/core/ecr-hook.ts';
import { type Fields, fields, textOf } from '../../../functions/core/fields.ts';
import type { Kind } from '../../../functions/schema/file.ts';
import type { Session } from '../session.ts';

export type Asking = Pick<Session, 'ask' | 'pages' | 'see'>;
export type Held = Readonly<Record<Kind, ReadonlyMap<string, Fields>>>;

const PATHS = { Hook: '/v1/hooks', Application: '/v1/applications', Trigger: '/v1/triggers' } as const satisfies Record<Kind, string>;

export const pathOf = (kind: Kind, name?: string, rest = ''): string => `${PATHS[kind]}${name === undefined ? '' : `/${encodeURIComponent(name)}${rest}`}`;
export const idOf = ({ kind, name }: { readonly kind: Kind; readonly name: string }): string => `${kind.toLowerCase()}/${name}`;

/** The hook `ecr` belongs to the stack: it may be heard, and is in no file. */
export const isBuiltIn = ({ kind, name }: { readonly kind: Kind; readonly name: string }): boolean => kind === 'Hook' && name === ECR_HOOK.name;

export const readHeld = async (session: Asking): Promise<Held> => {
  const all = async (kind: Kind) => {
    const { items } = await session.pages(pathOf(kind), {});
    return new Map(items.map((item) => [textOf(item.name), item]));
  };
  const [Hook, Application, Trigger] = [await all('Hook'), await all('Application'), await all('Trigger')];
  return { Hook, Application, Trigger };
};

export interface Template {
  readonly version: number;
  readonly text: string;
}

/** The newest version of an application's template; undefined where it has none. */
export const readTemplate = async (session: Asking, application: string): Promise<Template | undefined> => {
  const { items } = await session.pages(pathOf('Application', application, '/template/versions'), {}, 1);
  if (items.length === 0) return undefined;
  const { text, version } = fields(await session.ask({ method: 'GET', path: pathOf('Application', application, '/template') }));
  return typeof text === 'string' && typeof version === 'number' ? { text, version } : undefined;
};
