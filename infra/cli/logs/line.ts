/** One line that a function logged, wherever it was kept. */
import { type Fields, isFields, textOf } from '../../../functions/core/fields.ts';
import { jsonIn } from '../../../functions/core/json-in.ts';
import { lines } from '../output.ts';
import { withoutTokens } from '../secret-url.ts';

export const STAGES = ['ingest', 'match', 'deploy', 'api'] as const;
export type Stage = (typeof STAGES)[number];

export interface LogLine {
  /** The same whenever the line is read, and of no other. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly stage: Stage;
  /** What a step said; a text that is no such line stands in `text`. */
  readonly fields: Fields;
}

/** Without what the local engine adds: the time, and which stream a text came from. */
export const lineOf = (id: string, stage: Stage, written: string, at?: number): LogLine => {
  const text = withoutTokens(written.trimEnd());
  const { time, stream, line, ...fields } = parse(text);
  const own = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return {
    id,
    at: at ?? (Number.isNaN(own) ? 0 : own),
    stage,
    fields: line === undefined ? { ...(stream === undefined ? {} : { stream }), ...fields } : { text: line },
  };
};

/** What a library or the runtime itself wrote is a text alone. */
const parse = (text: string): Fields => {
  const read = jsonIn(text);
  return isFields(read) ? read : { text };
};

const ORDER: Readonly<Record<Stage, number>> = { ingest: 0, match: 1, deploy: 2, api: 3 };

/** As they came; at the same millisecond in the order of the flow. */
export const inOrder = (all: readonly LogLine[]): readonly LogLine[] => [...all].sort((a, b) => a.at - b.at || ORDER[a.stage] - ORDER[b.stage]);

/** That somebody read the API, and was answered: the page and this command line do so all the time. */
export const isReading = ({ stage, fields: { event, method, status } }: LogLine): boolean =>
  stage === 'api' && event === 'api.request' && method === 'GET' && typeof status === 'number' && status < 400;

/** What a line is about, most telling first. */
const ABOUT = ['call', 'push', 'delivery', 'request', 'message'] as const;

export const idOf = ({ fields }: LogLine): string => textOf(ABOUT.map((name) => fields[name]).find((value) => value !== undefined));

const STAGE_WIDTH = Math.max(...STAGES.map(({ length }) => length));
/** `deploy.attempted` */
const EVENT_WIDTH = 16;
/** 26 characters, a dot, and a short name. */
const ID_WIDTH = 34;

/** Of a value: traces are long, and `wide` shows them whole. */
const MOST_TEXT = 160;

/** For people: when, where, what, of what, and everything else that the line says. */
export const lineText = (line: LogLine, wide = false): string => {
  const { event, text, ...fields } = line.fields;
  const about = ABOUT.find((name) => fields[name] !== undefined);
  const rest = Object.entries(fields).flatMap(([name, value]) => (name === about ? [] : [`${name}=${valueText(value, wide)}`]));
  const said = [textOf(event).padEnd(EVENT_WIDTH), idOf(line).padEnd(ID_WIDTH), ...rest, ...(text === undefined ? [] : [textOf(text)])].join(' ');
  return lines([`${timeText(line.at)}  ${line.stage.padEnd(STAGE_WIDTH)}  ${event === undefined ? said.trimStart() : said}`.trimEnd()]);
};

const timeText = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, -1);

const valueText = (value: unknown, wide: boolean): string => {
  const whole = textOf(value);
  const text = wide || whole.length <= MOST_TEXT ? whole : `${whole.slice(0, MOST_TEXT)}…`;
  return text === '' || /[\s"=]/.test(text) ? JSON.stringify(text) : text;
};
