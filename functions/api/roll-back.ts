/** Where a roll back leads: what ran before, what a call deployed, or a version of the template. */
import { type ApplicationState, isPending, type Run, WHOLE, WHOLE_TEMPLATE } from '../core/application.ts';
import type { Call } from '../core/call.ts';
import type { ApplicationDefinition } from '../core/definitions.ts';
import { deployedVersion, goodsOf, wayBack } from '../core/history.ts';
import { parseImage, parseRepository } from '../core/image.ts';
import type { RollbackBody } from '../schema/wish.ts';
import { findVersion } from './find-application.ts';
import type { ApiPorts } from './ports.ts';
import { Problem, unknownName } from './problem.ts';
import { refuse } from './request.ts';
import type { Wished } from './wish.ts';

type Place = Required<Pick<Wished, 'repository' | 'tag'>> & Pick<Wished, 'digest' | 'version'>;

/** An image as a person writes it, with at least a tag or a digest. */
export const imageOfText = (text: string): Place => {
  const image = parseImage(text);
  if (!image.ok) throw refuse('image', image.why);
  const { repository, tag, digest } = image.value;
  if (tag === undefined && digest === undefined) throw refuse('image', 'it has neither tag nor digest: write host/path:tag, host/path@sha256:… or both');
  return { repository, tag: tag ?? '', ...(digest === undefined ? {} : { digest }) };
};

export const rollBackTo = async (application: ApplicationDefinition, body: Omit<RollbackBody, 'why'>, ports: ApiPorts): Promise<Place> => {
  const { call, version, repository } = body;
  if ([call, version, repository].filter((given) => given !== undefined).length > 1)
    throw refuse('call', 'give one of "call", "version" and "repository", or none of them for what ran before');
  if (version !== undefined) return versionOf(application, version, ports);
  if (call !== undefined) return placeOfCall(application, call, ports);
  return previous(application, repository, await ports.states.get(application.name), ports);
};

const versionOf = async ({ name, target }: ApplicationDefinition, version: number, ports: ApiPorts): Promise<Place> => {
  if (!(await ports.takesTemplates(target)))
    throw refuse('version', `the target of ${name} takes images and no template: roll back to a call`, `GET /v1/calls?application=${name}&status=deployed`);
  await findVersion(name, version, ports);
  return { repository: WHOLE_TEMPLATE, tag: '', version };
};

const placeOfCall = async (application: ApplicationDefinition, id: string, ports: ApiPorts): Promise<Place> => {
  const call = await ports.calls.get(id, ports.now());
  if (call === undefined || call.application !== application.name) throw unknownName('call', id);
  const list = `GET /v1/calls?application=${application.name}&status=deployed`;
  if (!ran(call))
    throw new Problem('not-deployed', `the call ${id} is ${call.status} and deployed nothing: name one that did, or deploy its image`, {
      next: [list, `POST /v1/applications/${application.name}/deploy`],
    });
  if (call.repository === WHOLE) throw new Problem('not-deployed', `the call ${id} was a restart and set no image: name one that did`, { next: [list] });
  if (call.repository === WHOLE_TEMPLATE) return versionOf(application, call.version ?? 0, ports);
  const { repository, tag, digest } = call;
  // The image alone, also where it made a version of a template: that version holds the images of other repositories too.
  return { repository, tag, ...(digest === undefined ? {} : { digest }) };
};

const ran = ({ status, reason }: Call): boolean => status === 'delivered' || status === 'succeeded' || reason === 'already-running';

const previous = async (
  application: ApplicationDefinition,
  asked: string | undefined,
  state: ApplicationState | undefined,
  ports: ApiPorts,
): Promise<Place> => {
  const { name } = application;
  // An image for which the target has no container is nothing that runs.
  const runs = Object.entries(state?.runs ?? {}).filter(([key, run]) => key !== WHOLE && key !== WHOLE_TEMPLATE && (isPending(run) || goodsOf(run).length > 0));
  const repository = asked === undefined ? onlyOne(name, runs) : repositoryOf(asked);
  const before = repository === undefined ? undefined : wayBack(state?.runs[repository] ?? {}, await laterIn(application, repository, state, ports));
  if (repository === undefined || before === undefined)
    throw new Problem(
      'nothing-before',
      `nothing is known to have run before what ${name} runs now${asked === undefined ? '' : ` of ${asked}`}: name a call that deployed, or deploy an image`,
      { next: [`GET /v1/calls?application=${name}&status=deployed`, `POST /v1/applications/${name}/deploy`] },
    );
  const { tag, digest } = before;
  return { repository, tag, ...(digest === undefined ? {} : { digest }) };
};

/** Where a version of the template came after what was deployed of the repository: its image runs, whatever the run says. */
const laterIn = async ({ name, parameters = {} }: ApplicationDefinition, repository: string, state: ApplicationState | undefined, ports: ApiPorts) => {
  const { [repository]: run = {}, [WHOLE_TEMPLATE]: whole = {} } = state?.runs ?? {};
  const deployed = state === undefined ? undefined : deployedVersion(state);
  const version = deployed === undefined || deployed === goodsOf(run)[0]?.version ? undefined : await ports.templates.get(name, deployed);
  if (version === undefined) return undefined;
  const { templateImages } = await import('../core/template-images.ts');
  const read = templateImages(version.text, parameters);
  const images = read.ok ? read.value.map(({ image }) => parseImage(image)) : [];
  const written = images.find((image) => image.ok && image.value.repository === repository);
  if (written === undefined || !written.ok) return undefined;
  const { tag = '', digest } = written.value;
  const back = whole.desired !== undefined && run.desired !== undefined && run.desired.order < whole.desired.order;
  return { tag, ...(digest === undefined ? {} : { digest }), back };
};

const repositoryOf = (text: string): string => {
  const repository = parseRepository(text);
  if (!repository.ok) throw refuse('repository', repository.why);
  return repository.value;
};

const onlyOne = (name: string, runs: readonly (readonly [string, Run])[]): string | undefined => {
  if (runs.length > 1)
    throw refuse(
      'repository',
      `${name} runs images of ${runs.length} repositories (${runs
        .slice(0, 5)
        .map(([repository]) => repository)
        .join(', ')}): say which one shall go back`,
    );
  return runs[0]?.[0];
};
