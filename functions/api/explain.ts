/**
 * What a push of an image would do, or what the push of a call would do if it came now: every trigger of its repository
 * with its decision, and what would then become of it, asked of the same code that decides pushes. Nothing is written.
 */
import type { Call } from '../core/call.ts';
import { type Decided, decideAll } from '../core/decide-all.ts';
import type { HookDefinition } from '../core/definitions.ts';
import { formatImage, parseImage } from '../core/image.ts';
import type { FateView } from './fate-view.ts';
import type { ApiPorts } from './ports.ts';
import { refuse } from './request.ts';
import { through, warningsOf } from './trigger-warnings.ts';
import { everyTrigger, unheard } from './unheard.ts';
import { iso } from './views.ts';
import { whatThen } from './what-then.ts';
import { type Lang, wordsOf } from './words.ts';

const FIRES = {
  en: { sentence: 'The push fires this trigger.', cure: 'Nothing to do.' },
  zh: { sentence: '该推送会触发此触发器。', cure: '无需处理。' },
} as const satisfies Record<Lang, { readonly sentence: string; readonly cure: string }>;

interface Asked {
  readonly image?: string | undefined;
  readonly hook?: string | undefined;
  readonly call?: string | undefined;
}

export const explain = async (asking: Asked, lang: Lang, ports: ApiPorts) => {
  const { text, hook: hookName, call } = await questionOf(asking, ports);
  const image = parseImage(text);
  if (!image.ok) throw refuse('image', image.why);
  const { tag, digest } = image.value;
  if (tag === undefined) throw refuse('image', 'it has no tag, and only a push under a tag can fire: write host/path:tag');
  const hook = hookName === undefined ? undefined : await requireHook(hookName, ports);
  const named = { tag, ...(digest === undefined ? {} : { digest }) };
  const push = hook === undefined ? undefined : through(hook, { repository: image.value.repository, ...named }, ports);
  const asked = { ...(call === undefined ? {} : { call: callOf(call) }), image: formatImage(image.value), repository: image.value.repository, tag };
  if (push?.ok === false) return { ...asked, hook: hookName, triggers: [], ignored: push.why };

  const repository = push?.value.repository ?? image.value.repository;
  const triggers = await ports.triggersOf(repository);
  // Without a hook each trigger is asked about a push through its own.
  const decided = (await Promise.all(triggers.map((trigger) => decideAll([trigger], { hook: hookName ?? trigger.hook, tag })))).flat();
  const applications = await findAll(
    triggers.map(({ application }) => application),
    ports.applications.get,
  );
  const hooks = await findAll(
    triggers.map((trigger) => trigger.hook),
    ports.hooks.get,
  );
  const fired = decided.flatMap(({ trigger, decision }) => (decision.fires ? [trigger] : []));
  const verdicts = await whatThen(fired, { repository, ...named }, lang, ports);
  return {
    ...asked,
    repository,
    hook: hookName,
    triggers: decided.map((each) => ({
      ...decisionView(each, verdicts.get(each.trigger.name), lang),
      ...warningsOf(each.trigger, applications.get(each.trigger.application), hooks.get(each.trigger.hook), (own) =>
        through(own, { repository, ...named }, ports),
      ),
    })),
    ...(triggers.length === 0 ? unheard(repository, await everyTrigger(ports)) : {}),
  };
};

interface Question {
  readonly text: string;
  readonly hook: string | undefined;
  readonly call?: Call;
}

const questionOf = async ({ image, hook, call: id }: Asked, ports: ApiPorts): Promise<Question> => {
  if (id === undefined) {
    if (image === undefined) throw refuse('image', 'it is missing: give an image as host/path:tag, or a "call" to ask what its push would do now');
    return { text: image, hook };
  }
  const [other] = [...(image === undefined ? [] : ['image']), ...(hook === undefined ? [] : ['hook'])];
  if (other !== undefined) throw refuse(other, 'a call has its own: leave it out, or leave out "call"');
  const call = await ports.calls.get(id, ports.now());
  if (call === undefined) throw refuse('call', `no call has the id ${JSON.stringify(id.slice(0, 100))}`, 'GET /v1/calls');
  if (call.trigger.startsWith('!'))
    throw refuse('call', `no trigger made it, but ${call.hook === '' ? 'a person or a policy' : 'a trigger URL'}: ask about its image instead`);
  const { repository, tag, digest } = call;
  return { text: formatImage({ repository, tag, ...(digest === undefined ? {} : { digest }) }), hook: call.hook, call };
};

/** What became of it when it came. */
const callOf = ({ id, status, reason, receivedAt }: Call) => ({ id, status, reason, receivedAt: iso(receivedAt) });

const requireHook = async (name: string, ports: ApiPorts): Promise<HookDefinition> => {
  const hook = await ports.hooks.get(name);
  if (hook === undefined) throw refuse('hook', `no hook is named ${name}: leave "hook" out to ask about each trigger's own`);
  return hook;
};

const decisionView = ({ trigger, decision }: Decided, verdict: FateView | undefined, lang: Lang) => ({
  trigger: trigger.name,
  application: trigger.application,
  hook: trigger.hook,
  repository: trigger.repository,
  fires: decision.fires,
  ...(decision.fires ? { ...FIRES[lang], verdict } : { ...wordsOf(decision.reason, lang), detail: decision.detail }),
});

const findAll = async <T>(names: readonly string[], get: (name: string) => Promise<T | undefined>): Promise<ReadonlyMap<string, T>> => {
  const found = await Promise.all([...new Set(names)].map(async (name) => [name, await get(name)] as const));
  return new Map(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
};
