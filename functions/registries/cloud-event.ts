/**
 * CloudEvents 1.0 over HTTP, in its three modes: https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md
 *
 *   binary       `ce-id`, `ce-source`, `ce-type`, `ce-time` … are headers, the body is the data
 *   structured   {"specversion":"1.0","id","source","type","time","data":{…}}
 *   batch        [ {…}, … ]
 */
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { decodeJson, headerOf, textIn } from './payload.ts';
import type { RawRequest, Reading } from './registry.ts';

export interface CloudEvent {
  readonly type: string;
  /** All attributes with the extensions, as `textIn` reads them. */
  readonly attributes: unknown;
  readonly data: unknown;
}

export const cloudEventsOf = (request: RawRequest): Parsed<readonly CloudEvent[]> => {
  const json = decodeJson(request.body);
  const type = headerOf(request, 'ce-type');
  if (!json.ok) return json;
  if (type !== undefined) return parsed([{ type, attributes: attributesIn(request), data: json.value }]);
  const events = (Array.isArray(json.value) ? json.value : [json.value]).flatMap(structured);
  return events.length === 0 ? refused('the body is no CloudEvent: it has neither a header "ce-type" nor "specversion" and "type"') : parsed(events);
};

/** Whether one of the events has a type that begins so. */
export const hasType = (request: RawRequest, begin: string): boolean => {
  const events = cloudEventsOf(request);
  return events.ok && events.value.some(({ type }) => type.startsWith(begin));
};

/** The sender's id of the event, unique only together with its source. */
export const eventIdOf = ({ attributes }: CloudEvent): string | undefined => {
  const id = textIn(attributes, 'id');
  return id === undefined ? undefined : `${textIn(attributes, 'source') ?? ''}#${id}`;
};

/**
 * Before it delivers, a sender asks by OPTIONS whether it may: "abuse protection" of
 * https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md. The token in the URL has said yes already.
 */
export const handshakeOf = (request: RawRequest): Reading | undefined => {
  const origin = headerOf(request, 'webhook-request-origin');
  if (request.method !== 'OPTIONS' || origin === undefined) return undefined;
  if (!ORIGIN.test(origin))
    return { is: 'unreadable', why: 'the header "WebHook-Request-Origin" is not a host name: the sender has to say who it is, as in eventgrid.azure.net' };
  return { is: 'handshake', answer: { status: 200, headers: { allow: 'POST', 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' } } };
};

const ORIGIN = /^[A-Za-z0-9.-]{1,253}$/;

const structured = (value: unknown): CloudEvent[] => {
  const type = textIn(value, 'type');
  if (type === undefined || textIn(value, 'specversion') === undefined) return [];
  return [{ type, attributes: value, data: Object.getOwnPropertyDescriptor(value, 'data')?.value }];
};

const attributesIn = ({ headers }: RawRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (name.startsWith('ce-') ? [[name.slice(3), value]] : [])));
