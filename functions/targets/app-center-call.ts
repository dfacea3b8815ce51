/**
 * A call of a trigger URL. Its bodies and its answer are those of the vendor's pages "使用触发器" and "使用Jenkins持续集成自动更新应用":
 * no body deploys again; a patch that names a Deployment, a container and an image sets that image in the template first.
 * The answer is `{"code":"200","message":"","requestId":…}`, and the code in it decides: the status says only that it was heard.
 */
import { fields } from '../core/fields.ts';
import { formatImage, type Image } from '../core/image.ts';
import { jsonIn } from '../core/json-in.ts';
import type { Outcome } from '../core/outcome.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { shown } from '../core/shown.ts';
import { failureOf, oneLine, outcomeOf } from './answer-outcome.ts';
import type { AppCenterConfig } from './app-center-config.ts';
import { secretValue } from './secret-value.ts';
import type { Obstacle, OutboundAnswer, TargetIo, Wish } from './target.ts';
import { urlProblem } from './url-problem.ts';

export const callAppCenter = async (config: AppCenterConfig, wish: Wish, io: TargetIo): Promise<Outcome> => {
  const body = bodyOf(config, wish);
  if (!body.ok) return { is: 'refused', why: { code: 'target-misconfigured', detail: body.why } };
  const url = await secretValue(config.url, 'trigger URL', io, readUrl);
  if (url.is !== 'read') return url;
  const answer = await io.request({
    method: 'POST',
    url: url.value,
    headers: { ...(body.value === '' ? {} : { 'content-type': 'application/json' }), 'idempotency-key': io.idempotencyKey },
    body: body.value,
    repeatable: io.atMostOnce !== true,
  });
  const outcome = outcomeOf(answer, io.now());
  return answer.is === 'answered' && outcome.is === 'delivered' ? (failureSaid(answer, io.now()) ?? outcome) : outcome;
};

export const appCenterObstacle = async ({ url }: AppCenterConfig, io: TargetIo): Promise<Obstacle | undefined> => {
  const read = await secretValue(url, 'trigger URL', io, readUrl);
  return read.is === 'read' ? undefined : read;
};

/** A restart, and whatever else is no image, deploys again. */
const bodyOf = ({ body, deployment, container, pin }: AppCenterConfig, wish: Wish): Parsed<string> => {
  if (body === 'empty' || !('set' in wish)) return parsed('');
  const [first, ...others] = wish.set;
  if (first === undefined || others.length > 0) return refused(`one container runs one image, and not ${wish.set.length}`);
  const image = imageText(first.image, pin !== false);
  return parsed(
    JSON.stringify({
      resource: { deployment: { metadata: { name: deployment }, spec: { template: { spec: { containers: [{ name: container, image }] } } } } },
    }),
  );
};

const imageText = ({ repository, tag, digest }: Image, pin: boolean): string =>
  formatImage({
    repository,
    ...(tag === undefined ? {} : { tag }),
    // Without a tag only the digest says which one is meant.
    ...(digest === undefined || (!pin && tag !== undefined) ? {} : { digest }),
  });

/** A line break at the end is what editors and shells leave behind. What is no address at all may be another secret: not a word of it is repeated. */
const readUrl = (text: string): Parsed<string> => {
  const url = text.trim();
  const problem = /^https?:/i.test(url) ? urlProblem(url) : 'is not a URL: write https://host/hook/trigger?token=…';
  return problem === undefined ? parsed(url) : refused(problem);
};

/** Undefined when it says "200". Read from the record, where the token is taken out: what it says ends up in a sentence. */
const failureSaid = (answer: Extract<OutboundAnswer, { is: 'answered' }>, now: number): Outcome | undefined => {
  const text = answer.exchange.response?.body.text ?? '';
  const reply = readReply(text);
  if (reply === undefined) {
    const beginning = oneLine(text);
    const detail = `answered ${answer.status} without the {"code":"200",…} of a trigger URL${beginning === '' ? '' : `: ${beginning}`}`;
    return failureOf(answer, MALFORMED, detail, now);
  }
  if (reply.code === '200') return undefined;
  const message = oneLine(reply.message);
  return failureOf(answer, statusOf(reply.code), `answered ${answer.status} with the code ${shown(reply.code)}${message === '' ? '' : `: ${message}`}`, now);
};

/** Whatever it is that answered, asking again brings nothing else. */
const MALFORMED = 400;

/** What failures look like is documented nowhere: a code is a status, or a name as the vendor's other interfaces have them. */
const statusOf = (code: string): number => {
  if (/^[45]\d\d$/.test(code)) return Number(code);
  return /throttl|busy|unavailable|internal|timeout/i.test(code) ? 503 : MALFORMED;
};

interface Reply {
  readonly code: string;
  readonly message: string;
}

const readReply = (text: string): Reply | undefined => {
  const { code, message } = fields(jsonIn(text));
  if (typeof code !== 'string' && typeof code !== 'number') return undefined;
  return { code: String(code), message: typeof message === 'string' ? message : '' };
};
