/** Words that guides have in common: what a person has to set beside the URL, by the credential that the hook asks for. */
import type { Paste } from './registry.ts';

interface Header {
  readonly name: string;
  readonly value: string;
}

/** `place` says where a header of this name and value is set. A hook that asks for none gets the same words as an offer. */
export const headerLines = (paste: Paste, place: (header: Header) => string): readonly string[] => {
  const asked = askedHeader(paste);
  return asked === undefined
    ? [`The hook asks for no header. Once it has a "credential": ${place({ name: 'Authorization', value: 'VALUE' })}`]
    : [`The hook asks for a header: ${place(asked)}`, valueIs(paste)];
};

/** Of a sender that can set the header `Authorization` and no other. */
export const authorizationLines = (paste: Paste, sender: string, place: (value: string) => string): readonly string[] => {
  const asked = askedHeader(paste);
  return asked === undefined || asked.name === 'Authorization'
    ? headerLines(paste, ({ value }) => place(value))
    : [`The hook asks for the header ${asked.name}, and ${sender} can send none but Authorization: set the credential of the hook anew.`];
};

/** `place` says where the secret is set; the same text in both places makes the signature. */
export const secretLine = ({ credential }: Paste, place: string): string =>
  credential?.by === 'hmac'
    ? `${place}: SECRET, the text that the hook was given as its credential.`
    : `${place}: leave it empty, the hook asks for no signature. Better: give the hook a "credential" by hmac, and the same text here.`;

/** What `curl` needs beside the URL, with a blank in front. */
export const curlFlags = (paste: Paste): string => {
  if (paste.credential?.by === 'basic') return " -u 'USER:PASSWORD'";
  const asked = askedHeader(paste);
  return asked === undefined ? '' : ` -H '${asked.name}: ${asked.value}'`;
};

export const askedHeader = ({ credential }: Paste): Header | undefined => {
  if (credential?.by === 'basic') return { name: 'Authorization', value: 'Basic VALUE' };
  return credential?.by === 'header' ? { name: titled(credential.name), value: 'VALUE' } : undefined;
};

export const isSigned = ({ credential }: Paste): boolean => credential?.by === 'hmac';

/** For a shell; control characters have no business there. */
export const quoted = (text: string): string => `'${text.replace(/\p{Cc}/gu, '').replaceAll("'", `'\\''`)}'`;

/** The name of an Azure registry, as `az` wants it. */
export const azureName = ({ registryHost }: Paste): string => /^([a-z0-9]{5,50})\.azurecr\.[a-z.]+$/.exec(registryHost ?? '')?.[1] ?? 'NAME';

const valueIs = ({ credential }: Paste): string =>
  credential?.by === 'basic'
    ? "VALUE is USER:PASSWORD of the hook's credential in base64."
    : 'VALUE is the text that the hook was given as its credential, whole (with "Bearer ", if it has that).';

/** Stored in lower case, and shown as people know it. */
const titled = (name: string): string => name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
