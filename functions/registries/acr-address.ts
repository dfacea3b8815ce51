/**
 * Which URLs ACR calls, since it takes others without a word and then sends nothing: https on 443 alone, with a certificate of
 * a public authority, and http on a list of ports.
 * https://www.alibabacloud.com/help/en/acr/user-guide/use-webhooks
 */

const HTTP_PORTS: readonly number[] = [80, 21, 443, 70, 210, 280, 488, 591, 777];
const FIRST_FREE_PORT = 1_025;
const LONGEST = 1_024;
const THIS_MACHINE = /^(?:localhost|127\.[\d.]+|\[::1\])$/;

/** Why ACR cannot call it, and what to do; undefined where it can, or where the text is no URL. */
export const acrAddressProblem = (text: string): string | undefined => {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port } = new URL(text);
  if (THIS_MACHINE.test(hostname)) return `only this machine can call ${hostname}: let ACR reach it by a public address, as a tunnel gives one`;
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  if (protocol === 'https:' && number !== 443) return `ACR calls https on port 443 alone, and not on ${number}: let the URL be reached there`;
  if (protocol === 'http:' && number < FIRST_FREE_PORT && !HTTP_PORTS.includes(number))
    return `ACR calls http on the ports ${HTTP_PORTS.join(', ')} and ${FIRST_FREE_PORT} to 65535, and not on ${number}: let the URL be reached on one of these`;
  return text.length > LONGEST ? `ACR takes URLs of up to ${LONGEST} characters, and this one has ${text.length}: let a shorter host lead here` : undefined;
};

export const acrWarnings = (url: string): readonly string[] => {
  const problem = acrAddressProblem(url);
  return problem === undefined ? [] : [`ACR cannot call this URL: ${problem}.`];
};
