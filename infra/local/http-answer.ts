/** What a function gave back, as the HTTP answer that API Gateway makes of it (payload format 2.0). */
import type { Invocation } from './function-process.ts';
import { isFields } from './json.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

const messageAnswer = (status: number, message: string): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ message })),
});

export const NOT_FOUND = messageAnswer(404, 'Not Found');
export const FORBIDDEN = messageAnswer(403, 'Forbidden');
export const BAD_REQUEST = messageAnswer(400, 'Bad Request');
export const TOO_LARGE = messageAnswer(413, 'Request Entity Too Large');
export const HEADERS_TOO_LARGE = messageAnswer(431, 'Request Header Fields Too Large');
/** The function failed, ended, answered nonsense or ran into its own time-out. */
export const FUNCTION_FAILED = messageAnswer(500, 'Internal Server Error');
/** The integration's time-out (30 s at most) came first. */
export const UNAVAILABLE = messageAnswer(503, 'Service Unavailable');

/** Lambda's limit for a synchronous request and answer. */
export const LARGEST_PAYLOAD_BYTES = 6 * 1024 * 1024;

export const answerOf = (invocation: Invocation): HttpAnswer => {
  if (invocation.is !== 'ok') return FUNCTION_FAILED;
  const { payload } = invocation;
  if (Buffer.byteLength(JSON.stringify(payload) ?? '') > LARGEST_PAYLOAD_BYTES) return FUNCTION_FAILED;
  // Without a status code the whole value is the body.
  if (!isFields(payload) || payload.statusCode === undefined)
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(typeof payload === 'string' ? payload : (JSON.stringify(payload) ?? '')),
    };
  const { statusCode, headers, cookies, body, isBase64Encoded } = payload;
  const status = Number(statusCode);
  if (
    !Number.isInteger(status) ||
    status < 100 ||
    status > 599 ||
    (headers !== undefined && !isFields(headers)) ||
    (body !== undefined && body !== null && typeof body !== 'string')
  )
    return FUNCTION_FAILED;
  const named = Object.entries(headers ?? {}).map(([name, value]): [string, string] => [name.toLowerCase(), String(value)]);
  const withType: [string, string][] = named.some(([name]) => name === 'content-type') ? named : [['content-type', 'text/plain; charset=utf-8'], ...named];
  return {
    status,
    headers: { ...Object.fromEntries(withType), ...(Array.isArray(cookies) && cookies.length > 0 ? { 'set-cookie': cookies.map(String) } : {}) },
    body: Buffer.from(typeof body === 'string' ? body : '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
};
