/** What `image-triggers export` prints. */

import { textOf } from '../../../functions/core/fields.ts';
import { KINDS } from '../../../functions/schema/file.ts';
import { misused } from '../io.ts';
import type { Session } from '../session.ts';
import { exportDocuments, exportText, SCHEMA_FILE } from './export-text.ts';
import { idOf } from './held.ts';

/** `names`: `web`, `trigger/web` or `trigger`; none means everything. */
export const exportNamed = async (names: readonly string[], session: Session): Promise<void> => {
  const { io } = session;
  const asked = new Set(names.map((name) => name.toLowerCase()));
  const used = new Set<string>();
  const documents = await exportDocuments(session, (one) => {
    const by = [idOf(one), one.name, one.kind.toLowerCase()].filter((word) => asked.has(word));
    for (const word of by) used.add(word);
    return by.length > 0 || asked.size === 0;
  });
  const unknown = [...asked].find((name) => !used.has(name) && !KINDS.some((kind) => kind.toLowerCase() === name));
  if (unknown !== undefined)
    throw misused(`nothing here is named ${JSON.stringify(unknown)}: give a name, kind/name, or one of ${KINDS.join(', ').toLowerCase()}`);
  if (session.format === 'json') io.out(`${JSON.stringify(documents, null, 2)}\n`);
  else if (session.reader === 'shell') io.out(documents.map(({ kind, name }) => `${textOf(kind).toLowerCase()}/${textOf(name)}\n`).join(''));
  else io.out(exportText(documents));
  session.hint(`For completion in an editor: image-triggers schema > ${SCHEMA_FILE}`);
  session.hint('Next: image-triggers diff -f FILE');
};
